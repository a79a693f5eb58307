import { setting } from "@scorefield/core";
import { declarePosterior } from "../method/declare-posterior.ts";
import { spread } from "../method/level-of.ts";
import { givenMeasurement } from "../method/problem.ts";
import { denoiseAt, firstPoint, plugAndPlaySettings, stayingParts } from "./denoiser.ts";

/**
 * Regularisation by denoising (Romano, Elad & Milanfar 2017, equation 19, by steepest descent),
 *
 *     x <- x - mu (A* (A x - y) / sigma_y^2 + (x - D(x; r)) / r^2)      mu = 1 / (|A|^2 / sigma_y^2 + 1 / r^2)
 *
 * (x - D) / r^2 is minus the score of the data with noise r (Reehorst & Schniter 2019), so x tends to the mode of the posterior under the
 * prior with noise r: for data N(m, C) the posterior mean under N(m, C + r^2 I).
 */
export const red = declarePosterior({
  kind: "red",
  title: "regularisation by denoising",
  family: "plug-and-play",
  form: "estimate",
  summary: "descent of the misfit and of the smoothed prior; a mode of the posterior; a point without uncertainty",
  source: "Romano, Elad & Milanfar 2017, equation 19; Reehorst & Schniter 2019",
  needs: { linear: true, gaussian: true },
  cost: "an evaluation for each of steps; no backward pass",
  settings: {
    ...plugAndPlaySettings,
    denoiserNoise: setting.number({ above: 0, default: 0.1, help: "the r of the denoiser, in units of the data" }),
  },
  sampler: ({ operator, noise: { sigma } }, { steps, denoiserNoise: r }) => ({
    ...stayingParts(steps),
    carries: 0,
    step: (model, { x }, { from, before }) => {
      const { process, bound } = model;
      const y = givenMeasurement("red", bound);
      const alpha = spread(process.alpha(from), x);
      const point = before.length === 0 ? firstPoint(operator, y, sigma) : x.divide(alpha);
      const misfit = operator.adjoint(operator.apply(point).subtract(y)).multiply(sigma ** -2);
      const prior = point.subtract(denoiseAt(model, point, r)).multiply(r ** -2);
      const length = 1 / ((operator.norm / sigma) ** 2 + r ** -2);
      return { x: point.subtract(misfit.add(prior).multiply(length)).multiply(alpha), carried: [] };
    },
  }),
});
