/** Checks of moving averages whose width grows with training, and of those made afterwards. */

import { type AverageSnapshot, powerExponent, reconstructAverage } from "@scorefield/core";
import { powerDecayAt } from "@scorefield/core/internal";
import { ndarray } from "@scorefield/tensor";
import { type Check, relative, worst } from "./check.ts";

const steps = 4000;

/** The average of a parameter that is a function of the step, after every one. */
const followed = (width: number, theta: (step: number) => number): Float64Array => {
  const exponent = powerExponent(width);
  const averages = new Float64Array(steps);
  let average = 0;
  for (let step = 0; step < steps; step++) {
    const decay = powerDecayAt(step, exponent);
    average = decay * average + (1 - decay) * theta(step + 1);
    averages[step] = average;
  }
  return averages;
};

/** Goes up and down at several paces. */
const wandering = (step: number): number => 3 + Math.sin(step / 90) + Math.cos(step / 400) + step / steps;

export const averageChecks: readonly Check[] = [
  {
    name: "the average of theta(t) = t of any width tends to t (gamma + 1) / (gamma + 2)",
    group: "training",
    source: "Karras et al. 2024, section 3.1",
    run: async () =>
      worst(
        [0.05, 0.1, 0.2].map((width) => {
          const gamma = powerExponent(width);
          const found = followed(width, (step) => step).at(-1)!;
          return relative((steps * (gamma + 1)) / (gamma + 2), found, 1 / steps, { detail: `width ${width}` });
        }),
      ),
  },
  {
    name: "averages made from snapshots of widths 0.05 and 0.1 are those followed in training",
    group: "training",
    source: "Karras et al. 2024, section 3.2",
    run: async () => {
      const kept = [0.05, 0.1].map((width) => ({ width, averages: followed(width, wandering) }));
      const snapshots = kept.flatMap(({ width, averages }) =>
        Array.from({ length: 16 }, (_, k): AverageSnapshot => {
          const step = ((k + 1) * steps) / 16;
          return { step, width, read: () => ndarray(averages.slice(step - 1, step)) };
        }),
      );
      const findings = [0.04, 0.05, 0.07, 0.1, 0.15].map(async (width) => {
        const { data } = await reconstructAverage(snapshots, { step: steps, width });
        return relative(followed(width, wandering).at(-1)!, Number(data[0]), 0.002, { detail: `width ${width}` });
      });
      return worst(await Promise.all(findings));
    },
  },
];
