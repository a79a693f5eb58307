/** The noise distribution of training: which noise levels it visits. */
import { ArgumentError } from "../errors.ts";
import { normalQuantile } from "../numeric/normal-quantile.ts";
import { declare } from "../part/declare.ts";
import { partList } from "../part/part-list.ts";
import { number, part, whole } from "../part/setting.ts";
import type { Process } from "../process/process.ts";
import { timeOfLogRatio } from "../process/time-of-log-ratio.ts";
import type { KindRecipe } from "../recipe.ts";

/** A distribution of times: maps independent uniform draws in (0, 1) to times of a process. */
export interface NoiseDistribution {
  readonly recipe: KindRecipe;
  /** The time for one uniform draw. */
  time(process: Process, u: number): number;
}

/** Times uniform between the process's ends (Song et al. 2021). */
export const uniformTimes = declare({
  kind: "uniform",
  name: "uniformTimes",
  summary: "times uniform between the process's ends",
  source: "Song et al. 2021 (score SDE), equation 7",
  settings: {},
  make: (_, recipe): NoiseDistribution => ({
    recipe,
    time: ({ times }, u) => times.first + u * (times.last - times.first),
  }),
});

/**
 * log(sigma / alpha) ~ N(mean, deviation^2), limited to the process's ends (Karras et al. 2022, table 1).
 * @throws ArgumentError for a deviation that is not positive
 */
export const logNormalNoise = declare({
  kind: "log-normal",
  name: "logNormalNoise",
  summary: "a normal distribution of log(sigma / alpha), limited to the process's ends; the default",
  source: "Karras et al. 2022, table 1",
  settings: {
    mean: number({ default: -1.2, help: "mean of log(sigma / alpha)" }),
    deviation: number({ above: 0, default: 1.2, help: "standard deviation of log(sigma / alpha)" }),
  },
  make: ({ mean, deviation }, recipe): NoiseDistribution => ({
    recipe,
    time: (process, u) => timeOfLogRatio(process, mean + deviation * normalQuantile(u)),
  }),
});

/**
 * A fixed ladder of noise-to-data ratios in geometric progression, each equally often (Song & Ermon 2019: 10 levels
 * from 1.0 to 0.01). Levels beyond the process's ends are moved there.
 * @throws ArgumentError unless 0 < lowest < highest, both finite, with at least two levels
 */
export const geometricNoise = declare({
  kind: "geometric",
  name: "geometricNoise",
  summary: "a fixed ladder of noise-to-data ratios in geometric progression, each equally often",
  source: "Song & Ermon 2019",
  settings: {
    highest: number({ above: 0, default: 1, help: "largest sigma / alpha" }),
    lowest: number({ above: 0, default: 0.01, help: "smallest sigma / alpha" }),
    count: whole({ least: 2, default: 10, help: "noise levels" }),
  },
  make: ({ highest, lowest, count }, recipe): NoiseDistribution => {
    if (!(highest > lowest))
      throw new ArgumentError(`geometricNoise: expected lowest < highest, found ${lowest} and ${highest}`);
    return {
      recipe,
      time: (process, u) =>
        timeOfLogRatio(process, Math.log(highest) + (Math.floor(u * count) / (count - 1)) * Math.log(lowest / highest)),
    };
  },
});

/**
 * One noise-to-data ratio for all samples, moved to the nearer end where the process does not reach it.
 * @throws ArgumentError unless the ratio is positive and finite
 */
export const fixedNoise = declare({
  kind: "fixed",
  name: "fixedNoise",
  summary: "one noise-to-data ratio for all samples",
  source: "Vincent 2011",
  settings: { ratio: number({ above: 0, default: 0.1, help: "sigma / alpha" }) },
  make: ({ ratio }, recipe): NoiseDistribution => ({
    recipe,
    time: (process) => timeOfLogRatio(process, Math.log(ratio)),
  }),
});

/** Every noise distribution. */
export const noiseDistributions = partList("noise distribution", [
  uniformTimes,
  logNormalNoise,
  geometricNoise,
  fixedNoise,
]);

/** The noise distribution of an objective. */
export const noiseDistributionSetting = part(noiseDistributions, {
  default: logNormalNoise(),
  help: "how often training visits each noise level",
});

/** The kinds of noise distributions that {@link noiseDistributionFromRecipe} knows. */
export const noiseDistributionKinds = noiseDistributions.kinds;

/**
 * The noise distribution a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take; ArgumentError for settings that
 *   do not go together
 */
export const noiseDistributionFromRecipe = noiseDistributions.fromRecipe;
