/** Which points of k-space a Cartesian MRI scan measures: whole lines or single points, regular or random. */
import { ArgumentError, permutation, uniform } from "@scorefield/core";
import { checkOptions, checkPositive, checkWhole, type Known } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";

/** Settings of {@link samplingPattern}. */
export interface SamplingPatternOptions {
  /** Rows and columns of k-space. */
  readonly size: readonly [rows: number, columns: number];
  /** How many times fewer points are measured than there are, the calibration centre included; at least 1. */
  readonly acceleration: number;
  /**
   * "lines" are whole rows, which are read at once by a scanner; "points" are points of the plane of two phase encodings.
   * Default "lines".
   */
  readonly along?: "lines" | "points";
  /**
   * "regular": every round(acceleration)-th line, or on a lattice every round(sqrt(acceleration))-th point across and every
   * round(acceleration / that)-th down: 8 gives 3 x 3, one point of 9. "random": each line or point alike. "dense": random,
   * with weights (1 - r)^2 + 0.001 at the distance r from the centre. r is 1 at the edge for lines, and at the corner for
   * points. Default "random".
   */
  readonly order?: "regular" | "random" | "dense";
  /** Width of the centre that is measured in full, in lines or points; default 24, 0 for none. */
  readonly calibration?: number;
  /** Of a random pattern, default 0. */
  readonly seed?: number;
}

const options = {
  size: true,
  acceleration: true,
  along: true,
  order: true,
  calibration: true,
  seed: true,
} satisfies Known<SamplingPatternOptions>;

const oneOf = (name: string, value: unknown, values: readonly string[]): void => {
  if (!values.includes(value as string))
    throw new ArgumentError(`samplingPattern ${name}: expected ${values.join(" or ")}, found ${showValue(value)}`);
};

/** From the centre of n places, which is n / 2 rounded down. */
const centred = (i: number, n: number): number => i - Math.floor(n / 2);
const inCentre = (i: number, n: number, width: number): boolean =>
  centred(i, n) >= -Math.floor(width / 2) && centred(i, n) < Math.ceil(width / 2);

/**
 * A mask of k-space with the zero frequency at [rows / 2, columns / 2], rounded down: 1 where it is measured, else 0.
 * Random patterns measure rows * columns / acceleration points to within a line (or a point). Regular ones
 * measure about a line or point of so many outside of the centre, and so more than that with the centre.
 * @returns [rows, columns], float32
 * @throws ArgumentError for options out of range, and a centre that alone is more than the acceleration allows
 */
export const samplingPattern = (given: SamplingPatternOptions): NdArray<"float32"> => {
  checkOptions("samplingPattern", given, options);
  const { size, acceleration, along = "lines", order = "random", calibration = 24, seed = 0 } = given;
  oneOf("along", along, ["lines", "points"]);
  oneOf("order", order, ["regular", "random", "dense"]);
  if (!Array.isArray(size) || size.length !== 2)
    throw new ArgumentError(`samplingPattern size: expected [rows, columns], found ${showValue(size)}`);
  for (const n of size) checkWhole("samplingPattern size", n);
  checkPositive("samplingPattern acceleration", acceleration);
  if (acceleration < 1)
    throw new ArgumentError(`samplingPattern acceleration: expected at least 1, found ${acceleration}`);
  if (!(Number.isInteger(calibration) && calibration >= 0))
    throw new ArgumentError(
      `samplingPattern calibration: expected a whole number of at least 0, found ${showValue(calibration)}`,
    );
  const [rows, columns] = size as [number, number];
  // Lines are points of a plane one point wide, whose rows are then repeated.
  const width = along === "lines" ? 1 : columns;
  const centre = (at: number): boolean =>
    inCentre(Math.floor(at / width), rows, calibration) &&
    (along === "lines" || inCentre(at % width, columns, calibration));
  const chosen =
    order === "regular"
      ? regular(rows, width, acceleration)
      : random({ rows, width, acceleration, centre, dense: order === "dense", seed });
  const mask = new Float32Array(rows * columns);
  for (let at = 0; at < rows * width; at++)
    if (chosen(at) || centre(at)) mask.fill(1, at * (columns / width), (at + 1) * (columns / width));
  return ndarray(mask, [rows, columns]);
};

const regular = (rows: number, width: number, acceleration: number): ((at: number) => boolean) => {
  // On a plane the steps along the two axes multiply up to about the acceleration.
  const across = width === 1 ? 1 : Math.max(1, Math.round(Math.sqrt(acceleration)));
  const down = Math.max(1, Math.round(acceleration / across));
  return (at) => centred(Math.floor(at / width), rows) % down === 0 && centred(at % width, width) % across === 0;
};

const random = (about: {
  readonly rows: number;
  readonly width: number;
  readonly acceleration: number;
  readonly centre: (at: number) => boolean;
  readonly dense: boolean;
  readonly seed: number;
}): ((at: number) => boolean) => {
  const { rows, width, acceleration, centre, dense, seed } = about;
  const count = rows * width;
  const outside = Array.from({ length: count }, (_, at) => at).filter((at) => !centre(at));
  const wanted = Math.round(count / acceleration) - (count - outside.length);
  if (wanted < 0)
    throw new ArgumentError(
      `samplingPattern calibration: expected a centre of at most 1 / ${acceleration} of k-space, found one of ${(
        1 - outside.length / count
      ).toFixed(3)}; make it smaller, or the acceleration`,
    );
  if (!dense) {
    const order = permutation(outside.length, { seed }).data;
    const kept = new Set(Array.from(order.subarray(0, wanted), (i) => outside[i]!));
    return (at) => kept.has(at);
  }
  // Without replacement with these weights: the largest of log(u) / weight (Efraimidis & Spirakis 2006).
  const weight = (at: number): number => {
    const y = centred(Math.floor(at / width), rows) / (rows / 2);
    const x = width === 1 ? 0 : centred(at % width, width) / (width / 2);
    return Math.max(1 - Math.hypot(x, y) / (width === 1 ? 1 : Math.SQRT2), 0) ** 2 + 1e-3;
  };
  const u = uniform([count], { seed, dtype: "float64" }).data;
  const key = (at: number): number => Math.log(u[at]! + 2 ** -54) / weight(at);
  const kept = new Set(outside.sort((a, b) => key(b) - key(a)).slice(0, wanted));
  return (at) => kept.has(at);
};
