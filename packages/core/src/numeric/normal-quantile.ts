/** The quantile function of the standard normal distribution, equal to the last bit on every JavaScript engine. */
import { ArgumentError } from "../errors.ts";

const bits = new DataView(new ArrayBuffer(8));

/**
 * Natural logarithm of a positive normal double, to within two units in the last place.
 * Only operations that IEEE 754 rounds exactly are used: the standard leaves `Math.log` to the engine.
 */
export const portableLog = (x: number): number => {
  bits.setFloat64(0, x);
  const high = bits.getInt32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setInt32(0, (high & 0xfffff) | 0x3ff00000);
  let f = bits.getFloat64(0);
  if (f > Math.SQRT2) {
    f /= 2;
    exponent++;
  }
  // log f = 2 artanh s, |s| < 0.1716. Ten terms leave a remainder below 2e-17.
  const s = (f - 1) / (f + 1);
  const z = s * s;
  let sum = 1 / 21;
  for (let k = 19; k >= 3; k -= 2) sum = sum * z + 1 / k;
  return exponent * Math.LN2 + 2 * (s + s * z * sum);
};

type Coefficients = readonly [number, number, number, number, number, number, number, number];

// Written out, not looped: the float64 draws spend their time here.
const horner = (c: Coefficients, x: number): number =>
  c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * (c[4] + x * (c[5] + x * (c[6] + x * c[7]))))));

// Lowest order first: numerator and denominator for the centre, the near tail and the far tail.
// biome-ignore-start lint/correctness/noPrecisionLoss: the digits as published
const centre = [
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457,
    67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061,
    28729.085735721942674, 5226.495278852854561,
  ],
] as const;
const near = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
    0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
  ],
] as const;
const far = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ],
  [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4,
    1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15,
  ],
] as const;
// biome-ignore-end lint/correctness/noPrecisionLoss: the digits as published

/**
 * The z for which a standard normal variable is below z with probability `p`. Relative error about 1e-15 (Wichura 1988,
 * "The percentage points of the normal distribution", Algorithm AS 241, PPND16).
 * @throws ArgumentError unless 0 < p < 1
 */
export const normalQuantile = (p: number): number => {
  if (!(p > 0 && p < 1)) throw new ArgumentError(`normalQuantile: expected a probability in (0, 1), found ${p}`);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * horner(centre[0], r)) / horner(centre[1], r);
  }
  const r = Math.sqrt(-portableLog(q < 0 ? p : 1 - p));
  const z =
    r <= 5 ? horner(near[0], r - 1.6) / horner(near[1], r - 1.6) : horner(far[0], r - 5) / horner(far[1], r - 5);
  return q < 0 ? -z : z;
};
