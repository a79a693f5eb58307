/** NPY files that are parts of one array, put together along the first axis. */
import { createReadStream } from "node:fs";
import { byteSource } from "./byte-source.ts";
import { checkMade } from "./check-call.ts";
import { DataError, describeSystemError } from "./errors.ts";
import { type NpyHeader, readNpyHeader } from "./npy.ts";
import { npyHeaderBytes } from "./npy-file.ts";

const pieceBytes = 1 << 20;

const headerOf = async (path: string): Promise<NpyHeader> => {
  const source = byteSource(createReadStream(path) as AsyncIterable<Uint8Array>);
  try {
    return await readNpyHeader(source, path);
  } catch (error) {
    throw describeSystemError(error, path, "to read this file");
  } finally {
    await source.close();
  }
};

const bytesIn = ({ type, shape }: NpyHeader): number =>
  shape.reduce((product, size) => product * size, type.bytes * type.lanes);

/**
 * The NPY file of several arrays along their first axis, in pieces: to the byte what {@link npyBytes} gives of the whole array. Little of it is in
 * memory at once.
 * @param paths of NPY files in C order, of one element type; shapes may differ in the first axis alone
 * @throws DataError for files of other types or shapes, and for damaged ones
 */
export async function* joinNpy(paths: readonly string[]): AsyncGenerator<Uint8Array, void, undefined> {
  checkMade("joinNpy", paths, ["length"], "paths of files");
  const headers: NpyHeader[] = [];
  for (const path of paths) headers.push(await headerOf(path));
  const [first] = headers;
  if (!first) throw new DataError({ expected: "one or more NPY files to put together", found: "none" });
  const kindOf = ({ code, shape, fortranOrder }: NpyHeader): string =>
    `${code}[n${shape
      .slice(1)
      .map((size) => `, ${size}`)
      .join("")}]${fortranOrder && shape.length > 1 ? " in Fortran order" : ""}`;
  for (const [k, header] of headers.entries()) {
    const fits = kindOf(header) === kindOf(first) && header.shape.length > 0;
    if (!fits || (header.fortranOrder && header.shape.length > 1))
      throw new DataError({
        path: paths[k],
        expected: `an array ${kindOf({ ...first, fortranOrder: false })} in C order, as in ${paths[0]}`,
        found: kindOf(header),
      });
  }
  const rows = headers.reduce((sum, { shape }) => sum + shape[0]!, 0);
  yield npyHeaderBytes(first.code, [rows, ...first.shape.slice(1)]);
  for (const [k, header] of headers.entries()) {
    const path = paths[k]!;
    const source = byteSource(createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Uint8Array>);
    try {
      await readNpyHeader(source, path);
      for (let left = bytesIn(header); left > 0; ) {
        const piece = new Uint8Array(Math.min(pieceBytes, left));
        const got = await source.fill(piece);
        if (got < piece.length)
          throw new DataError({ path, expected: `${bytesIn(header)} bytes of numbers`, found: "fewer" });
        left -= got;
        yield piece;
      }
      if ((await source.fill(new Uint8Array(1))) > 0)
        throw new DataError({ path, expected: `${bytesIn(header)} bytes of numbers`, found: "more" });
    } finally {
      await source.close();
    }
  }
}
