import { setting } from "@scorefield/core";
import { declarePosterior } from "../method/declare-posterior.ts";
import { hostTimeOfRatio, ratioOf, spread } from "../method/level-of.ts";
import { givenMeasurement } from "../method/problem.ts";
import { firstPoint } from "./denoiser.ts";

/**
 * Half-quadratic splitting with falling noise of the denoiser (Geman & Yang 1995; Zhang et al. 2021, "Plug-and-Play Image Restoration with Deep
 * Denoiser Prior", algorithm 1):
 *
 *     x = argmin |y - A x|^2 / (2 sigma_y^2) + lambda |x - z|^2 / (2 r^2)      z <- D(x; r)
 *
 * with r from `start` to `end` in geometric progression. The result is the last z.
 *
 * Measured on Gaussian data of 6 numbers under 4 operators (`gaussian-problem.case.ts`), settings by default: the
 * point is 0.03 to 0.08 deviations of the posterior from its mean.
 */
export const halfQuadratic = declarePosterior({
  kind: "half-quadratic",
  name: "halfQuadratic",
  title: "half-quadratic splitting",
  family: "plug-and-play",
  form: "estimate",
  summary:
    "the measurement and the denoiser in turn, at falling noise; a picture in few steps; a point without uncertainty",
  source: "Geman & Yang 1995; Zhang, Li, Zuo, Zhang, Van Gool & Timofte 2021, algorithm 1",
  needs: { linear: true, gaussian: true },
  cost: "an evaluation for each of steps; no backward pass",
  settings: {
    steps: setting.whole({ least: 2, most: 100000, default: 24, help: "iterations" }),
    start: setting.number({ above: 0, default: 2, help: "the first r of the denoiser, in units of the data" }),
    end: setting.number({ above: 0, default: 0.05, help: "the last r of the denoiser, in units of the data" }),
    lambda: setting.number({ above: 0, default: 1, help: "weight of the denoised point against the measurement" }),
  },
  sampler: ({ operator, noise: { sigma } }, { steps, start, end, lambda }) => ({
    grid: (process) =>
      Array.from({ length: steps + 1 }, (_, k) =>
        hostTimeOfRatio(process, start * (Math.min(end, start) / start) ** Math.min(1, k / (steps - 1))),
      ),
    chain: true,
    denoiseLast: false,
    evaluationsPerStep: 1,
    noises: 0,
    carries: 0,
    memory: 1,
    // The state between steps is alpha z.
    step: (model, { x }, { from, to, before }) => {
      const { process, bound } = model;
      const y = givenMeasurement("halfQuadratic", bound);
      const z = before.length === 0 ? firstPoint(operator, y, sigma) : x.divide(spread(process.alpha(from), x));
      const rho = ratioOf(process, from).reciprocal().multiply(sigma).square().multiply(lambda);
      const fitted = operator.solve(operator.adjoint(y).add(z.multiply(spread(rho, x))), rho);
      const clean = model.denoise(fitted.multiply(spread(process.alpha(from), x)), from);
      return { x: clean.multiply(spread(process.alpha(to), x)), carried: [] };
    },
  }),
});
