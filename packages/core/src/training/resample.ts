/** Images under affine maps. */

/** A 2 x 3 matrix by rows: (x, y) -> (a x + b y + c, d x + e y + f). */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Folds an index back into [0, size), as if the image went on mirrored at the middle of its outermost pixels. */
const mirrored = (index: number, size: number): number => {
  if (index >= 0 && index < size) return index;
  const period = 2 * (size - 1);
  if (period === 0) return 0;
  const folded = ((index % period) + period) % period;
  return folded < size ? folded : period - folded;
};

/**
 * Writes image (x', y') = source(map(x', y')) by bilinear interpolation, continued by reflection. Coordinates are in
 * pixels from the image's middle, x to the right and y down.
 * @param shape channels, height and width
 * @param offset where the image [c, h, w] lies in both
 */
export const resample = (
  source: Float32Array,
  target: Float32Array,
  [channels, height, width]: readonly [number, number, number],
  offset: number,
  [a, b, c, d, e, f]: Affine,
): void => {
  const [middleX, middleY] = [(width - 1) / 2, (height - 1) / 2];
  const plane = height * width;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const [u, v] = [column - middleX, row - middleY];
      const x = a * u + b * v + c + middleX;
      const y = d * u + e * v + f + middleY;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [alongX, alongY] = [x - left, y - top];
      const [x0, x1] = [mirrored(left, width), mirrored(left + 1, width)];
      const [y0, y1] = [mirrored(top, height) * width, mirrored(top + 1, height) * width];
      for (let channel = 0; channel < channels; channel++) {
        const from = offset + channel * plane;
        const upper = source[from + y0 + x0]! * (1 - alongX) + source[from + y0 + x1]! * alongX;
        const lower = source[from + y1 + x0]! * (1 - alongX) + source[from + y1 + x1]! * alongX;
        target[from + row * width + column] = upper * (1 - alongY) + lower * alongY;
      }
    }
};
