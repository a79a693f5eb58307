/** Random numbers one after another, for chains whose steps depend on each other. */
import { uniform } from "@scorefield/core";

const block = 4096;

/** A source of numbers uniform on [0, 1), the same for the same seed and purpose. */
export const randomStream = (
  seed: number,
  purpose: "general" | "sampler" | "resampling" = "general",
): (() => number) => {
  let step = 0;
  let at = block;
  let values: ArrayLike<number> = [];
  return () => {
    if (at === block) {
      values = uniform([block], { seed, step: step++, purpose, dtype: "float64" }).data;
      at = 0;
    }
    return values[at++]!;
  };
};
