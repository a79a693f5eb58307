/** Magnitudes of spectrograms brought nearer to each other. No Node module is used here. */
import { ArgumentError } from "@scorefield/core";
import { checkArray, checkOptions, type Known } from "@scorefield/core/internal";
import { type FloatType, type NdArray, ShapeError } from "@scorefield/tensor";

/** How magnitudes are compressed. */
export interface CompressionOptions {
  /** The power, in (0, 1]; default 0.5. */
  readonly alpha?: number | undefined;
  /** The factor, above 0; default 0.15. */
  readonly beta?: number | undefined;
}

const known = { alpha: true, beta: true } satisfies Known<CompressionOptions>;

const apply = (
  name: string,
  values: NdArray<FloatType>,
  options: CompressionOptions,
  factorOf: (power: number, alpha: number, beta: number) => number,
): NdArray<"float64"> => {
  checkArray(`${name} values`, values);
  checkOptions(name, options, known);
  const { alpha = 0.5, beta = 0.15 } = options;
  if (!(alpha > 0 && alpha <= 1)) throw new ArgumentError(`${name} alpha: expected a number in (0, 1], found ${alpha}`);
  if (!(beta > 0 && beta < Number.POSITIVE_INFINITY))
    throw new ArgumentError(`${name} beta: expected a number above 0, found ${beta}`);
  const { shape } = values;
  const [n = 0, parts = 0, bins = 0, frames = 0] = shape;
  if (shape.length !== 4 || parts % 2 !== 0)
    throw new ShapeError(`${name}: expected [n, 2 * channels, bins, frames], found [${shape.join(", ")}]`);
  const data = new Float64Array(values.data);
  const plane = bins * frames;
  for (let i = 0; i < (n * parts) / 2; i++)
    for (let k = 0; k < plane; k++) {
      const re = 2 * i * plane + k;
      const im = re + plane;
      // Bin 0 holds two real numbers, of frequency 0 and of half of the rate.
      if (k < frames) {
        data[re]! *= factorOf(data[re]! ** 2, alpha, beta);
        data[im]! *= factorOf(data[im]! ** 2, alpha, beta);
        continue;
      }
      const factor = factorOf(data[re]! ** 2 + data[im]! ** 2, alpha, beta);
      data[re]! *= factor;
      data[im]! *= factor;
    }
  return { dtype: "float64", shape, data };
};

/**
 * Each number x of spectrograms as beta |x|^alpha exp(i angle(x)): loud and quiet parts become alike in size (Richter, Welker, Lemercier,
 * Lay & Gerkmann 2023, equation 1).
 * @param values [n, 2 * channels, bins, frames], as `stft` makes them
 * @throws ArgumentError, ShapeError
 */
export const compressMagnitudes = (values: NdArray<FloatType>, options: CompressionOptions = {}): NdArray<"float64"> =>
  apply("compressMagnitudes", values, options, (power, alpha, beta) =>
    // Two square roots take a tenth of the time of a power. Nearly all take 0.5, or 1 for none.
    power === 0
      ? 0
      : alpha === 1
        ? beta
        : alpha === 0.5
          ? beta / Math.sqrt(Math.sqrt(power))
          : beta * power ** ((alpha - 1) / 2),
  );

/** The inverse of {@link compressMagnitudes}. */
export const expandMagnitudes = (values: NdArray<FloatType>, options: CompressionOptions = {}): NdArray<"float64"> =>
  apply("expandMagnitudes", values, options, (power, alpha, beta) =>
    power === 0 ? 0 : alpha === 1 ? 1 / beta : beta ** (-1 / alpha) * power ** ((1 / alpha - 1) / 2),
  );
