/** What samplers of the reverse-time SDE on a grid of times share: their grid, their end, and one evaluation per step. */
import { checkSteps } from "../check.ts";
import { chooseGrid, type Grid, type GridName } from "./grid.ts";
import type { Sampler } from "./sampler.ts";

/** Options of every sampler of the reverse-time SDE on a grid of times. */
export interface SdeSamplerOptions {
  /** Steps, then one evaluation more for the denoised estimate. Default 500, but 50 of `sdeDpmSolver`. */
  readonly steps?: number;
  /** Default `log-snr`; that of Song et al. 2021 is `uniform`. */
  readonly grid?: GridName | Grid;
}

/** The parts of a sampler that follow from its {@link SdeSamplerOptions}. */
interface SdeParts extends Pick<Sampler, "grid" | "denoiseLast" | "evaluationsPerStep" | "noises"> {
  readonly recipe: { readonly kind: string; readonly steps: number; readonly grid: string };
}

/**
 * @param name in errors
 * @throws ArgumentError for steps that are not a positive whole number, or an unknown grid
 */
export const sdeParts = (
  kind: string,
  name: string,
  { steps = 500, grid = "log-snr" }: SdeSamplerOptions,
): SdeParts => {
  checkSteps(`${name} steps`, steps);
  const { name: gridName, times } = chooseGrid(grid);
  return {
    recipe: { kind, steps, grid: gridName },
    grid: (process) => times(process, steps + 1),
    denoiseLast: true,
    evaluationsPerStep: 1,
    noises: 1,
  };
};
