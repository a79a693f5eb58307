import { expandTime } from "../model/expand-time.ts";
import { score } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import { number, type OptionsOf, whole } from "../part/setting.ts";
import { type AdaptiveSampler, scaledError } from "./adaptive-sampler.ts";

const settings = {
  rtol: number({ above: 0, default: 0.02, help: "local error allowed as a share of x" }),
  atol: number({
    above: 0,
    default: 2 / 256,
    help: "local error allowed besides, in units of the data; 2 / 256 is one grey level of images",
  }),
  maxSteps: whole({ least: 1, default: 10_000, help: "attempts after which a sample is given up" }),
};

/** Options of {@link adaptiveSde}. */
export type AdaptiveSdeOptions = OptionsOf<typeof settings>;

/**
 * The adaptive solver of the reverse-time SDE of Jolicoeur-Martineau et al. 2021 ("Gotta go fast", algorithm 1). With
 * F(x, t) = -f x + g^2 score(x, t) and a step h = t - t' > 0, Euler-Maruyama and a stochastic improved Euler method share z,
 *
 *     x_1 = x + h F(x, t) + g(t) sqrt(h) z
 *     x_2 = x + h F(x_1, t') + g(t') sqrt(h) z
 *     x' = (x_1 + x_2) / 2
 *
 * and |x_1 - x'| in units of atol + rtol max(|x_1|, |x_1 of the step before|), root mean square, is the error. Their
 * units are max(atol, rtol ...), up to twice as strict. After an error E the step is 0.9 E^-0.9 times as long, here at most
 * twice.
 *
 * They draw z anew after a failed step. Then the noise of the steps that succeed is not normal, least of all for
 * samples of few elements. N(0, 1) came out with variance 2.0 in one dimension, 1.5 in two and 1.02 in a hundred. A
 * smaller tolerance made it worse. Here the Brownian motion stays the same (Rackauckas & Nie 2017), and the variance is
 * right.
 * @throws ArgumentError for options that are not positive
 */
export const adaptiveSde = declare({
  kind: "adaptive-sde",
  name: "adaptiveSde",
  family: "reverse-time SDE",
  summary: "adaptive steps to a tolerance, for each sample",
  source: "Jolicoeur-Martineau et al. 2021, algorithm 1; noise kept after a failed step, Rackauckas & Nie 2017",
  settings,
  make: ({ rtol, atol, maxSteps }, recipe): AdaptiveSampler => ({
    recipe,
    clock: () => ({ at: (t) => t, timeOf: (t) => t }),
    controller: { firstStep: 0.01, safety: 0.9, proportional: 0.9, integral: 0, shrink: 0.1, grow: 2 },
    maxSteps,
    denoiseLast: true,
    evaluationsToStart: 0,
    evaluationsPerAttempt: 2,
    stochastic: true,
    start: (_, x) => [x],
    attempt: (model, { x, carried: [previous] }, { from, to }, z) => {
      const { drift, diffusion } = model.process;
      const spread = (t: typeof from) => expandTime(t, x.rank);
      const h = spread(from.subtract(to));
      const move = (at: typeof x, t: typeof from): typeof x => {
        const g = spread(diffusion(t));
        const rate = score(model, at, t)
          .multiply(g.square())
          .subtract(at.multiply(spread(drift(t))));
        return x.add(rate.multiply(h)).add(z.multiply(g.multiply(h.sqrt())));
      };
      const first = move(x, from);
      const mean = first.add(move(first, to)).multiply(0.5);
      const error = scaledError(first.subtract(mean), first, previous!, { absolute: atol, relative: rtol });
      return { x: mean, carried: [first], error };
    },
  }),
});
