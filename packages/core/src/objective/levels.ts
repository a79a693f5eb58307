/** Which noise levels training visits. */
import { checkPositive } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { normalQuantile } from "../numeric/normal-quantile.ts";
import type { Process } from "../process/process.ts";
import { timeOfLogRatio } from "../process/time-of-log-ratio.ts";
import type { KindRecipe } from "../recipe.ts";

/** A distribution of times: maps independent uniform draws in (0, 1) to times of a process. */
export interface NoiseLevels {
  readonly recipe: KindRecipe;
  /** The time for one uniform draw. */
  time(process: Process, u: number): number;
}

/** Times uniform between the process's ends (Song et al. 2021). */
export const uniformTimes = (): NoiseLevels => ({
  recipe: { kind: "uniform" },
  time: ({ times }, u) => times.first + u * (times.last - times.first),
});

/**
 * log(sigma / alpha) ~ N(mean, deviation^2), limited to the process's ends (Karras et al. 2022, table 1).
 * @param options `mean` (default -1.2) and `deviation` (default 1.2)
 * @throws ArgumentError for a deviation that is not positive
 */
export const logNormalLevels = ({
  mean = -1.2,
  deviation = 1.2,
}: {
  mean?: number;
  deviation?: number;
} = {}): NoiseLevels => {
  if (!(Number.isFinite(mean) && Number.isFinite(deviation) && deviation > 0))
    throw new ArgumentError(
      `logNormalLevels: expected a positive deviation, found mean ${mean}, deviation ${deviation}`,
    );
  return {
    recipe: { kind: "log-normal", mean, deviation },
    time: (process, u) => timeOfLogRatio(process, mean + deviation * normalQuantile(u)),
  };
};

/**
 * A fixed ladder of noise-to-data ratios in geometric progression, each equally often (Song & Ermon 2019: 10 levels
 * from 1.0 to 0.01). Levels beyond the process's ends are moved there.
 * @throws ArgumentError unless 0 < lowest < highest, both finite, with at least two levels
 */
export const geometricLevels = ({
  highest = 1,
  lowest = 0.01,
  count = 10,
}: {
  highest?: number;
  lowest?: number;
  count?: number;
} = {}): NoiseLevels => {
  if (!(lowest > 0 && highest > lowest && Number.isFinite(highest)))
    throw new ArgumentError(`geometricLevels: expected 0 < lowest < highest, found ${lowest} and ${highest}`);
  if (!Number.isInteger(count) || count < 2)
    throw new ArgumentError(`geometricLevels: expected at least 2 levels, found ${count}`);
  return {
    recipe: { kind: "geometric", highest, lowest, count },
    time: (process, u) =>
      timeOfLogRatio(process, Math.log(highest) + (Math.floor(u * count) / (count - 1)) * Math.log(lowest / highest)),
  };
};

/**
 * One noise-to-data ratio for all samples, moved to the nearer end where the process does not reach it.
 * @throws ArgumentError unless the ratio is positive and finite
 */
export const fixedLevel = ({ ratio = 0.1 }: { ratio?: number } = {}): NoiseLevels => {
  checkPositive("fixedLevel ratio", ratio);
  return { recipe: { kind: "fixed", ratio }, time: (process) => timeOfLogRatio(process, Math.log(ratio)) };
};
