/**
 * The text of a file in pieces, whatever its encoding. A byte-order mark decides, then zero bytes, which only UTF-16 has in
 * text. Otherwise the text is UTF-8. Where bytes turn out not to be UTF-8, and all before them were ASCII, the file is read as
 * Windows-1252, the encoding that old spreadsheets write. It holds Latin-1.
 */
import { readBytes } from "./bytes.ts";
import { DataError } from "./errors.ts";

/** What the bytes 0x80 to 0x9f stand for in Windows-1252; the other bytes are Latin-1 (WHATWG Encoding Standard). */
const windows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

// Not by TextDecoder: several releases of Node decode these 32 bytes as Latin-1.
const decodeWindows = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString("latin1")
    .replace(/[\x80-\x9f]/g, (c) => windows[c.charCodeAt(0) - 0x80]!);

interface Decoder {
  readonly name: string;
  decode(bytes: Uint8Array): string;
  end(): string;
}

const windowsDecoder: Decoder = { name: "windows-1252", decode: decodeWindows, end: () => "" };

const standardDecoder = (label: string): Decoder => {
  const decoder = new TextDecoder(label, { fatal: true });
  return {
    name: decoder.encoding,
    decode: (bytes) => decoder.decode(bytes, { stream: true }),
    end: () => decoder.decode(),
  };
};

const isInvalid = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === "ERR_ENCODING_INVALID_ENCODED_DATA";

/** Bytes at the end that begin a character and do not complete it. */
const unfinished = (bytes: Uint8Array): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
};

/** Whether bytes that are not UTF-8 have more characters of it than they have faults. */
const mostlyUtf8 = (bytes: Uint8Array): boolean => {
  let characters = 0;
  let faults = 0;
  for (const c of new TextDecoder().decode(bytes)) {
    if (c === "\ufffd") faults++;
    else if (c > "\u007f") characters++;
  }
  return characters >= faults;
};

/** UTF-8, or Windows-1252 from the first byte that is not ASCII, where that is no UTF-8. */
const guessingDecoder = (): Decoder => {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let rest = new Uint8Array(0);
  let wide = false;
  let instead: Decoder | undefined;
  const decode = (bytes: Uint8Array): string => {
    if (instead) return instead.decode(bytes);
    try {
      // The bytes end with a whole character.
      const text = utf8.decode(bytes);
      wide ||= text.length < bytes.length;
      return text;
    } catch (error) {
      if (!isInvalid(error) || wide || mostlyUtf8(bytes)) throw error;
      instead = windowsDecoder;
      return instead.decode(bytes);
    }
  };
  return {
    get name() {
      return instead?.name ?? "utf-8";
    },
    decode(piece) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
      const left = unfinished(bytes);
      rest = bytes.slice(bytes.length - left) as Uint8Array<ArrayBuffer>;
      return decode(bytes.subarray(0, bytes.length - left));
    },
    end: () => decode(rest),
  };
};

/** The names that zero bytes give away: ASCII in UTF-16 has one in every pair of bytes. */
const byZeros = (bytes: Uint8Array): string | undefined => {
  const zeros = [0, 0];
  const end = Math.min(bytes.length, 4096) & ~1;
  for (let i = 0; i < end; i++) if (bytes[i] === 0) zeros[i & 1]!++;
  const [even, odd] = [zeros[0]! / (end / 2), zeros[1]! / (end / 2)];
  if (odd > 0.4 && even < 0.1) return "utf-16le";
  return even > 0.4 && odd < 0.1 ? "utf-16be" : undefined;
};

const findDecoder = (path: string, bytes: Uint8Array, encoding: string | undefined): Decoder => {
  if (encoding !== undefined) {
    if (/^(latin-?1|iso-?8859-1|l1|(cp|windows-?)1252|ansi|ascii|us-ascii)$/i.test(encoding)) return windowsDecoder;
    try {
      return standardDecoder(encoding);
    } catch (cause) {
      throw new DataError({
        path,
        expected: "an encoding such as utf-8, utf-16le, utf-16be, latin1, windows-1252 or shift_jis",
        found: JSON.stringify(encoding),
        fix: "Correct the option encoding, or leave it out to have it found",
        cause,
      });
    }
  }
  const mark = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  if (mark === 0xfffe) return standardDecoder("utf-16le");
  if (mark === 0xfeff) return standardDecoder("utf-16be");
  const utf16 = byZeros(bytes);
  return utf16 ? standardDecoder(utf16) : guessingDecoder();
};

/** Text in pieces, and the name of its encoding, which may change from `utf-8` to `windows-1252` while it is read. */
export interface TextPieces extends AsyncIterable<string> {
  encoding(): string;
}

/**
 * A file's text in pieces; byte-order marks are taken off.
 * @param encoding a name that the Encoding Standard knows, such as `utf-16le` or `shift_jis`; found where it is undefined
 * @throws DataError for bytes that the encoding does not have, for an unknown encoding, and as `readBytes`
 */
export const readText = (path: string, encoding?: string): TextPieces => {
  let decoder: Decoder | undefined;
  async function* pieces(): AsyncGenerator<string, void, undefined> {
    let first = true;
    const unmarked = (text: string): string => {
      if (!first || text === "") return text;
      first = false;
      return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
    };
    try {
      for await (const bytes of readBytes(path)) {
        decoder ??= findDecoder(path, bytes, encoding);
        yield unmarked(decoder.decode(bytes));
      }
      if (decoder) yield unmarked(decoder.end());
    } catch (error) {
      if (!isInvalid(error)) throw error;
      const name = decoder!.name;
      throw new DataError({
        path,
        expected: `text in ${name.toUpperCase()}`,
        found: "bytes that are not",
        fix:
          encoding === undefined
            ? "Save the file as UTF-8, or name its encoding with the option encoding, such as windows-1252"
            : "Correct the option encoding, or leave it out to have it found",
        cause: error,
      });
    }
  }
  return { [Symbol.asyncIterator]: pieces, encoding: () => decoder?.name ?? "utf-8" };
};
