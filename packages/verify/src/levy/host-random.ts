/** Random numbers one after another on the host, for Markov chains that are plain loops. */
import { normal, uniform } from "@scorefield/core";

const block = 16_384;

/** A stream of random numbers. */
export interface HostRandom {
  /** Standard normal. */
  normal(): number;
  /** Between 0 and 1, neither of them. */
  uniform(): number;
  /** Gamma of a shape above 0 and rate 1 (Marsaglia & Tsang 2000). */
  gamma(shape: number): number;
  /** Inverse Gaussian of a mean and a shape, both above 0 (Michael, Schucany & Haas 1976). */
  inverseGaussian(mean: number, shape: number): number;
}

const stream = (fill: (step: number) => Float64Array) => {
  let [step, at] = [0, block];
  let values: Float64Array = new Float64Array(0);
  return () => {
    if (at === block) {
      values = fill(step++);
      at = 0;
    }
    return values[at++]!;
  };
};

/** The stream of a seed. */
export const hostRandom = (seed: number): HostRandom => {
  // Other steps for each, since under equal options the two are made of the same bits.
  const nextNormal = stream((step) => normal([block], { seed, step: 2 * step, dtype: "float64" }).data);
  const nextUniform = stream((step) => uniform([block], { seed, step: 2 * step + 1, dtype: "float64" }).data);
  const open = (): number => {
    for (;;) {
      const u = nextUniform();
      if (u > 0 && u < 1) return u;
    }
  };
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * open() ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = nextNormal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(open()) < x * x * 0.5 + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  return {
    normal: nextNormal,
    uniform: open,
    gamma,
    inverseGaussian: (mean, shape) => {
      const square = nextNormal() ** 2;
      const ratio = (mean * square) / (2 * shape);
      // The smaller root, without subtracting nearly equal numbers.
      const x = mean / (1 + ratio + Math.sqrt(ratio * (2 + ratio)));
      return open() * (mean + x) <= mean ? x : mean ** 2 / x;
    },
  };
};
