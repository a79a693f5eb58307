/** What the training of a flow map minimises. */
import type { Tensor } from "@scorefield/tensor";
import { expandTime } from "../../model/expand-time.ts";
import type { AverageVelocity } from "../../model/flow-map/average-velocity.ts";
import type { FlowTarget } from "../../model/flow-map/flow-map.ts";
import { number } from "../../part/setting.ts";
import type { Process } from "../../process/process.ts";
import { timeOfLogRatio } from "../../process/time-of-log-ratio.ts";
import type { KindRecipe } from "../../recipe.ts";
import { type NoiseDistribution, noiseDistributionSetting } from "../noise-distribution.ts";

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

/** Settings of the size of an error. */
export const errorSettings = (power: number) => ({
  power: number({
    least: 0,
    most: 1,
    default: power,
    help: "how much large errors are held back: 0 is the squared error, 0.5 its root, 1 its logarithm",
  }),
  floor: number({ above: 0, default: 1e-3, help: "squared error below which errors are not held back" }),
});

/** How errors are held back: {@link errorSettings}. */
interface HoldBack {
  readonly power: number;
  readonly floor: number;
}

/** Mean squared error of each sample, [n]. */
const squaredError = (difference: Tensor): Tensor =>
  difference.square().mean(Array.from({ length: difference.rank - 1 }, (_, k) => k + 1));

/**
 * A function of squared errors e whose gradient is theirs over (e + c)^p: adaptive weights.
 *
 *     ((e + c)^(1 - p) - c^(1 - p)) / (1 - p),  and log((e + c) / c) for p = 1
 *
 * Source: Geng et al. 2025 (MeanFlow), section 4.3; p = 1/2 is the pseudo-Huber error of Song & Dhariwal 2024.
 */
const holdBack = (e: Tensor, { power, floor }: HoldBack): Tensor => {
  if (power === 0) return e;
  if (power === 1) return e.divide(floor).add(1).log();
  const rest = 1 - power;
  return e
    .add(floor)
    .log()
    .multiply(rest)
    .exp()
    .subtract(floor ** rest)
    .divide(rest);
};

/**
 * The error of each sample, [n], held back by itself.
 * @param difference [n, ...shape]
 */
export const heldBack = (difference: Tensor, settings: HoldBack): Tensor =>
  holdBack(squaredError(difference), settings);

// The weights of single draws move the mean by about 2 over the numbers of a sample.
const manyNumbers = 64;

/**
 * The mean error of a batch in which some targets are single draws, whose mean is to be learned. Weights of each sample would turn it
 * into something like a median where samples have few numbers. There, drawn samples share the weight of their mean error. The others
 * have their own.
 * @param difference [n, ...shape]
 * @param drawn 1 for samples whose target is a draw, else 0, [n]; left out: all
 */
export const heldBackMean = (difference: Tensor, settings: HoldBack, drawn?: Tensor): Tensor => {
  const e = squaredError(difference);
  const numbers = difference.shape.slice(1).reduce((a, b) => a * b, 1);
  if (numbers >= manyNumbers) return holdBack(e, settings).mean();
  if (!drawn) return holdBack(e.mean(), settings);
  const share = drawn.mean();
  const together = holdBack(e.multiply(drawn).mean().divide(share.add(1e-6)), settings).multiply(share);
  return together.add(holdBack(e, settings).multiply(drawn.negate().add(1)).mean());
};

/** Times of a process by u in [0, 1], where its share of noise sigma / (alpha + sigma) rises evenly from the first to the last. */
export const shareRange = (process: Process): ((u: number) => number) => {
  const { first, last } = process.times;
  const shareAt = (t: number): number => process.sigma(t) / (process.alpha(t) + process.sigma(t));
  const [low, high] = [shareAt(first), shareAt(last)];
  return (u) => {
    if (u <= 0 || u >= 1) return u <= 0 ? first : last;
    const share = low + u * (high - low);
    return timeOfLogRatio(process, Math.log(share / (1 - share)));
  };
};

/** Settings of pairs of times. */
export const pairSettings = (equal: number) => ({
  noiseDistribution: noiseDistributionSetting,
  equal: number({
    least: 0,
    most: 1,
    default: equal,
    help: "share of samples that go nowhere, from which the velocity itself is learned",
  }),
});

/**
 * One time of the distribution twice, for the share of samples that go nowhere. Else two times in order, uniform in
 * sigma / (alpha + sigma): single steps start at the last time, which a distribution made for denoising hardly visits.
 */
export const drawnPair = (
  { noiseDistribution, equal }: { noiseDistribution: NoiseDistribution; equal: number },
  process: Process,
  [a, b, c]: readonly [number, number, number],
): { from: number; to: number } => {
  if (c < equal) {
    const t = noiseDistribution.time(process, a);
    return { from: t, to: t };
  }
  const timeOf = shareRange(process);
  return { from: timeOf(Math.max(a, b)), to: timeOf(Math.min(a, b)) };
};
