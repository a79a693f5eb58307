/** A linear simulator with normal noise, whose posterior is known: theta ~ N(0, I), x = A theta + N(0, 1/4 I). */
import { normal } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { gaussianPrior } from "./prior.ts";
import type { Simulator } from "./simulate.ts";

const a = [
  [1, 0.5],
  [0, 1],
  [0.3, -0.4],
] as const;
const deviation = 0.5;

export const prior = gaussianPrior({ mean: [0, 0] });

export const simulator: Simulator = ({ data, shape: [n = 0] }, { seed }) => {
  const noise = normal([n, 3], { seed, purpose: "measurement", dtype: "float64" });
  return ndarray(
    noise.data.map((z, i) => {
      const row = a[i % 3]!;
      const at = 2 * Math.floor(i / 3);
      return row[0] * data[at]! + row[1] * data[at + 1]! + deviation * z;
    }),
    [n, 3],
  );
};

/** Covariance (I + A^T A / s^2)^-1 and mean: covariance A^T x / s^2. */
export const exactPosterior = (
  x: NdArray,
): { readonly mean: readonly number[]; readonly covariance: readonly (readonly number[])[] } => {
  const p = [0, 1].map((j) =>
    [0, 1].map((k) => (j === k ? 1 : 0) + a.reduce((sum, row) => sum + row[j]! * row[k]!, 0) / deviation ** 2),
  );
  const determinant = p[0]![0]! * p[1]![1]! - p[0]![1]! ** 2;
  const covariance = [
    [p[1]![1]! / determinant, -p[0]![1]! / determinant],
    [-p[0]![1]! / determinant, p[0]![0]! / determinant],
  ];
  const right = [0, 1].map((j) => a.reduce((sum, row, i) => sum + row[j]! * Number(x.data[i]), 0) / deviation ** 2);
  return { mean: covariance.map((row) => row[0]! * right[0]! + row[1]! * right[1]!), covariance };
};

/** log N(theta; mean, covariance) in nats of rows [n, 2]. */
export const exactLogDensity = (theta: NdArray, x: NdArray): number[] => {
  const { mean, covariance } = exactPosterior(x);
  const [[c, e], [, f]] = covariance as [[number, number], [number, number]];
  const determinant = c * f - e * e;
  return Array.from({ length: theta.shape[0]! }, (_, i) => {
    const [u, v] = [Number(theta.data[2 * i]) - mean[0]!, Number(theta.data[2 * i + 1]) - mean[1]!];
    return (
      -Math.log(2 * Math.PI) - 0.5 * Math.log(determinant) - (f * u * u - 2 * e * u * v + c * v * v) / (2 * determinant)
    );
  });
};
