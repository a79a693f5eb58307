/** Run-length encoding of DICOM pixels (PS3.5 annex G): planes of bytes, packed as PackBits. No Node module is used here. */
import { DataError } from "../errors.ts";

/** Unpacks one plane. @returns how many bytes it got */
const unpack = (packed: Uint8Array, plane: Uint8Array): number => {
  let to = 0;
  for (let at = 0; at < packed.length && to < plane.length; ) {
    const head = packed[at++]!;
    if (head < 128) {
      const run = packed.subarray(at, at + Math.min(head + 1, plane.length - to));
      plane.set(run, to);
      to += run.length;
      at += head + 1;
    } else if (head > 128 && at < packed.length) {
      const count = Math.min(257 - head, plane.length - to);
      plane.fill(packed[at++]!, to, to + count);
      to += count;
    }
  }
  return to;
};

/**
 * The pixels of a frame as they would stand uncompressed: little-endian, colours together.
 * @throws DataError where planes are missing or end early
 */
export const unpackRle = (
  frame: Uint8Array,
  {
    area,
    samples,
    bytes,
    path,
  }: { readonly area: number; readonly samples: number; readonly bytes: number; readonly path: string },
): Uint8Array => {
  const damaged = (found: string) =>
    new DataError({
      path,
      expected: `${samples * bytes} planes of ${area} bytes`,
      found,
      fix: "Fetch or export it again",
    });
  if (frame.length < 64) throw damaged(`${frame.length} bytes`);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const planes = view.getUint32(0, true);
  if (planes !== samples * bytes) throw damaged(`${planes} planes`);
  const pixels = new Uint8Array(area * samples * bytes);
  const plane = new Uint8Array(area);
  for (let p = 0; p < planes; p++) {
    const end = p + 1 < planes ? view.getUint32(8 + 4 * p, true) : frame.length;
    const got = unpack(frame.subarray(view.getUint32(4 + 4 * p, true), end), plane);
    if (got < area) throw damaged(`${got} bytes in plane ${p + 1}`);
    // Planes go by samples, and from the highest byte to the lowest.
    const place = Math.floor(p / bytes) * bytes + (bytes - 1 - (p % bytes));
    for (let i = 0; i < area; i++) pixels[i * samples * bytes + place] = plane[i]!;
  }
  return pixels;
};
