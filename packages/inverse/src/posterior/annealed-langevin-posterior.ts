import { annealedLangevin, setting } from "@scorefield/core";
import { declarePosterior } from "../method/declare-posterior.ts";

/**
 * Annealed Langevin dynamics on the posterior (Jalal et al. 2021, "Robust Compressed Sensing MRI with Deep Generative Priors",
 * equation 4). The likelihood is the measurement of the noisy point itself, with the noise of its level added,
 *
 *     grad_x log p(y | x_t) = A* (r^2 A A* + sigma_y^2 I)^-1 (y - A x_t / alpha) / alpha        r = sigma / alpha
 *
 * for their A* (y - A x) / (gamma_t^2 + sigma_y^2) with gamma_t chosen by hand. It is the likelihood if nothing were known
 * of the data, and tends to the right one as r falls to 0. No backward pass.
 *
 * Measured on Gaussian data of 6 numbers under 4 operators (`gaussian-problem.case.ts`), settings by default:
 * variances of draws 0.96 to 1.22 of the posterior, 1.03 to 1.07 on average; 90 % intervals cover 0.90 to 0.91 of a
 * mask and of the identity.
 */
export const posteriorLangevin = declarePosterior({
  kind: "annealed-langevin",
  name: "posteriorLangevin",
  title: "annealed Langevin dynamics on the posterior",
  family: "guided score",
  form: "score",
  summary: "Langevin steps at falling noise, with the likelihood of the noisy point; no backward pass",
  source: "Jalal et al. 2021, equation 4",
  needs: { linear: true, gaussian: true },
  cost: "an evaluation for each of levels times stepsPerLevel steps",
  settings: {
    levels: setting.whole({ least: 2, default: 200, help: "noise levels, in geometric progression" }),
    stepsPerLevel: setting.whole({ least: 1, default: 5, help: "Langevin steps at each level" }),
  },
  sampler: ({ levels, stepsPerLevel }) => annealedLangevin({ levels, stepsPerLevel, denoiseLast: false }),
  guide:
    ({ model: { process }, operator, noise }) =>
    ({ x, t, alpha, denoise }, y) => {
      const variance = process.sigma(t).divide(process.alpha(t)).square();
      const residual = y.subtract(operator.apply(x.divide(alpha)));
      const weighed = operator.solveMeasured(residual, variance.reciprocal().multiply(noise.sigma ** 2));
      // (sigma^2 / alpha) / (alpha r^2) = 1
      return { denoised: denoise(x), shift: operator.adjoint(weighed) };
    },
});
