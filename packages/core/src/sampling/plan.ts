/** What a sampler does from noise to data, as a list: the loop and the unrolled graph follow the same one. */
import { type FloatType, type NdArray, type Shape, sizeOf, zeros } from "@scorefield/tensor";
import type { ScoreModel } from "../model/score-model.ts";
import type { Process } from "../process/process.ts";
import { normal } from "../random/normal.ts";
import { checkGrid } from "./grid.ts";
import type { Sampler } from "./sampler.ts";

/** One step of a plan. */
export interface PlannedStep {
  readonly from: number;
  readonly to: number;
  /** Whether noise is added up to a later time, in place of a step of the sampler. */
  readonly rises: boolean;
  /** The times before `from` that the sampler looks at, the latest first. */
  readonly before: readonly number[];
  /** Indices of the step's standard normal draws among all of a run's. */
  readonly draws: readonly number[];
}

/** Steps in order, each made when it is asked for: of very many, a list would fill the memory. */
interface PlannedSteps extends Iterable<PlannedStep> {
  readonly length: number;
}

/** What a sampler does between the first state and the last. */
export interface Plan {
  /** The time of the first state. */
  readonly start: number;
  readonly steps: PlannedSteps;
  /** The time of the last state. */
  readonly end: number;
  /** Length of the list of draws. */
  readonly draws: number;
}

/**
 * The steps of a sampler on a process.
 * @param anywhere whether the first time may be another than the process's last, as with given initial states
 * @throws ArgumentError for a bad grid
 */
export const plan = (sampler: Sampler, process: Process, anywhere = false): Plan => {
  const { chain = false, restarts = false, memory, noises } = sampler;
  const grid = sampler.grid(process);
  checkGrid(process, grid, { chain, restarts, anywhere });
  const width = restarts ? Math.max(1, noises) : noises;
  const length = grid.length - 1;
  const stepAt = (k: number): PlannedStep => {
    const [from, to] = [grid[k]!, grid[k + 1]!];
    const rises = to > from;
    const before: number[] = [];
    // Nothing is remembered from before a rise.
    for (let j = k - 1; !rises && j >= Math.max(0, k - memory) && grid[j + 1]! <= grid[j]!; j--) before.push(grid[j]!);
    const draws = Array.from({ length: rises ? 1 : noises }, (_, i) => k * width + i);
    return { from, to, rises, before, draws };
  };
  const steps = {
    length,
    *[Symbol.iterator]() {
      for (let k = 0; k < length; k++) yield stepAt(k);
    },
  };
  return { start: grid[0]!, steps, end: grid.at(-1)!, draws: length * width };
};

/** The model that a step evaluates: where one is cheaper at the step's times, that one. */
export const modelAt = (
  model: ScoreModel,
  sampler: Sampler,
  { from, to }: Pick<PlannedStep, "from" | "to">,
): ScoreModel => model.within?.(Math.min(from, to), sampler.reach?.(model.process, from) ?? from) ?? model;

/** Deviation of the first states: the prior's at the last time, else the deviation of noised data of unit scale. */
export const startDeviation = (process: Process, t: number): number =>
  t === process.times.last ? process.priorDeviation : Math.hypot(process.alpha(t), process.sigma(t));

/** Which standard normal draws a run takes. */
export interface RunDraws {
  readonly seed: number;
  readonly firstSample: number;
  /** Indices of the samples, [n], where they do not follow each other from `firstSample` on. */
  readonly indices?: readonly number[];
  readonly dtype: FloatType;
}

/** Standard normal draws of samples, whose indices need not follow each other. */
const drawsOf = (
  shape: Shape,
  { indices, ...options }: RunDraws,
  which: { readonly purpose: "prior" | "sampler"; readonly step?: number },
): NdArray => {
  if (!indices) return normal(shape, { ...options, ...which });
  const [n = 0, ...rest] = shape;
  const size = sizeOf(rest);
  const result = zeros(shape, options.dtype);
  for (let i = 0, end = 0; i < n; i = end) {
    const firstSample = indices[i]!;
    for (end = i + 1; end < n && indices[end] === firstSample + end - i; ) end++;
    const { data } = normal([end - i, ...rest], { ...options, ...which, firstSample });
    (result.data as Float64Array).set(data as Float64Array, i * size);
  }
  return result;
};

/** Standard normal draws [n, ...shape] that become the first states. */
export const priorDraw = (shape: Shape, options: RunDraws): NdArray => drawsOf(shape, options, { purpose: "prior" });

/** Standard normal draws [n, ...shape]: the draws of this index in a {@link Plan}. */
export const stepDraw = (shape: Shape, index: number, options: RunDraws): NdArray =>
  drawsOf(shape, options, { step: index, purpose: "sampler" });
