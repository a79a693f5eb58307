import { logSnrGrid, setting } from "@scorefield/core";
import { grad } from "@scorefield/tensor";
import { declarePosterior } from "../method/declare-posterior.ts";
import { spread } from "../method/level-of.ts";
import { givenMeasurement } from "../method/problem.ts";
import { isLinear } from "../operator/operator.ts";
import { stepsSetting } from "./flow-default.ts";

/**
 * RED-diff (Mardani, Song, Kautz & Vahdat 2024, "A Variational Perspective on Solving Inverse Problems with Diffusion Models",
 * algorithm 1, proposition 2). The mean mu of a variational distribution without spread is moved by Adam from large noise to small,
 *
 *     loss = -log p(y | A mu) + lambda r <stop(noise(x_t) - z), mu>        x_t = alpha mu + sigma z      r = sigma / alpha
 *
 * where the weight r of a time is theirs, 1 / sqrt(SNR). In this library's terms r (noise(x_t) - z) is mu - D(x_t): the loss pulls mu
 * to where noisy copies of it are denoised. One point for each first guess: no spread, no uncertainty.
 *
 * Where theirs is constant, the step of Adam falls to 0 here, and levels of noise are uniform in the logarithm of the signal-to-noise ratio, for
 * every process. The likelihood is that of an operator of norm 1, so lambda serves all linear operators. The pull of the denoiser ends with its noise, so the point fits the measurement, noise included.
 *
 * Measured on Gaussian data of 6 numbers under 4 operators (`gaussian-problem.case.ts`), settings by default: the point is 0.2 to 0.3 from
 * the posterior's mean, for data of deviation 1. On digits lambda from 0.01 to 0.05 is best (`bench/inverse-digits.ts`).
 */
export const redDiff = declarePosterior({
  kind: "red-diff",
  name: "redDiff",
  title: "regularisation by denoising diffusion",
  family: "optimisation",
  form: "estimate",
  summary:
    "a point that explains the measurement and that the denoiser keeps, by Adam; any operator, any noise; no uncertainty",
  source: "Mardani, Song, Kautz & Vahdat 2024, algorithm 1",
  needs: {},
  cost: "an evaluation for each of steps; no backward pass through the network",
  settings: {
    steps: stepsSetting(500, "steps of Adam"),
    lambda: setting.number({
      above: 0,
      default: 0.05,
      help: "weight of the denoiser against the likelihood of unit noise and an operator of norm 1",
    }),
    learningRate: setting.number({
      above: 0,
      default: 0.1,
      help: "the first step of Adam, in units of the data; it falls to 0",
    }),
  },
  sampler: ({ operator, noise }, { steps, lambda, learningRate }) => ({
    grid: (process) => logSnrGrid(process, steps + 1),
    denoiseLast: false,
    evaluationsPerStep: 1,
    noises: 1,
    // Adam's two moments, and the product of its decays so far.
    carries: 3,
    memory: 1,
    // The state between steps is alpha mu.
    step: (model, { x, carried }, { from, to, before }, [z]) => {
      const { process, bound } = model;
      const y = givenMeasurement("redDiff", bound);
      const [alpha, sigma] = [spread(process.alpha(from), x), spread(process.sigma(from), x)];
      const mu = before.length === 0 ? x.multiply(0) : x.divide(alpha);
      const noisy = mu.multiply(alpha).add(z!.multiply(sigma));
      const denoised = model.denoise(noisy, from);
      // noise(x_t) - z = (alpha / sigma) (mu - D)
      const prior = mu.subtract(denoised).multiply(lambda);
      // The likelihood of unit noise, as theirs, for an operator of norm 1: |y - A mu|^2 / (2 |A|^2) for Gaussian noise.
      const unit = ((noise.sigma ?? 1) / (isLinear(operator) ? operator.norm : 1)) ** 2;
      const likelihood = grad((at: typeof x) => noise.logLikelihood(y, operator.apply(at)).sum())(mu).multiply(unit);
      const gradient = prior.subtract(likelihood);
      const [m, v, past] = carried as [typeof x, typeof x, typeof x];
      const [beta, gamma] = [0.9, 0.99];
      const first = m.multiply(beta).add(gradient.multiply(1 - beta));
      const second = v.multiply(gamma).add(gradient.square().multiply(1 - gamma));
      const count = past.add(1);
      const unbiased = (moment: typeof x, decay: number) =>
        moment.divide(count.multiply(Math.log(decay)).exp().multiply(-1).add(1));
      // Steps of a constant length never settle: in the end their jitter is as large as the step.
      const length = count
        .multiply(-1 / steps)
        .add(1 + 1 / steps)
        .multiply(learningRate);
      const moved = mu.subtract(
        unbiased(first, beta).divide(unbiased(second, gamma).sqrt().add(1e-8)).multiply(length),
      );
      return { x: moved.multiply(spread(process.alpha(to), x)), carried: [first, second, count] };
    },
  }),
});
