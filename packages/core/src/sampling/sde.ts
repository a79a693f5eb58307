/** What samplers of the reverse-time SDE on a grid of times share: their grid, their end, and one evaluation per step. */
import type { OptionsOf, Values } from "../part/setting.ts";
import { chooseGrid, gridSetting } from "./grid.ts";
import type { Sampler } from "./sampler.ts";
import { stepsSetting } from "./steps-setting.ts";

/**
 * Settings of every sampler of the reverse-time SDE on a grid of times, for `declare`. {@link sdeParts} makes the parts of
 * a sampler from their values.
 * @param steps the default number of steps
 */
export const sdeSettings = (steps = 500) => ({
  /** Steps, then one evaluation more for the denoised estimate. */
  steps: stepsSetting(steps, "steps, before one evaluation for the denoised estimate"),
  /** The grid of Song et al. 2021 is `uniform`. */
  grid: gridSetting("log-snr"),
});

/** Options of every sampler of the reverse-time SDE on a grid of times. */
export type SdeSamplerOptions = OptionsOf<ReturnType<typeof sdeSettings>>;

/** The parts of a sampler that follow from its {@link sdeSettings}. */
export const sdeParts = ({
  steps,
  grid,
}: Values<ReturnType<typeof sdeSettings>>): Pick<Sampler, "grid" | "denoiseLast" | "evaluationsPerStep" | "noises"> => {
  const { times } = chooseGrid(grid);
  return {
    grid: (process) => times(process, steps + 1),
    denoiseLast: true,
    evaluationsPerStep: 1,
    noises: 1,
  };
};
