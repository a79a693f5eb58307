import { noise } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import type { OptionsOf } from "../part/setting.ts";
import { flowParts, flowSettings, levelAt } from "./flow.ts";
import { oneStep, type Sampler } from "./sampler.ts";

const settings = flowSettings();

/** Options of {@link euler}. */
export type EulerOptions = OptionsOf<typeof settings>;

/**
 * Euler's method on the probability-flow ODE in y = x / alpha and r = sigma / alpha, where it is dy/dr = noise(x, t)
 * for every process (Karras et al. 2022, algorithm 1 without its correction):
 *
 *     y' = y + (r' - r) noise(x, t)
 *
 * The same step as `ddim` without fresh noise, in the form of an increment. Order 1.
 * @throws ArgumentError for bad steps or an unknown grid
 */
export const euler = declare({
  kind: "euler",
  family: "probability-flow ODE",
  summary: "first order; the simplest, and the baseline for the others",
  source: "Karras et al. 2022, algorithm 1 without its correction",
  settings,
  make: (flow, recipe): Sampler =>
    oneStep({
      ...flowParts(flow),
      recipe,
      evaluationsPerStep: 1,
      noises: 0,
      step: (model, x, from, to) => {
        const [at, next] = [levelAt(model.process, from, x), levelAt(model.process, to, x)];
        return x
          .divide(at.alpha)
          .add(next.r.subtract(at.r).multiply(noise(model, x, from)))
          .multiply(next.alpha);
      },
    }),
});
