import { setting } from "@scorefield/core";
import { declarePosterior } from "../method/declare-posterior.ts";
import { spread } from "../method/level-of.ts";
import { givenMeasurement } from "../method/problem.ts";
import { denoiseAt, firstPoint, plugAndPlaySettings, stayingParts } from "./denoiser.ts";

/**
 * Plug-and-play ADMM (Venkatakrishnan, Bouman & Wohlberg 2013, section 2; Chan, Wang & Elgendy 2017, equations 4 to 6): the proximal map of
 * the prior is a denoiser of noise r,
 *
 *     x = argmin |y - A x|^2 / (2 sigma_y^2) + |x - (v - u)|^2 / (2 r^2)      v <- D(x + u; r)      u <- u + x - v
 *
 * For Gaussian data D is the proximal map itself, whatever r, and v tends to the mean of the posterior. In general it tends to a point that
 * the denoiser and the measurement agree on, if anywhere: `changes` of the result show whether it did.
 */
export const admm = declarePosterior({
  kind: "pnp-admm",
  name: "admm",
  title: "plug-and-play ADMM",
  family: "plug-and-play",
  form: "estimate",
  summary: "the measurement and the denoiser agree by multipliers; converges fast; a point without uncertainty",
  source: "Venkatakrishnan, Bouman & Wohlberg 2013; Chan, Wang & Elgendy 2017, equations 4 to 6",
  needs: { linear: true, gaussian: true },
  cost: "an evaluation for each of steps; no backward pass",
  settings: {
    ...plugAndPlaySettings,
    denoiserNoise: setting.number({ above: 0, default: 0.1, help: "the r of the denoiser, in units of the data" }),
  },
  sampler: ({ operator, noise: { sigma } }, { steps, denoiserNoise }) => ({
    ...stayingParts(steps),
    carries: 1,
    step: (model, { x, carried }, { from, before }) => {
      const { process, bound } = model;
      const y = givenMeasurement("admm", bound);
      const alpha = spread(process.alpha(from), x);
      const v = before.length === 0 ? firstPoint(operator, y, sigma) : x.divide(alpha);
      const u = carried[0]!;
      const rho = (sigma / denoiserNoise) ** 2;
      const fitted = operator.solve(operator.adjoint(y).add(v.subtract(u).multiply(rho)), rho);
      const clean = denoiseAt(model, fitted.add(u), denoiserNoise);
      return { x: clean.multiply(alpha), carried: [u.add(fitted).subtract(clean)] };
    },
  }),
});
