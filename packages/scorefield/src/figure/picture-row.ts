/** Pictures beside each other under their names, as one PNG: what was measured, what was restored, how sure it is. */
import type { NdArray } from "@scorefield/tensor";
import sharp from "sharp";
import { FigureError } from "./errors.ts";
import { rasterise } from "./rasterise.ts";
import { palette } from "./theme.ts";

/** One picture of a row. */
export interface Panel {
  readonly title: string;
  /** A second line, such as the ends of the scale. */
  readonly about?: string;
  /** [1 or 3, height, width] */
  readonly values: NdArray;
  /** The values that are darkest and lightest: of pixels -1 and 1. */
  readonly range: readonly [low: number, high: number];
  /** Whether numbers are sizes, such as deviations, to be drawn in colours from nothing on. Of several channels the root mean square. */
  readonly size?: boolean;
  /** Where nothing was seen: 1 for seen, [height, width]. */
  readonly seen?: ArrayLike<number>;
}

type Colour = readonly [number, number, number];

/** From nothing to most: dark blue, violet, orange, light yellow, in about even steps of lightness. */
const stops: readonly Colour[] = [
  [18, 16, 48],
  [88, 28, 110],
  [170, 48, 100],
  [232, 98, 58],
  [250, 176, 60],
  [252, 246, 190],
];

const unseen: Colour = [176, 190, 208];

const colourOf = (share: number): Colour => {
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const from = Math.min(stops.length - 2, Math.floor(place));
  const [a, b] = [stops[from]!, stops[from + 1]!];
  return [0, 1, 2].map((k) => Math.round(a[k]! + (place - from) * (b[k]! - a[k]!))) as unknown as Colour;
};

/** The colours of a panel's pixels. @throws FigureError for numbers that are not finite */
const pixelsOf = ({ values, range: [low, high], size, seen, title }: Panel): Uint8Array => {
  const [channels = 1, height = 0, width = 0] = values.shape;
  const area = height * width;
  const pixels = new Uint8Array(3 * area);
  const share = (value: number): number => (high > low ? (value - low) / (high - low) : 0);
  for (let p = 0; p < area; p++) {
    const own = Array.from({ length: channels }, (_, c) => Number(values.data[c * area + p]));
    if (!own.every(Number.isFinite)) throw new FigureError(`${title}: expected finite numbers, found ${own}`);
    const grey = (k: number): number => Math.round(255 * Math.min(1, Math.max(0, share(own[channels === 3 ? k : 0]!))));
    const colour: Colour =
      seen && seen[p] === 0
        ? unseen
        : size
          ? colourOf(share(Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) / channels)))
          : [grey(0), grey(1), grey(2)];
    pixels.set(colour, 3 * p);
  }
  return pixels;
};

const [gap, head, margin] = [14, 40, 14];
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/**
 * Pictures in a row under their titles, as a PNG. All are as high as each other; small ones are made of larger squares.
 * @param rows of panels, one below the other
 * @throws FigureError for no panels, other shapes, and numbers that are not finite
 */
export const pictureRows = async (rows: readonly (readonly Panel[])[]): Promise<Uint8Array> => {
  const all = rows.flat();
  for (const { title, values } of all)
    if (values.shape.length !== 3 || ![1, 3].includes(values.shape[0]!) || values.data.length === 0)
      throw new FigureError(`${title}: expected a picture [1 or 3, height, width], found [${values.shape.join(", ")}]`);
  if (all.length === 0) throw new FigureError("pictureRows: expected pictures, found none");
  const tallest = Math.max(...all.map(({ values }) => values.shape[1]!));
  const high = Math.max(112, tallest);
  let top = margin;
  const parts: string[] = [];
  let widest = 0;
  for (const row of rows) {
    let left = margin;
    for (const panel of row) {
      const [, height = 1, width = 1] = panel.values.shape;
      const wide = Math.max(1, Math.round((high * width) / height));
      // Twice as many pixels as px, for dense screens.
      const png = await sharp(pixelsOf(panel), { raw: { width, height, channels: 3 } })
        .resize(2 * wide, 2 * high, { kernel: 2 * high >= height ? "nearest" : "lanczos3", fit: "fill" })
        .png()
        .toBuffer();
      parts.push(
        `<text x="${left}" y="${top + 15}" font-size="13" fill="${palette.ink}">${escaped(panel.title)}</text>`,
        ...(panel.about === undefined
          ? []
          : [
              `<text x="${left}" y="${top + 31}" font-size="11" fill="${palette.muted}">${escaped(panel.about)}</text>`,
            ]),
        `<image x="${left}" y="${top + head}" width="${wide}" height="${high}" href="data:image/png;base64,${png.toString("base64")}"/>`,
      );
      // Titles need room beside narrow pictures.
      left += Math.max(wide, 100) + gap;
    }
    widest = Math.max(widest, left - gap + margin);
    top += head + high + gap;
  }
  const height = top - gap + margin;
  return rasterise(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widest}" height="${height}" viewBox="0 0 ${widest} ${height}" font-family="Inter, 'DejaVu Sans', Arial, sans-serif"><rect width="${widest}" height="${height}" fill="${palette.ground}"/>${parts.join("")}</svg>`,
  );
};
