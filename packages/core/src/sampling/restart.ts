import { checkSteps } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { declare } from "../part/declare.ts";
import { fields, list, number, type OptionsOf, type ValueOf, whole } from "../part/setting.ts";
import type { Process } from "../process/process.ts";
import { flowParts, flowSettings } from "./flow.ts";
import { heun } from "./heun.ts";
import type { Sampler } from "./sampler.ts";

const interval = fields(
  {
    low: number({ above: 0, help: "its low end as sigma / alpha; it is moved to the nearest time of the grid" }),
    high: number({ above: 0, help: "its high end as sigma / alpha" }),
    steps: whole({ least: 1, help: "steps from high to low, by Karras' rho of 7" }),
    repeats: whole({ least: 1, help: "how often" }),
  },
  { help: "an interval of noise levels that is repeated" },
);

/** An interval of noise levels that is repeated: `steps` steps from `high` to `low`, `repeats` times. */
export type RestartInterval = ValueOf<typeof interval>;

const settings = {
  ...flowSettings(),
  /** The default is a setting of the paper for images. Its 3 points are 2 steps. */
  intervals: list(interval, {
    default: [{ low: 0.06, high: 0.3, steps: 2, repeats: 2 }],
    help: "intervals of sigma / alpha that are repeated",
  }),
};

/** Options of {@link restart}. */
export type RestartOptions = OptionsOf<typeof settings>;

/**
 * Restart sampling (Xu et al. 2023, "Restart Sampling for Improving Generative Processes", algorithm 1). It solves the
 * probability-flow ODE by Heun's method. At the low end of each interval it repeats: noise up to the high end, and the
 * ODE down again. In y = x / alpha and r = sigma / alpha
 *
 *     y_high = y_low + sqrt(r_high^2 - r_low^2) z
 *     y_low = Heun(y_high, from r_high to r_low)
 *
 * The noise contracts the error gathered so far, while the steps stay steps of an ODE. Two evaluations per step down.
 * @throws ArgumentError for bad steps, an unknown grid, or bad intervals; on a process, for intervals whose ends
 *   lie outside its times
 */
export const restart = declare({
  kind: "restart",
  family: "probability-flow ODE",
  summary: "heun, with intervals repeated from fresh noise, which contracts earlier errors",
  source: "Xu et al. 2023, algorithm 1",
  settings,
  make: ({ intervals, ...flow }, recipe): Sampler => {
    const parts = flowParts(flow);
    checkIntervals(intervals);
    return {
      ...heun(flow),
      recipe,
      restarts: true,
      grid: (process) => {
        const main = parts.grid(process);
        const after = new Map<number, number[]>();
        for (const interval of intervals) {
          const [low, high] = [timeOfRatio(process, interval.low), timeOfRatio(process, interval.high)];
          if (!(low >= process.times.first && high <= process.times.last))
            throw new ArgumentError(
              `restart: expected intervals of sigma / alpha within ${rounded(process, process.times.first)} to ` +
                `${rounded(process, process.times.last)}, found ${interval.low} to ${interval.high}`,
            );
          const nearest = main.reduce((a, b) =>
            Math.abs(ratioAt(process, b) - interval.low) < Math.abs(ratioAt(process, a) - interval.low) ? b : a,
          );
          if (!(nearest < high))
            throw new ArgumentError(
              `restart: expected a time of the grid near the low end of the interval ${interval.low} to ${interval.high}, found ` +
                `the nearest at ${rounded(process, nearest)}; take more steps`,
            );
          const again = Array.from({ length: interval.repeats }, () => descent(process, high, nearest, interval.steps));
          after.set(nearest, [...(after.get(nearest) ?? []), ...again.flat()]);
        }
        return main.flatMap((t) => [t, ...(after.get(t) ?? [])]);
      },
    };
  },
});

const checkIntervals = (intervals: readonly RestartInterval[]): void => {
  for (const { low, high, steps, repeats } of intervals) {
    checkSteps("restart interval steps times repeats", steps * repeats);
    if (!(low < high)) throw new ArgumentError(`restart interval: expected low < high, found low ${low}, high ${high}`);
  }
};

const ratioAt = (process: Process, t: number): number => Math.exp(-process.logSnr(t) / 2);

const rounded = (process: Process, t: number): number => Number(ratioAt(process, t).toPrecision(4));

const timeOfRatio = (process: Process, ratio: number): number => process.timeOfLogSnr(-2 * Math.log(ratio));

/** Times from `high` to `low` in equal steps of (sigma / alpha)^(1 / 7), both ends exact. */
const descent = (process: Process, high: number, low: number, steps: number): number[] => {
  const [top, bottom] = [ratioAt(process, high) ** (1 / 7), ratioAt(process, low) ** (1 / 7)];
  return Array.from({ length: steps + 1 }, (_, i) => {
    if (i === 0) return high;
    return i === steps ? low : timeOfRatio(process, (top + (i / steps) * (bottom - top)) ** 7);
  });
};
