/** Checks of latent models: Gaussian data with a linear codec, for which all is known. */
import {
  edm,
  exact,
  gaussian,
  latentBound,
  latentModel,
  normal,
  principalCodec,
  sampleLatent,
  unipc,
} from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { absolute, type Check, estimate, sameNumbers, worst } from "./check.ts";

const group = "latent";
const d = 3;
const mean = [1, -2, 0.5];
/** Orthonormal directions in rows, and the deviations of the data along them. */
const directions = [
  [2 / 3, 2 / 3, 1 / 3],
  [-2 / 3, 1 / 3, 2 / 3],
  [1 / 3, -2 / 3, 2 / 3],
];
const deviations = [2, 0.8, 0.3];

/** Points whose mean and covariance are exactly those: at equal distances on both sides along each direction. */
const data: NdArray<"float64"> = ndarray(
  Float64Array.from(
    directions.flatMap((u, k) =>
      [1, -1].flatMap((sign) => u.map((value, j) => mean[j]! + sign * Math.sqrt(d) * deviations[k]! * value)),
    ),
  ),
  [2 * d, d],
);

const process = edm({ sigmaMin: 1e-3, sigmaMax: 200 });
const latents = (rank: number) => exact(gaussian({ mean: new Array<number>(rank).fill(0) }), process);

/** Covariance of the components from variances along them. */
const covarianceOf = (variances: readonly number[], j: number, k: number): number =>
  variances.reduce((sum, variance, i) => sum + variance * directions[i]![j]! * directions[i]![k]!, 0);

/** Latent models on Gaussian data. */
export const latentChecks: readonly Check[] = [
  {
    name: "Gaussian data with a linear codec of rank 2: samples are the Gaussian of rank 2",
    group,
    about: "sampleLatent",
    source: "Tipping & Bishop 1999, equation 15 with no noise",
    run: async ({ runtime, signal }) => {
      const count = 4000;
      const model = latentModel(principalCodec(data, { rank: 2 }), latents(2));
      const samples = await sampleLatent(model, { count, seed: 5, sampler: unipc({ steps: 40 }), runtime, signal });
      const findings = [];
      const centred = (i: number, j: number): number => samples.data[i * d + j]! - mean[j]!;
      let off = 0;
      for (let i = 0; i < count; i++)
        off = Math.max(off, Math.abs(directions[2]!.reduce((sum, u, j) => sum + u * centred(i, j), 0)));
      findings.push(absolute(0, off, 1e-5, { detail: "distance from the plane of the components" }));
      const variances = deviations.slice(0, 2).map((value) => value ** 2);
      for (let j = 0; j < d; j++) {
        const variance = covarianceOf(variances, j, j);
        let sum = 0;
        for (let i = 0; i < count; i++) sum += centred(i, j) / count;
        findings.push(estimate(0, sum, Math.sqrt(variance / count), { detail: `mean ${j}` }));
        for (let k = 0; k <= j; k++) {
          const expected = covarianceOf(variances, j, k);
          let product = 0;
          for (let i = 0; i < count; i++) product += (centred(i, j) * centred(i, k)) / count;
          // Isserlis 1918: the variance of a product of two normal numbers.
          const spread = Math.sqrt((variance * covarianceOf(variances, k, k) + expected ** 2) / count);
          findings.push(estimate(expected, product, spread, { detail: `covariance ${j}, ${k}` }));
        }
      }
      return worst(findings);
    },
  },
  {
    name: "probabilistic principal components: the bound is the log-density, for every draw",
    group,
    about: "latentBound",
    source: "Tipping & Bishop 1999, equations 6 and 12; Kingma & Welling 2014, equation 3",
    run: async ({ runtime, signal }) => {
      const codec = principalCodec(data, { rank: 1, noise: true });
      const x = normal([6, d], { seed: 2 });
      const { bound } = await latentBound(latentModel(codec, latents(1)), x, { runtime, signal, tolerance: 1e-6 });
      const noise = (deviations[1]! ** 2 + deviations[2]! ** 2) / 2;
      const variances = [deviations[0]! ** 2, noise, noise];
      const expected = Array.from({ length: 6 }, (_, i) =>
        directions.reduce((sum, u, k) => {
          const along = u.reduce((product, value, j) => product + value * (x.data[i * d + j]! - mean[j]!), 0);
          return sum - 0.5 * (along ** 2 / variances[k]! + Math.log(2 * Math.PI * variances[k]!));
        }, 0),
      );
      return sameNumbers(expected, bound.data, 2e-3, { detail: "nats" });
    },
  },
];
