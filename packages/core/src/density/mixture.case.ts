/** What tests of mixtures share: random mixtures, and their noised distribution. */
import { compile, type NdArray, ndarray, type Runtime } from "@scorefield/tensor";
import { normal } from "../random/normal.ts";
import type { Density } from "./density.ts";

export type Matrix = number[][];

/** A random covariance with variances spread over two orders of magnitude. */
export const randomCovariance = (d: number, seed: number): Matrix => {
  const g = normal([d, d], { seed, dtype: "float64" }).data;
  const entry = (i: number, j: number) => g[i * d + j]! * 10 ** (-j / Math.max(1, d - 1));
  return Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => {
      let sum = i === j ? 0.01 : 0;
      for (let k = 0; k < d; k++) sum += entry(i, k) * entry(j, k);
      return sum;
    }),
  );
};

/** Normal rows [n, d]. */
export const randomRows = (n: number, d: number, seed: number, scale = 1): Matrix => {
  const { data } = normal([n, d], { seed, dtype: "float64" });
  return Array.from({ length: n }, (_, i) => Array.from(data.subarray(i * d, (i + 1) * d), (value) => value * scale));
};

/** A mixture of Gaussians with full covariances. */
export interface Parts {
  readonly weights: number[];
  readonly means: Matrix;
  readonly covariances: Matrix[];
}

/** A function that evaluates the noised distribution of a density. */
export const evaluator =
  (runtime: Runtime) =>
  async (
    density: Density,
    x: readonly number[] | Float32Array,
    alpha: readonly number[],
    sigma: readonly number[],
    dtype: "float32" | "float64" = "float64",
  ) => {
    const array = (values: ArrayLike<number>): NdArray =>
      ndarray(dtype === "float32" ? Float32Array.from(values) : Float64Array.from(values));
    const n = alpha.length;
    const spec = { shape: [n], dtype };
    const compiled = await compile(
      (x, alpha, sigma) => ({ ...density.noisy(x, alpha, sigma) }),
      [{ shape: [n, ...density.shape], dtype }, spec, spec],
      { runtime },
    );
    const result = await compiled({ ...array(x), shape: [n, ...density.shape] }, array(alpha), array(sigma));
    await compiled.dispose();
    return { logDensity: result.logDensity.data, score: result.score.data, denoised: result.denoised.data } as Record<
      "logDensity" | "score" | "denoised",
      Float64Array
    >;
  };

export const threeInFour: Parts = {
  weights: [0.2, 0.3, 0.5],
  means: randomRows(3, 4, 11, 2),
  covariances: [12, 13, 14].map((seed) => randomCovariance(4, seed)),
};
