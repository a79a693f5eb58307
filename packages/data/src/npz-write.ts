/** Archives of named arrays for NumPy. */
import type { ZipOptions } from "fflate";
import { atomicWrite } from "./atomic-write.ts";
import { checkMade, checkOptions, checkPath } from "./check-call.ts";
import { DataError } from "./errors.ts";
import { type ByteArray, npyBytes } from "./npy-file.ts";
import type { StoredArray } from "./stored-array.ts";

// Larger archives need ZIP64.
const mostBytes = 2 ** 32 - 2 ** 20;

/** The earliest time that a ZIP file can state, so that equal arrays give equal files. */
const earliest = "1980-01-01T00:00:00";

const bytesOf = (array: StoredArray | ByteArray): Uint8Array => {
  const pieces = [...npyBytes(array)];
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
};

/**
 * Writes arrays as an NPZ archive, atomically, as `numpy.savez` does, each as {@link writeNpy} does.
 * @param options.pack deflates the arrays, as `numpy.savez_compressed` does; default false
 * @throws DataError for names that are not file names, and 4 GiB or more
 */
export const writeNpz = async (
  path: string,
  arrays: Readonly<Record<string, StoredArray | ByteArray>>,
  options: { readonly pack?: boolean } = {},
): Promise<void> => {
  checkPath("writeNpz", path);
  checkOptions("writeNpz", options, { pack: true });
  checkMade("writeNpz", arrays, [], "arrays by their names");
  const names = Object.keys(arrays);
  const odd = names.find((name) => !/^[^/\\\0]+$/.test(name));
  if (odd !== undefined) throw new DataError({ path, expected: "names without slashes", found: JSON.stringify(odd) });
  const bytes = names.reduce((sum, name) => sum + (arrays[name]?.data?.byteLength ?? 0), 0);
  if (bytes > mostBytes)
    throw new DataError({
      path,
      expected: "less than 4 GiB of numbers in an archive",
      found: `${(bytes / 2 ** 30).toFixed(1)} GiB`,
      fix: "Write each array as a .npy file",
    });
  const { zipSync } = await import("fflate");
  const about: ZipOptions = { level: options.pack ? 6 : 0, mtime: earliest };
  const files = Object.fromEntries(names.map((name) => [`${name}.npy`, bytesOf(arrays[name]!)]));
  await atomicWrite(path, zipSync(files, about));
};
