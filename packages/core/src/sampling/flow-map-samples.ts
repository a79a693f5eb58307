/** Samples of a flow map, in one step or a few. */
import { type FloatType, min, type NdArray, ShapeError, type Tensor, where } from "@scorefield/tensor";
import { checkWhole } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import { checkFlowMap, type FlowMap } from "../model/flow-map/flow-map.ts";
import type { ScoreModel } from "../model/score-model.ts";
import type { Bound } from "../model/with-given.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import type { Process } from "../process/process.ts";
import { shareOfNoise, timeOfShare } from "../process/share-of-noise.ts";
import { renoise } from "./renoise.ts";
import { type SampleOptions, sample } from "./sample.ts";
import { oneStep, type Sampler } from "./sampler.ts";

/** How a flow map takes its steps. */
export interface FlowMapSteps {
  /** Evaluations of the map for each sample, default 1. */
  readonly steps?: number;
  /**
   * Share of noise that is fresh after each step but the last, in [0, 1]: 0 follows the flow, 1 goes to the data and adds noise again.
   * Default 1 for a map that goes to data alone, which takes nothing else, and 0 for one that goes to any time.
   */
  readonly renoise?: number;
  /** Times of the steps in between, falling, `steps - 1` of them. Default equal steps of sigma / (alpha + sigma). */
  readonly times?: readonly number[];
}

/** Options of {@link sampleFlowMap}. */
export interface SampleFlowMapOptions<D extends FloatType = "float32">
  extends Omit<SampleOptions<D>, "sampler" | "keep">,
    FlowMapSteps {}

const knownOptions = {
  count: true,
  firstSample: true,
  indices: true,
  given: true,
  seed: true,
  batch: true,
  dtype: true,
  initial: true,
  signal: true,
  runtime: true,
  onProgress: true,
  steps: true,
  renoise: true,
  times: true,
} satisfies Known<SampleFlowMapOptions>;

/** Times at which sigma / (alpha + sigma) takes equal steps from the last time to the first. */
const evenTimes = (process: Process, steps: number): number[] => {
  const { first, last } = process.times;
  const [from, to] = [shareOfNoise(process, last), shareOfNoise(process, first)];
  return Array.from({ length: steps + 1 }, (_, k) => {
    if (k === 0 || k === steps) return k === 0 ? last : first;
    return timeOfShare(process, from + (k / steps) * (to - from));
  });
};

const gridOf = (
  owner: string,
  { process }: FlowMap,
  steps: number,
  times: readonly number[] | undefined,
): readonly number[] => {
  if (times === undefined) return evenTimes(process, steps);
  const { first, last } = process.times;
  const grid = [last, ...times, first];
  if (!Array.isArray(times) || times.length !== steps - 1 || !grid.every((t, k) => k === 0 || t < grid[k - 1]!))
    throw new ArgumentError(
      `${owner} times: expected ${steps - 1} falling times between ${last} and ${first} for ${steps} steps, found ${JSON.stringify(times)}`,
    );
  return grid;
};

/** A step: by the map to a level below the next one, then fresh noise up to it. */
const flowMapSampler = (map: FlowMap, grid: readonly number[], fresh: number): Sampler =>
  oneStep({
    recipe: { kind: "flow-map", steps: grid.length - 1, renoise: fresh },
    grid: () => grid,
    denoiseLast: false,
    evaluationsPerStep: 1,
    noises: fresh > 0 ? 1 : 0,
    step: (model: Bound, x: Tensor, from: Tensor, to: Tensor, noise: readonly Tensor[]) => {
      const { process } = map;
      if (fresh === 0) return map.map(x, from, to, model.bound);
      // r'^2 = (1 - fresh^2) r^2: what fresh noise adds back. The last step goes to the first time itself.
      const { first } = process.times;
      const logSnr = process.logSnr(to).subtract(Math.log(Math.max(1 - fresh * fresh, Number.MIN_VALUE)));
      const least = process.logSnr(first);
      const below = process.timeOfLogSnr(min(logSnr, least)).clip(first, process.times.last);
      const lower = where(to.lessOrEqual(first), to, below);
      return renoise(process, map.map(x, from, lower, model.bound), lower, to, noise[0]!);
    },
  });

/**
 * Draws samples from a flow map: noise goes to data in one evaluation, or in a few.
 *
 * Source: one step and steps with fresh noise: Song et al. 2023, algorithm 1; shares of fresh noise: Kim et al. 2024 (CTM), gamma
 * sampling.
 * @returns [count, ...map.shape]
 * @throws ArgumentError for bad or unknown options, and for fresh noise below 1 with a map that goes to data alone; SamplingError
 *   when a sample is not finite; the signal's reason when aborted
 */
export const sampleFlowMap = async <D extends FloatType = "float32">(
  map: FlowMap,
  options: SampleFlowMapOptions<D>,
): Promise<NdArray<D>> => {
  const owner = "sampleFlowMap";
  checkFlowMap(owner, map);
  checkOptions(owner, options, knownOptions);
  const { steps, renoise, times, ...rest } = options;
  const { model, sampler } = flowMapLoop(owner, map, { steps, renoise, times });
  return sample<D>(model, { ...(rest as SampleOptions<D>), sampler });
};

/**
 * A flow map's steps as a sampler, and what that takes for its model.
 * @throws ArgumentError for options out of range
 */
export const flowMapLoop = (
  owner: string,
  map: FlowMap,
  options: { readonly [K in keyof FlowMapSteps]: FlowMapSteps[K] | undefined },
): { readonly model: ScoreModel; readonly sampler: Sampler } => {
  const { steps = 1, renoise: fresh = map.target === "data" ? 1 : 0, times } = options;
  checkWhole(`${owner} steps`, steps);
  if (!(fresh >= 0 && fresh <= 1))
    throw new ArgumentError(`${owner} renoise: expected a share in [0, 1], found ${fresh}`);
  if (map.target === "data" && fresh < 1 && steps > 1)
    throw new ArgumentError(
      `${owner} renoise: expected 1 for a map that goes to data alone, found ${fresh}; train one with meanFlow, lagrangian or shortcut to go to times between`,
    );
  const { process, shape, conditions, evaluations = 1 } = map;
  const model: ScoreModel = {
    process,
    shape,
    evaluations,
    ...(conditions && { conditions }),
    denoise: () => {
      throw new ShapeError(`${owner}: a flow map has no posterior mean`);
    },
  };
  return { model, sampler: flowMapSampler(map, gridOf(owner, map, steps, times), steps > 1 ? fresh : 0) };
};
