/** Rows of images, magnified, as one grey PNG. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { NdArray } from "@scorefield/tensor";
import sharp from "sharp";

/** An image [1, rows, columns] and the values that are black and white. */
export interface Panel {
  readonly image: NdArray;
  readonly low: number;
  readonly high: number;
}

const zoom = 4;
const gap = 4;

/** Every row of panels below the one before. Images of fewer pixels are drawn with larger ones. */
export const writePanels = async (
  path: string,
  rows: readonly (readonly Panel[])[],
  [height, width]: readonly [number, number],
): Promise<void> => {
  const columns = Math.max(...rows.map((row) => row.length));
  const [w, h] = [columns * (width * zoom + gap) - gap, rows.length * (height * zoom + gap) - gap];
  const pixels = new Uint8Array(w * h).fill(255);
  for (const [r, row] of rows.entries())
    for (const [c, { image, low, high }] of row.entries()) {
      const [ih, iw] = image.shape.slice(-2) as [number, number];
      for (let y = 0; y < height * zoom; y++)
        for (let x = 0; x < width * zoom; x++) {
          const value = Number(
            image.data[Math.floor((y * ih) / (height * zoom)) * iw + Math.floor((x * iw) / (width * zoom))],
          );
          const shade = Math.round((255 * (value - low)) / (high - low));
          pixels[(r * (height * zoom + gap) + y) * w + c * (width * zoom + gap) + x] = Math.min(
            255,
            Math.max(0, shade),
          );
        }
    }
  mkdirSync(dirname(path), { recursive: true });
  await sharp(pixels, { raw: { width: w, height: h, channels: 1 } })
    .png({ compressionLevel: 9 })
    .toFile(path);
};
