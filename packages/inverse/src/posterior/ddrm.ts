import { logSnrGrid, setting } from "@scorefield/core";
import { constant, ndarray, where } from "@scorefield/tensor";
import { declarePosterior } from "../method/declare-posterior.ts";
import { ratioOf } from "../method/level-of.ts";
import { givenMeasurement } from "../method/problem.ts";
import { stepsSetting } from "./flow-default.ts";
import { knownSvd } from "./spectral.ts";

/**
 * Denoising diffusion restoration models (Kawar et al. 2022, equations 7 and 8). In y = x / alpha and r = sigma / alpha, in the
 * coordinates of the operator's singular vectors, with the measurement m = u* y / s of noise w = sigma_y / s, and D denoised:
 *
 *     s = 0            N(D + sqrt(1 - eta^2) r' (y - D) / r,  eta^2 r'^2)
 *     r' < w           N(D + sqrt(1 - eta^2) r' (m - D) / w,  eta^2 r'^2)
 *     r' >= w          N((1 - eta_b) D + eta_b m,  r'^2 - w^2 eta_b^2)
 *
 * and at the first time N(m, r^2 - w^2) where r > w, else N(0, r^2).
 *
 * Measured on Gaussian data of 6 numbers under 4 operators (`gaussian-problem.case.ts`), settings by default:
 * variances of draws 0.22 to 0.75 of the posterior; 90 % intervals cover 0.64 to 0.78.
 */
export const ddrm = declarePosterior({
  kind: "ddrm",
  title: "denoising diffusion restoration",
  family: "guided sampler",
  form: "sampler",
  summary: "each singular direction by its own noise; few steps, no backward pass; pictures, not posteriors",
  source: "Kawar et al. 2022, equations 7 and 8",
  needs: { linear: true, gaussian: true },
  cost: "an evaluation for each of steps",
  settings: {
    steps: stepsSetting(20, "steps of the sampler"),
    eta: setting.number({
      least: 0,
      most: 1,
      default: 0.85,
      help: "fresh noise in directions that are not measured well",
    }),
    etaB: setting.number({
      least: 0,
      most: 1,
      default: 1,
      help: "weight of the measurement in directions that are measured well",
    }),
  },
  sampler: async ({ operator, noise: { sigma } }, { steps, eta, etaB }, runtime) => {
    const svd = await knownSvd("ddrm", operator, runtime);
    const values = svd.singularValues.data;
    const d = values.length;
    const row = (of: (s: number) => number) => ndarray(Float64Array.from(values, of), [1, d]);
    // Where nothing is measured the noise of the measurement is larger than any level.
    const noises = row((s) => (s > 0 ? sigma / s : 1e30));
    const inverses = row((s) => (s > 0 ? 1 / s : 0));
    const measuredHere = row((s) => Number(s > 0));
    const kept = Math.sqrt(1 - eta ** 2);
    return {
      grid: (process) => logSnrGrid(process, steps),
      denoiseLast: true,
      evaluationsPerStep: 1,
      noises: 2,
      carries: 0,
      memory: 1,
      step: (model, { x }, { from, to, before }, [z, other]) => {
        const { process, bound } = model;
        const n = x.shape[0]!;
        const known = (array: typeof noises) => constant(array).cast(x.dtype);
        const [w, measured] = [known(noises), known(measuredHere).greater(0.5)];
        const m = svd.toMeasuredSpectral(givenMeasurement("ddrm", bound)).multiply(known(inverses));
        const [r, next] = [ratioOf(process, from), ratioOf(process, to)].map((values) => values.reshape([n, 1])) as [
          typeof x,
          typeof x,
        ];
        const alpha = process.alpha(from).reshape([n, 1]);
        const drawn = svd.toSpectral(x).divide(alpha);
        const start = where(
          r.greater(w),
          m.add(r.square().subtract(w.square()).relu().sqrt().multiply(svd.toSpectral(other!))),
          drawn,
        );
        const point = before.length === 0 ? start : drawn;
        const at = svd.fromSpectral(point.multiply(alpha));
        const denoised = svd.toSpectral(model.denoise(at, from));
        const free = denoised.add(point.subtract(denoised).divide(r).multiply(next.multiply(kept)));
        const weak = denoised.add(m.subtract(denoised).divide(w).multiply(next.multiply(kept)));
        const strong = denoised.multiply(1 - etaB).add(m.multiply(etaB));
        const isStrong = next.greaterOrEqual(w);
        const mean = where(measured, where(isStrong, strong, weak), free);
        const own = where(
          isStrong,
          next.square().subtract(w.multiply(etaB).square()).relu().sqrt(),
          next.multiply(eta),
        );
        const moved = mean.add(own.multiply(svd.toSpectral(z!)));
        return { x: svd.fromSpectral(moved.multiply(process.alpha(to).reshape([n, 1]))), carried: [] };
      },
    };
  },
});
