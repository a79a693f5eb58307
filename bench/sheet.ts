/** Small pictures side by side in one PNG. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { NdArray } from "@scorefield/tensor";
import sharp from "sharp";

/** One picture: its values and what is black and white. */
export interface SheetPicture {
  readonly values: ArrayLike<number>;
  readonly range: readonly [low: number, high: number];
}

export const sheetPicture = ({ data }: NdArray, range: readonly [number, number]): SheetPicture => ({
  values: Array.from(data, Number),
  range,
});

/** Rows of square pictures, each shown on `side` x `side` pixels, with a gap of 4. */
export const writeSheet = async (
  path: string,
  rows: readonly (readonly SheetPicture[])[],
  side: number,
): Promise<void> => {
  const gap = 4;
  const across = Math.max(...rows.map((row) => row.length));
  const cell = side + gap;
  const [width, height] = [across * cell - gap, rows.length * cell - gap];
  const pixels = new Uint8Array(width * height).fill(255);
  for (const [i, row] of rows.entries())
    for (const [j, { values, range }] of row.entries()) {
      const own = Math.sqrt(values.length);
      for (let y = 0; y < side; y++)
        for (let x = 0; x < side; x++) {
          const value = values[Math.floor((y * own) / side) * own + Math.floor((x * own) / side)]!;
          const shade = (255 * (value - range[0])) / (range[1] - range[0]);
          pixels[(i * cell + y) * width + j * cell + x] = Math.max(0, Math.min(255, Math.round(shade)));
        }
    }
  mkdirSync(dirname(path), { recursive: true });
  await sharp(pixels, { raw: { width, height, channels: 1 } })
    .png({ compressionLevel: 9 })
    .toFile(path);
};
