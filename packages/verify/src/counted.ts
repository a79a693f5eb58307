/** How often a model is really evaluated, counted: evaluations in each compiled function, times its runs. */

import type { ScoreModel } from "@scorefield/core";
import type { Runtime, Tensor } from "@scorefield/tensor";

/** A model that counts. */
export interface Counted {
  /** The model by its denoiser alone. */
  readonly model: ScoreModel;
  /** A runtime that counts runs of functions compiled for it, one after the other. */
  runtime(inner: Runtime): Runtime;
  /** Evaluations so far. */
  count(): number;
}

/**
 * A model and a runtime that together count how often its denoiser is evaluated. What is asked twice of the same
 * tensors in one graph is computed once, and counts once.
 */
export const counted = ({ process, shape, denoise }: ScoreModel): Counted => {
  let [traced, evaluated] = [0, 0];
  const known = new WeakMap<Tensor, WeakMap<Tensor, Tensor>>();
  return {
    model: {
      process,
      shape,
      denoise: (x, t) => {
        const atX = known.get(x) ?? new WeakMap<Tensor, Tensor>();
        known.set(x, atX);
        const before = atX.get(t);
        if (before) return before;
        traced++;
        const found = denoise(x, t);
        atX.set(t, found);
        return found;
      },
    },
    runtime: (inner) => ({
      ...inner,
      load: async (...model) => {
        const perRun = traced;
        traced = 0;
        const session = await inner.load(...model);
        return {
          dispose: () => session.dispose(),
          run: (inputs) => {
            evaluated += perRun;
            return session.run(inputs);
          },
        };
      },
    }),
    count: () => evaluated,
  };
};
