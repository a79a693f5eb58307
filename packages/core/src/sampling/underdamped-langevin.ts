import { score } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import { number, type OptionsOf } from "../part/setting.ts";
import { chainSettings, stayingGrid } from "./langevin.ts";
import type { Sampler } from "./sampler.ts";

const settings = {
  steps: chainSettings.steps,
  /** Stable below twice the least deviation of the marginal. */
  stepSize: number({ above: 0, default: 0.1, help: "the h of the update, in units of the data" }),
  /** Large friction approaches {@link langevin}. */
  friction: number({ above: 0, default: 1, help: "the gamma of the update, per unit of the data" }),
  time: chainSettings.time,
};

/** Options of {@link underdampedLangevin}. */
export type UnderdampedLangevinOptions = OptionsOf<typeof settings>;

/**
 * Underdamped (kinetic) Langevin dynamics, dx = v dt, dv = score(x) dt - gamma v dt + sqrt(2 gamma) dW, at one time t:
 *
 *     x_half = x + h/2 v
 *     v_half = c v + sqrt(1 - c^2) z           c = exp(-gamma h), the friction and noise exactly
 *     x' = x_half + h/2 v_half
 *     v' = v_half + h score(x', t)
 *
 * which gives the positions of the BAOAB splitting (Leimkuhler & Matthews 2013), written so that a step needs one score:
 * v runs half a kick ahead. On a Gaussian the distribution of x has no error, for any h. Elsewhere its error is of
 * order h^2. v starts at rest.
 * @throws ArgumentError for options out of range
 */
export const underdampedLangevin = declare({
  kind: "underdamped-langevin",
  name: "underdampedLangevin",
  family: "Langevin dynamics",
  summary: "with momentum, at one noise level; error of second order in the step",
  source: "Leimkuhler & Matthews 2013",
  settings,
  make: ({ steps, stepSize: h, friction, time }, recipe): Sampler => {
    const kept = Math.exp(-friction * h);
    const noise = Math.sqrt(-Math.expm1(-2 * friction * h));
    return {
      recipe,
      grid: stayingGrid("underdampedLangevin", steps, time),
      chain: true,
      denoiseLast: false,
      evaluationsPerStep: 1,
      noises: 1,
      carries: 1,
      memory: 0,
      step: (model, { x, carried: [v] }, { from }, [z]) => {
        const slowed = v!.multiply(kept).add(z!.multiply(noise));
        const moved = x.add(v!.add(slowed).multiply(h / 2));
        return { x: moved, carried: [slowed.add(score(model, moved, from).multiply(h))] };
      },
    };
  },
});
