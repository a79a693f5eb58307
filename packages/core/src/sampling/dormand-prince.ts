import type { Tensor } from "@scorefield/tensor";
import type { Clock } from "../integrate/integrate.ts";
import { dormandPrinceTableau as tableau } from "../integrate/tableau.ts";
import { tracedStep } from "../integrate/traced-step.ts";
import { expandTime } from "../model/expand-time.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { noise, scheduleAt } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import { number, type OptionsOf, type Values, whole } from "../part/setting.ts";
import type { Process } from "../process/process.ts";
import type { KindRecipe } from "../recipe.ts";
import { type AdaptiveSampler, scaledError } from "./adaptive-sampler.ts";

const settings = {
  rtol: number({ above: 0, default: 1e-3, help: "local error allowed as a share of x / alpha" }),
  atol: number({ above: 0, default: 1e-3, help: "local error allowed besides, in units of the data" }),
  maxSteps: whole({ least: 1, default: 1000, help: "attempts after which a sample is given up" }),
};

/** Options of {@link dormandPrince}. */
export type DormandPrinceOptions = OptionsOf<typeof settings>;

/** u = log(sigma / alpha) */
const logRatioClock = ({ logSnr, timeOfLogSnr }: Process): Clock => ({
  at: (t) => -logSnr(t) / 2,
  timeOf: (u) => timeOfLogSnr(-2 * u),
});

/** dy/du = (sigma / alpha) noise(x, t) */
const slopeAt = (model: ScoreModel, x: Tensor, t: Tensor): Tensor => {
  const { alpha, sigma } = scheduleAt(model.process, t, x);
  return noise(model, x, t).multiply(sigma.divide(alpha));
};

const make = ({ rtol, atol, maxSteps }: Values<typeof settings>, recipe: KindRecipe): AdaptiveSampler => {
  return {
    recipe,
    clock: logRatioClock,
    controller: { firstStep: 0.01, safety: 0.9, proportional: 0.7 / 5, integral: 0.4 / 5, shrink: 0.2, grow: 10 },
    maxSteps,
    denoiseLast: true,
    evaluationsToStart: 1,
    evaluationsPerAttempt: tableau.c.length - 1,
    stochastic: false,
    start: (model, x, from) => [slopeAt(model, x, from)],
    attempt: (model, { x, carried: [first] }, { from, to }) => {
      const { alpha, logSnr, timeOfLogSnr } = model.process;
      const spread = (t: Tensor) => expandTime(t, x.rank);
      const start = logSnr(from);
      const way = logSnr(to).subtract(start);
      const h = way.multiply(-0.5);
      const y = x.divide(spread(alpha(from)));
      const timeAt = (c: number): Tensor => (c === 1 ? to : timeOfLogSnr(start.add(way.multiply(c))));
      const slope = (state: Tensor, c: number): Tensor => {
        const t = timeAt(c);
        return slopeAt(model, state.multiply(spread(alpha(t))), t);
      };
      const next = tracedStep(tableau, y, first!, spread(h), slope);
      return {
        x: next.y.multiply(spread(alpha(to))),
        carried: [next.slope],
        error: scaledError(next.error, y, next.y, { absolute: atol, relative: rtol }),
      };
    },
  };
};

/**
 * The method of Dormand & Prince 1980 of orders 5(4) on the probability-flow ODE, which in y = x / alpha and
 * u = log(sigma / alpha) is dy/du = (sigma / alpha) noise(x, t), for every process:
 *
 *     k_i = (sigma_i / alpha_i) noise(alpha_i y_i, t_i)        y_i = y + h sum_j a_ij k_j        u_i = u + c_i h
 *
 * The last stage is the new state, its slope the first of the next step. Every sample has its own steps, as long as the
 * difference from the embedded solution of order 4, root mean square in units of atol + rtol |y|, allows (controller of
 * Hairer & Wanner 1996, section IV.2). In u a detail of any size takes steps of the same length. In sigma / alpha
 * itself the first steps leap over fine detail unseen. On the mixture of `dormand-prince.test.ts` at a tolerance of
 * 1e-3 the error was 5e-2 there, and is 4e-4 here, for the same number of evaluations.
 * @throws ArgumentError for options that are not positive
 */
export const dormandPrince = declare({
  kind: "dormand-prince",
  name: "dormandPrince",
  family: "probability-flow ODE",
  summary: "adaptive steps of order 5 to a tolerance, for each sample; for references and likelihoods",
  source: "Dormand & Prince 1980; step control of Hairer & Wanner 1996, section IV.2",
  settings,
  make,
});
