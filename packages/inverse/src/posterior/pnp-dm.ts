import { ArgumentError, setting } from "@scorefield/core";
import { declarePosterior } from "../method/declare-posterior.ts";
import { hostTimeOfRatio, ratioOf, spread } from "../method/level-of.ts";
import { givenMeasurement } from "../method/problem.ts";
import { innerFlow } from "./inner-flow.ts";
import { splitSettings, splitStep } from "./split-step.ts";

/**
 * Plug-and-play diffusion models (Wu et al. 2024, "Principled Probabilistic Imaging using Diffusion Models as Plug-and-Play Priors",
 * algorithm 1): Gibbs sampling of x and a split variable z that is tied to it,
 *
 *     pi(x, z) proportional to p(x) N(z; x, rho^2 I) p(y | z)
 *     z ~ N(z; x, rho^2 I) p(y | z)        x ~ p(x_0 | x_0 + rho n = z), by the reverse process from noise rho
 *
 * The noise rho falls from `start` to `coupling` by the factor `decay`, and stays. Then x has the posterior of a measurement whose
 * noise is larger: N(y; A x, sigma_y^2 I + rho^2 A A*). So the coupling is to be small against sigma_y / |A|; but chains at a small
 * coupling move slowly.
 *
 * Measured on Gaussian data of 6 numbers under 4 operators (`gaussian-problem.case.ts`), settings by default:
 * variances of draws 0.98 to 1.92 of the posterior, the most where sigma_y is no more than the coupling. 90 %
 * intervals cover 0.89 to 0.91.
 */
export const pnpDm = declarePosterior({
  kind: "pnp-dm",
  name: "pnpDm",
  title: "split Gibbs sampling",
  family: "split sampler",
  form: "sampler",
  summary:
    "Gibbs sampling between the measurement and the prior; its one error is known, the coupling; any operator and noise",
  source: "Wu, Sun, Chen, Zhang, Yue & Bouman 2024, algorithm 1",
  needs: {},
  cost: "innerSteps evaluations for each of steps; no backward pass through the network",
  settings: {
    steps: setting.whole({ least: 2, most: 100000, default: 60, help: "rounds of Gibbs sampling" }),
    innerSteps: setting.whole({
      least: 2,
      most: 1000,
      default: 20,
      help: "steps of the reverse process in each round",
    }),
    start: setting.number({ above: 0, default: 10, help: "the first rho, in units of the data" }),
    coupling: setting.number({ above: 0, default: 0.1, help: "the last rho, in units of the data" }),
    decay: setting.number({ above: 0, below: 1, default: 0.85, help: "factor of rho from round to round" }),
    ...splitSettings,
  },
  sampler: (problem, { steps, innerSteps, start, coupling, decay, ...split }) => {
    if (!(coupling <= start))
      throw new ArgumentError(
        `pnpDm: expected a coupling of at most start, found coupling ${coupling} and start ${start}`,
      );
    const step = splitStep(problem, split);
    return {
      grid: (process) =>
        Array.from({ length: steps + 1 }, (_, k) => hostTimeOfRatio(process, Math.max(coupling, start * decay ** k))),
      chain: true,
      denoiseLast: false,
      evaluationsPerStep: innerSteps,
      noises: innerSteps - 1 + step.noises,
      carries: 0,
      memory: 1,
      // The state between steps is x alpha, without noise.
      step: (model, { x }, { from, to, before }, draws) => {
        const { process, bound } = model;
        const y = givenMeasurement("pnpDm", bound);
        const own = before.length === 0 ? x.multiply(0) : x.divide(spread(process.alpha(from), x));
        const rho = ratioOf(process, from);
        const tied = step.draw(y, own, rho, draws.slice(innerSteps - 1));
        const clean = innerFlow(model, tied, from, { steps: innerSteps, noise: draws.slice(0, innerSteps - 1) });
        return { x: clean.multiply(spread(process.alpha(to), x)), carried: [] };
      },
    };
  },
});
