/** Pictures of other sizes, by the mean of what each new pixel covers. No Node module is used here. */

/** What stands along one axis: pixels, and the place in pixels of a new axis' start and end. */
interface Along {
  readonly size: number;
  /** Edges of the part to take, in pixels of the old axis; beyond its ends where there is a margin. */
  readonly from: number;
  readonly to: number;
  readonly into: number;
}

/** Weights of old pixels in a new one. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * For every new pixel the old ones under a triangle as wide as two new pixels, or two old ones where these are larger.
 * @param margin whether what is beyond the ends counts as 0; else it is left out
 */
const tapsOf = ({ size, from, to, into }: Along, margin: boolean): Taps[] => {
  const step = (to - from) / into;
  const reach = Math.max(1, step);
  return Array.from({ length: into }, (_, n) => {
    const centre = from + (n + 0.5) * step - 0.5;
    const lowest = Math.ceil(centre - reach);
    const all = Array.from({ length: Math.floor(centre + reach) - lowest + 1 }, (_, at) =>
      Math.max(0, 1 - Math.abs(lowest + at - centre) / reach),
    );
    const skipped = Math.max(0, -lowest);
    const weights = all.slice(skipped, Math.max(skipped, size - lowest));
    const sum = (margin ? all : weights).reduce((total, weight) => total + weight, 0);
    // An old axis of one pixel may lie beside all new ones.
    return { first: lowest + skipped, weights: sum > 0 ? weights.map((weight) => weight / sum) : [] };
  });
};

/** How {@link resampler} fits a picture into a square. */
export interface ResampleOptions {
  /** Height and width in px, and the height and width of a pixel in any unit. */
  readonly height: number;
  readonly width: number;
  readonly pixel: readonly [height: number, width: number];
  /** Side of the result in px. */
  readonly size: number;
  /** `pad` keeps all, with zeros around; `crop` the middle square; `stretch` all, whatever its proportions. */
  readonly fit: "pad" | "crop" | "stretch";
}

/** Makes pictures of one size square, with pixels as high as wide: [height * width] to [size * size]. */
export const resampler = (options: ResampleOptions): ((picture: ArrayLike<number>) => Float64Array) => {
  const { height, width, pixel, size, fit } = options;
  const [high, wide] = [height * pixel[0], width * pixel[1]];
  const side = fit === "pad" ? Math.max(high, wide) : Math.min(high, wide);
  const along = (pixels: number, length: number, unit: number): Taps[] => {
    const taken = fit === "stretch" ? length : side;
    const from = (length - taken) / 2 / unit;
    return tapsOf({ size: pixels, from, to: from + taken / unit, into: size }, fit === "pad");
  };
  const [down, across] = [along(height, high, pixel[0]), along(width, wide, pixel[1])];
  return (picture) => {
    const narrow = new Float64Array(height * size);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < size; x++) {
        const { first, weights } = across[x]!;
        let sum = 0;
        for (let n = 0; n < weights.length; n++) sum += weights[n]! * picture[y * width + first + n]!;
        narrow[y * size + x] = sum;
      }
    const result = new Float64Array(size * size);
    for (let y = 0; y < size; y++) {
      const { first, weights } = down[y]!;
      for (let n = 0; n < weights.length; n++)
        for (let x = 0; x < size; x++) result[y * size + x]! += weights[n]! * narrow[(first + n) * size + x]!;
    }
    return result;
  };
};
