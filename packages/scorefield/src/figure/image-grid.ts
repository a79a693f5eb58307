/** Image-shaped samples as one PNG: a contact sheet. */
import { checkArray } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";
import sharp from "sharp";
import { FigureError } from "./errors.ts";

/** How {@link imageGrid} lays images out. */
export interface ImageGridOptions {
  /** Images per row. Default the smallest square that holds all. */
  columns?: number;
  /** Light space between images in px of the result. Default 2. */
  gap?: number;
  /** Whole number of px per image pixel, without smoothing. Default enough for 64 px along the shorter side. */
  scale?: number;
}

/**
 * A contact sheet of images, row by row, on a light background.
 * @param images shape [n, c, h, w] with c = 1 (grey) or 3 (red, green, blue), values in [-1, 1]; values beyond are
 * clipped to black and full intensity
 * @returns the bytes of an 8-bit RGB PNG, of width columns * (w * scale + gap) + gap px, and of height rows * (h * scale + gap) + gap px
 * @throws ShapeError when the shape is another
 * @throws FigureError when a value is NaN, or an option is out of range
 */
export const imageGrid = async (images: NdArray, options: ImageGridOptions = {}): Promise<Uint8Array> => {
  checkArray("imageGrid images", images);
  const [n = 0, c = 0, h = 0, w = 0] = images.shape;
  if (images.shape.length !== 4 || n < 1 || (c !== 1 && c !== 3) || h < 1 || w < 1)
    throw new ShapeError(`imageGrid: expected images of shape [n, 1 or 3, h, w], found [${images.shape}]`);
  const { columns = Math.ceil(Math.sqrt(n)), gap = 2, scale = Math.max(1, Math.ceil(64 / Math.min(h, w))) } = options;
  for (const [name, value, least] of [
    ["columns", columns, 1],
    ["gap", gap, 0],
    ["scale", scale, 1],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new FigureError(`imageGrid: expected ${name} to be a whole number >= ${least}, found ${value}`);

  const across = Math.min(columns, n);
  const width = across * (w * scale + gap) + gap;
  const height = Math.ceil(n / across) * (h * scale + gap) + gap;
  const sheet = new Uint8Array(width * height * 3).fill(245);
  for (let i = 0; i < n; i++) {
    const left = gap + (i % across) * (w * scale + gap);
    const top = gap + Math.floor(i / across) * (h * scale + gap);
    for (let y = 0; y < h * scale; y++)
      for (let x = 0; x < w * scale; x++)
        for (let k = 0; k < 3; k++) {
          const channel = c === 1 ? 0 : k;
          const at = ((i * c + channel) * h + Math.floor(y / scale)) * w + Math.floor(x / scale);
          const value = Number(images.data[at]);
          if (Number.isNaN(value))
            throw new FigureError(
              `imageGrid: expected numbers in [-1, 1], found NaN in image ${i}, channel ${channel}`,
            );
          const level = Math.round((Math.min(1, Math.max(-1, value)) + 1) * 127.5);
          sheet[((top + y) * width + left + x) * 3 + k] = level;
        }
  }
  return sharp(sheet, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
};
