/** The sampler of methods with a guided score, where the caller gives none. */
import { type AnySampler, heun, setting } from "@scorefield/core";

/** Steps of the sampler that a method takes by itself. */
export const stepsSetting = <const D extends number>(
  byDefault: D,
  help = "steps of the sampler that the method takes by itself",
) => setting.whole({ least: 1, most: 1e7, default: byDefault as number, help });

/**
 * Heun's method on the probability-flow ODE of the guided score (Karras et al. 2022, algorithm 1): draws differ by their first noise
 * alone. In n steps it evaluates the guided score 2 n - 1 times.
 */
export const guidedFlow = ({ steps }: { readonly steps: number }): AnySampler => heun({ steps });
