/** A procedural image set: ten anti-aliased shapes drawn from signed distance functions, without any download. */

import { ArgumentError, uniform } from "@scorefield/core";
import { type NdArray, zeros } from "@scorefield/tensor";
import { type Form, forms } from "./forms.ts";

/** The class names; a label is an index into them. */
export const glyphNames = Object.keys(forms) as readonly string[];

/** Labelled images. */
export interface GlyphBatch {
  /** [count, channels, size, size] in [-1, 1]: background -1; grey shapes from 0.2 to 1, coloured ones of full value. */
  readonly images: NdArray<"float32">;
  /** [count], indices into {@link glyphNames}. */
  readonly labels: NdArray<"int32">;
}

/**
 * Draws `count` images; image i is sample `firstSample + i` (default 0) of `seed`, in any batch.
 * @throws ShapeError, ArgumentError for a count, seed or firstSample that {@link uniform} does not take
 */
export type GlyphSampler = (count: number, seed: number, firstSample?: number) => GlyphBatch;

const uniforms = 9;

/**
 * Shapes of random class, place, size (radius 0.22 to 0.42 of the image, wholly inside it), rotation, stroke width and
 * corner rounding; grey level, or with three channels hue and saturation, random too. One seed draws the same picture at
 * every size; 10,000 images of 32 x 32 take about a second.
 * @param options `size`, image side in pixels, an integer of at least 8 (default 32); `channels`, 1 (default) or 3
 * @throws ArgumentError for another size or number of channels
 */
export const glyphs = ({
  size = 32,
  channels = 1,
}: {
  readonly size?: number;
  readonly channels?: 1 | 3;
} = {}): GlyphSampler => {
  if (!Number.isInteger(size) || size < 8)
    throw new ArgumentError(`size: expected an integer of at least 8, found ${size}`);
  if (channels !== 1 && channels !== 3) throw new ArgumentError(`channels: expected 1 or 3, found ${channels}`);
  return (count, seed, firstSample = 0) => {
    const u = uniform([count, uniforms], { seed, firstSample, purpose: "data", dtype: "float64" }).data;
    const images = zeros([count, channels, size, size]);
    const labels = zeros([count], "int32");
    for (let i = 0; i < count; i++) {
      const [kind, scale, left, top, turn, stroke, rounding, hue, light] = u.subarray(i * uniforms) as unknown as Nine;
      const label = Math.floor(kind * glyphNames.length);
      labels.data[i] = label;
      const radius = (0.22 + 0.2 * scale) * size;
      const margin = radius + size / 32;
      const room = size - 2 * margin;
      const pose = { x: margin + room * left, y: margin + room * top, radius, angle: 2 * Math.PI * turn };
      const form = forms[glyphNames[label] as keyof typeof forms](stroke);
      const colour = channels === 1 ? [0.6 + 0.4 * light] : hsv(hue, 0.4 + 0.6 * light);
      const area = size * size;
      paint(images.data.subarray(i * channels * area, (i + 1) * channels * area), size, form, pose, rounding, colour);
    }
    return { images, labels };
  };
};

type Nine = readonly [number, number, number, number, number, number, number, number, number];

/** Red, green and blue in [0, 1] of a colour of full value, hue and saturation in [0, 1]. */
const hsv = (hue: number, saturation: number): number[] =>
  [5, 3, 1].map((offset) => {
    const k = (offset + 6 * hue) % 6;
    return 1 - saturation * Math.max(0, Math.min(k, 4 - k, 1));
  });

/** Fills one image: coverage of a pixel is a ramp one pixel wide across the outline. */
const paint = (
  image: Float32Array,
  size: number,
  form: Form,
  { x, y, radius, angle }: { x: number; y: number; radius: number; angle: number },
  rounding: number,
  colour: readonly number[],
): void => {
  image.fill(-1);
  const corner = 0.12 * rounding;
  // Shrinking the form by the corner radius before growing its outline keeps it inside the unit disc.
  const unit = radius * (1 - corner);
  const cosine = Math.cos(angle) / unit;
  const sine = Math.sin(angle) / unit;
  const area = size * size;
  const reach = radius + 1;
  const lastRow = Math.min(size - 1, Math.floor(y + reach));
  const lastColumn = Math.min(size - 1, Math.floor(x + reach));
  for (let row = Math.max(0, Math.floor(y - reach)); row <= lastRow; row++) {
    const dy = row + 0.5 - y;
    for (let column = Math.max(0, Math.floor(x - reach)); column <= lastColumn; column++) {
      const dx = column + 0.5 - x;
      const distance = form(cosine * dx + sine * dy, cosine * dy - sine * dx) * unit - corner * radius;
      const coverage = Math.min(1, Math.max(0, 0.5 - distance));
      if (coverage > 0)
        for (let c = 0; c < colour.length; c++) image[c * area + row * size + column] = 2 * coverage * colour[c]! - 1;
    }
  }
};
