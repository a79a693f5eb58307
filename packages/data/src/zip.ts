/** ZIP archives (PKWARE's application note 6.3), read member by member: what NPZ files are. Sizes over 4 GiB too (ZIP64). */
import { crc32, inflateRawSync } from "node:zlib";
import { checkUnpacked, readWhole } from "./bytes.ts";
import { DataError, describeSystemError } from "./errors.ts";

/** A file in an archive, by its line in the directory at the archive's end. */
export interface ZipMember {
  readonly name: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /**
   * Unpacks it.
   * @throws DataError for damaged content: CRC-32 and size must be as in the directory
   */
  read(): Uint8Array;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const entrySignature = 0x02014b50;
const memberSignature = 0x04034b50;
const endLength = 22;
const longestComment = 65_535;
/** What a 32-bit field says where the value stands in a ZIP64 field. */
const elsewhere = 0xffffffff;

const stored = 0;
const deflated = 8;

/**
 * The files of a ZIP archive.
 * @param what the format the file is taken for, in errors
 * @throws DataError for damaged archives
 */
export const readZip = async (path: string, what: string): Promise<ZipMember[]> => {
  const bytes = await readWhole(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (found: string, name?: string, cause?: unknown): DataError =>
    new DataError({
      path: name === undefined ? path : `${path}:${name}`,
      expected: what,
      found: `a damaged or different file (${found})`,
      fix: "Fetch or write it again",
      cause,
    });
  /** The position of a record of `length` bytes, checked to lie in the file and to start with `signature`. */
  const record = (at: number, signature: number, length: number, name?: string): number => {
    if (!(at >= 0 && at + length <= bytes.length)) throw damaged(`it is cut off at byte ${bytes.length}`, name);
    if (view.getUint32(at, true) !== signature) throw damaged(`no record at byte ${at}`, name);
    return at;
  };
  const uint64 = (at: number): number => Number(view.getBigUint64(at, true));

  const directory = (): { start: number; count: number } => {
    let at = bytes.length - endLength;
    while (at >= 0 && at >= bytes.length - endLength - longestComment && view.getUint32(at, true) !== endSignature)
      at--;
    record(at, endSignature, endLength);
    if (at < 20 || view.getUint32(at - 20, true) !== locator64Signature)
      return { count: view.getUint16(at + 10, true), start: view.getUint32(at + 16, true) };
    const end64 = record(uint64(at - 12), end64Signature, 56);
    return { count: uint64(end64 + 32), start: uint64(end64 + 48) };
  };

  /** Takes the values of the fields that say `elsewhere` from the ZIP64 field among the extra ones, in their order. */
  const wide = (fields: readonly number[], extra: number, extraLength: number, name: string): number[] => {
    const values = [...fields];
    for (let at = extra; at + 4 <= extra + extraLength; at += 4 + view.getUint16(at + 2, true)) {
      if (view.getUint16(at, true) !== 1) continue;
      let next = at + 4;
      for (const [i, value] of values.entries()) {
        if (value !== elsewhere) continue;
        if (next + 8 > bytes.length) throw damaged("its directory is cut off", name);
        values[i] = uint64(next);
        next += 8;
      }
      return values;
    }
    return values;
  };

  let unpackedSoFar = 0;
  const content = (name: string, method: number, crc: number, packed: number, size: number, at: number): Uint8Array => {
    record(at, memberSignature, 30, name);
    const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
    if (start + packed > bytes.length) throw damaged(`it is cut off at byte ${bytes.length}`, name);
    const raw = bytes.subarray(start, start + packed);
    if (method !== stored && method !== deflated) throw damaged(`compression method ${method}`, name);
    // Of all that was read: members may share their packed bytes.
    checkUnpacked(path, bytes.length, (unpackedSoFar += size));
    let unpacked: Uint8Array = raw;
    if (method === deflated)
      try {
        // One byte more than stated, so that content which goes on is noticed; 0 is no limit that zlib takes.
        unpacked = inflateRawSync(raw, { maxOutputLength: size + 1 });
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException;
        if (code === "ERR_BUFFER_TOO_LARGE") throw damaged(`more than the ${size} bytes it states`, name, cause);
        if (code?.startsWith("Z_") && code !== "Z_MEM_ERROR") throw damaged(message, name, cause);
        throw describeSystemError(cause, `${path}:${name}`, what);
      }
    if (unpacked.length !== size) throw damaged(`${unpacked.length} bytes where it states ${size}`, name);
    if (crc32(unpacked) !== crc) throw damaged("its content does not fit its CRC-32", name);
    return unpacked;
  };

  const { start, count } = directory();
  const members: ZipMember[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    record(at, entrySignature, 46);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const extra = at + 46 + nameLength;
    const next = extra + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged("its directory is cut off");
    if (view.getUint16(at + 8, true) & 1) throw damaged("an encrypted file");
    const name = new TextDecoder().decode(bytes.subarray(at + 46, extra));
    const method = view.getUint16(at + 10, true);
    const crc = view.getUint32(at + 16, true);
    const fields = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)];
    const [size, packed, offset] = wide(fields, extra, extraLength, name) as [number, number, number];
    members.push({ name, size, read: () => content(name, method, crc, packed, size, offset) });
    at = next;
  }
  return members;
};
