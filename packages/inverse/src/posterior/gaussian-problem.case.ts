/** Problems with Gaussian priors, whose posteriors are known, for tests of methods. */
import { edm, exact, gaussian, normal, type Process } from "@scorefield/core";
import { castArray, type FloatType, type NdArray, type Runtime } from "@scorefield/tensor";
import { evaluate } from "@scorefield/verify/internal";
import { gaussianNoise } from "../noise/gaussian.ts";
import type { Noise } from "../noise/noise.ts";
import { blur } from "../operator/blur.ts";
import { identity } from "../operator/identity.ts";
import { mask } from "../operator/mask.ts";
import { matrix } from "../operator/matrix.ts";
import type { Operator } from "../operator/operator.ts";

const rowsOf = ({ data, shape }: NdArray, scale: number): number[][] =>
  Array.from({ length: shape[0]! }, (_, i) =>
    Array.from({ length: shape[1]! }, (_, j) => Number(data[i * shape[1]! + j]) * scale),
  );

/** Numbers of a sample. */
export const size = 6;

/** A correlated covariance with variances around 1. */
export const covariance = ((): number[][] => {
  const root = rowsOf(normal([size, size], { seed: 4, dtype: "float64" }), 1 / Math.sqrt(size));
  return root.map((a, i) => root.map((b, j) => a.reduce((sum, value, k) => sum + value * b[k]!, i === j ? 0.1 : 0)));
})();

export const mean = [0.5, -0.5, 0, 1, -1, 0.2];

/** A Gaussian prior with its exact score. */
export const gaussianPrior = (process: Process = edm({ sigmaMin: 0.002, sigmaMax: 40 })) =>
  exact(gaussian({ mean, covariance }), process);

/** Operators, each with its noise. */
export const gaussianProblems = {
  mask: { operator: mask({ input: [size], mask: [1, 0, 1, 0, 0, 1] }), noise: gaussianNoise({ sigma: 0.3 }) },
  identity: { operator: identity({ input: [size] }), noise: gaussianNoise({ sigma: 0.5 }) },
  projection: {
    operator: matrix({
      input: [size],
      matrix: rowsOf(normal([3, size], { seed: 9, dtype: "float64" }), 1 / Math.sqrt(size)),
    }),
    noise: gaussianNoise({ sigma: 0.2 }),
  },
  blur: { operator: blur({ input: [size], kernel: [0.25, 0.5, 0.25] }), noise: gaussianNoise({ sigma: 0.1 }) },
} as const;

/** A measurement of a point that is drawn from the prior, with its noise. */
export const measurementOf = async (
  { operator, noise }: { readonly operator: Operator; readonly noise: Noise },
  runtime: Runtime,
): Promise<NdArray<FloatType>> => {
  const point = castArray(gaussianPrior().density.sample(1, 5), "float64");
  const [z] = await evaluate((x) => [operator.apply(x!)], [point], runtime);
  const y = noise.draw(z as NdArray<FloatType>, { seed: 6 });
  return { ...y, shape: operator.output };
};
