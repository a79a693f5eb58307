/** Bytes in order from a file, unpacked where they are gzip, in pieces small enough to hold. */
import type { ReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { type ByteSource, byteSource } from "./byte-source.ts";
import { DataError, describeSystemError } from "./errors.ts";

const pieceBytes = 1 << 18;

const unpackedFreely = 2 ** 28;
const mostTimesPacked = 200;

/** The most bytes that packed ones may unpack to. */
export const mostUnpacked = (packed: number): number => Math.max(unpackedFreely, mostTimesPacked * packed);

/**
 * Refuses packed data that unpack to far more than they hold: a few kilobytes can stand for terabytes of one repeated
 * byte. Up to 256 MiB are unpacked for any packed size, and above that up to 200 times the packed size.
 * @throws DataError
 */
export const checkUnpacked = (path: string, packed: number, unpacked: number): void => {
  const most = mostUnpacked(packed);
  if (unpacked <= most) return;
  throw new DataError({
    path,
    expected: `at most ${most} bytes from ${packed} packed ones`,
    found: `${unpacked} or more`,
    fix: "If it is meant to hold so much, unpack it first and read the unpacked file",
  });
};

/** Unpacks gzip, counting what comes out. */
async function* gunzip(file: ReadStream, path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const unpacker = createGunzip({ chunkSize: pieceBytes });
  // The callback is empty because an error of either stream also ends the loop below with that error.
  pipeline(file, unpacker, () => {});
  let unpacked = 0;
  for await (const bytes of unpacker) {
    checkUnpacked(path, file.bytesRead, (unpacked += bytes.length));
    yield bytes;
  }
}

/**
 * A file's bytes in pieces of at most 256 KiB. Gzip is recognised by its first two bytes, not by the name, and unpacked.
 * @throws DataError when the file is missing, is a folder, may not be read, is damaged gzip, or gzip of far more than its
 * size
 */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    const handle = await open(path);
    try {
      const magic = new Uint8Array(2);
      await handle.read(magic, 0, 2, 0);
      const file = handle.createReadStream({ start: 0, highWaterMark: pieceBytes, autoClose: false });
      if (magic[0] === 0x1f && magic[1] === 0x8b) yield* gunzip(file, path);
      else yield* file;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
    if (code.startsWith("Z_") && code !== "Z_MEM_ERROR")
      throw new DataError({
        path,
        expected: "a complete gzip file",
        found: `damaged data (${(error as Error).message})`,
        fix: "Fetch or write the file again",
        cause: error,
      });
    throw describeSystemError(error, path, "a file to read");
  }
}

/** Runs `use` over a file's bytes and closes the file after it, also after an error. */
export const withSource = async <T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> => {
  const source = byteSource(readBytes(path));
  try {
    return await use(source);
  } finally {
    await source.close();
  }
};

/** The whole of a file. @throws DataError as {@link readBytes}, and for files of 2 GiB or more */
export const readWhole = async (path: string): Promise<Uint8Array> => {
  try {
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      if (size >= 2 ** 31)
        throw new DataError({
          path,
          expected: "less than 2 GiB in this format, which is read whole",
          found: `${(size / 2 ** 30).toFixed(1)} GiB`,
          fix: "Save it as .npy, .csv or .parquet, which are read in pieces",
        });
      return new Uint8Array(await handle.readFile());
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw describeSystemError(error, path, "a file to read");
  }
};
