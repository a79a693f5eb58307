/** What the training of a flow map minimises. */
import type { Tensor } from "@scorefield/tensor";
import { expandTime } from "../../model/expand-time.ts";
import type { AverageVelocity } from "../../model/flow-map/average-velocity.ts";
import type { FlowTarget } from "../../model/flow-map/flow-map.ts";
import type { Process } from "../../process/process.ts";
import { shareOfNoise, timeOfShare } from "../../process/share-of-noise.ts";
import type { KindRecipe } from "../../recipe.ts";

/** What an objective is given of a batch. Shares of noise are sigma / (alpha + sigma), in (0, 1). */
export interface FlowMapInputs {
  /** Clean data, [n, ...shape]. */
  readonly x: Tensor;
  /** Standard normal draws, [n, ...shape]. */
  readonly noise: Tensor;
  /** Shares of noise of the points, [n]. */
  readonly from: Tensor;
  /** Shares of noise from {@link FlowMapObjective.times}, at most `from`, [n]. */
  readonly to: Tensor;
  /** The least share of noise in use, [n]. */
  readonly end: Tensor;
  /** Steps done, [n]. */
  readonly step: Tensor;
  /** Velocity of a teacher at points z [n, ...shape] of shares [n]. Left out: data and noise give it, and the map itself. */
  readonly teacher?: (z: Tensor, share: Tensor) => Tensor;
  /** Where a step of a teacher takes points z [n, ...shape] of shares `from` [n], at shares `to` [n]. */
  readonly teacherStep?: (z: Tensor, from: Tensor, to: Tensor) => Tensor;
}

/** A loss for an average velocity, and the times that it is taken at. */
export interface FlowMapObjective {
  readonly recipe: KindRecipe;
  /** Times that maps trained by it go to. */
  readonly target: FlowTarget;
  /** What it needs of a teacher: its steps. Left out: it takes a velocity where there is one, and needs none. */
  readonly taught?: "steps";
  /**
   * The times of one sample.
   * @param u three independent uniform draws in (0, 1)
   * @param step steps done
   */
  times(process: Process, u: readonly [number, number, number], step: number): { from: number; to: number };
  /** The loss of a batch, a scalar: the mean over samples. It is 0 for the exact map with an exact teacher. */
  loss(u: AverageVelocity, inputs: FlowMapInputs): Tensor;
}

/** Points on the line from data to noise: z = (1 - s) x + s e. */
export const onLineBetween = ({ x, noise }: Pick<FlowMapInputs, "x" | "noise">, share: Tensor): Tensor => {
  const s = expandTime(share, x.rank);
  return x.add(noise.subtract(x).multiply(s));
};

/** Times of a process by u in [0, 1], where its share of noise sigma / (alpha + sigma) rises evenly from the first to the last. */
export const shareRange = (process: Process): ((u: number) => number) => {
  const { first, last } = process.times;
  const [low, high] = [shareOfNoise(process, first), shareOfNoise(process, last)];
  return (u) => {
    if (u <= 0 || u >= 1) return u <= 0 ? first : last;
    return timeOfShare(process, low + u * (high - low));
  };
};
