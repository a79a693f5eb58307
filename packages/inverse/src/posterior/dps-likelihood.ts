import { grad } from "@scorefield/tensor";
import { declarePosterior } from "../method/declare-posterior.ts";
import { guidedFlow, stepsSetting } from "./flow-default.ts";

/**
 * Diffusion posterior sampling by its equation: the likelihood of the denoised point (Chung et al. 2023, equations 11 and 15,
 * with the squared norm),
 *
 *     grad_x log p(y | x_t) = grad_x log p(y | A(D(x)))        for Gaussian noise  -grad_x |y - A(D(x))|^2 / (2 sigma_y^2)
 *
 * The spread of the data given x_t is left out, so the likelihood is too sharp at large noise. The algorithm of the paper divides by the
 * norm of the residual in place of sigma_y^2: that is {@link "./dps.ts"}.
 *
 * Measured on Gaussian data of 6 numbers under 4 operators (`gaussian-problem.case.ts`), settings by default:
 * variances of draws 0.00 to 0.96 of the posterior, without the blur: much overconfident. 90 % intervals cover
 * 0.71 of a mask, 0.57 of the identity and 0.86 of a projection. With a trained prior and little noise it needs more steps than
 * the default: Heun's method diverges.
 */
export const dpsLikelihood = declarePosterior({
  kind: "dps-likelihood",
  name: "dpsLikelihood",
  title: "likelihood of the denoised point",
  family: "guided score",
  form: "score",
  summary: "the likelihood at the denoised point, as if x_t fixed the data; any operator, any noise",
  source: "Chung et al. 2023, equations 11 and 15",
  needs: {},
  cost: "an evaluation and a backward pass for each guided score, 2 steps - 1 of them",
  settings: { steps: stepsSetting(500) },
  sampler: guidedFlow,
  guide:
    ({ operator, noise }) =>
    ({ x, alpha, sigma, denoise }, y) => {
      const likelihoodScore = grad((at: typeof x) => noise.logLikelihood(y, operator.apply(denoise(at))).sum())(x);
      return { denoised: denoise(x), shift: likelihoodScore.multiply(sigma.square().divide(alpha)) };
    },
});
