/** Small pictures side by side in one PNG. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { NdArray } from "@scorefield/tensor";
import sharp from "sharp";

/** One picture: its values row by row, the values in a row, and what is black and white. */
export interface SheetPicture {
  readonly values: ArrayLike<number>;
  readonly columns: number;
  readonly range: readonly [low: number, high: number];
}

/** A grey image [..., rows, columns]. */
export const imagePicture = ({ data, shape }: NdArray, range: readonly [number, number]): SheetPicture => ({
  values: Array.from(data, Number),
  columns: shape.at(-1)!,
  range,
});

/** A square picture. */
export const sheetPicture = ({ data }: NdArray, range: readonly [number, number]): SheetPicture => ({
  values: Array.from(data, Number),
  columns: Math.sqrt(data.length),
  range,
});

/** Rows of pictures, each shown on `height` x `width` pixels, whatever its own are, with a gap of 4. */
export const writeSheet = async (
  path: string,
  rows: readonly (readonly SheetPicture[])[],
  [height, width]: readonly [number, number],
): Promise<void> => {
  const gap = 4;
  const across = Math.max(...rows.map((row) => row.length));
  const [wide, high] = [across * (width + gap) - gap, rows.length * (height + gap) - gap];
  const pixels = new Uint8Array(wide * high).fill(255);
  for (const [i, row] of rows.entries())
    for (const [j, { values, columns, range }] of row.entries()) {
      const own = values.length / columns;
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const value = values[Math.floor((y * own) / height) * columns + Math.floor((x * columns) / width)]!;
          const shade = (255 * (value - range[0])) / (range[1] - range[0]);
          pixels[(i * (height + gap) + y) * wide + j * (width + gap) + x] = Math.max(
            0,
            Math.min(255, Math.round(shade)),
          );
        }
    }
  mkdirSync(dirname(path), { recursive: true });
  await sharp(pixels, { raw: { width: wide, height: high, channels: 1 } })
    .png({ compressionLevel: 9 })
    .toFile(path);
};
