/** Objectives that are taken between two times of a pair, some of which are one time twice. */
import type { Tensor } from "@scorefield/tensor";
import { expandTime } from "../../model/expand-time.ts";
import type { AverageVelocity } from "../../model/flow-map/average-velocity.ts";
import { number } from "../../part/setting.ts";
import type { Process } from "../../process/process.ts";
import type { KindRecipe } from "../../recipe.ts";
import { type NoiseDistribution, noiseDistributionSetting } from "../noise-distribution.ts";
import { type FlowMapInputs, type FlowMapObjective, onLineBetween, shareRange } from "./flow-map-objective.ts";
import { errorSettings, type HoldBack, heldBack, heldBackMean } from "./held-back.ts";

/** Settings of objectives of pairs, with their defaults. */
export const pairSettings = ({ equal, power }: { readonly equal: number; readonly power: number }) => ({
  noiseDistribution: noiseDistributionSetting,
  equal: number({
    least: 0,
    most: 1,
    default: equal,
    help: "share of samples that go nowhere, from which the velocity itself is learned",
  }),
  ...errorSettings(power),
});

/** Values of {@link pairSettings}. */
interface PairSettings extends HoldBack {
  readonly noiseDistribution: NoiseDistribution;
  readonly equal: number;
}

/**
 * One time of the distribution twice, for the share of samples that go nowhere. Else two times in order, uniform in
 * sigma / (alpha + sigma): single steps start at the last time, which a distribution made for denoising hardly visits.
 */
const drawnPair = (
  { noiseDistribution, equal }: PairSettings,
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

/** What the equation of such an objective sees of a batch. */
interface PairPoints extends Pick<FlowMapInputs, "from" | "to" | "teacher"> {
  /** Points on the line at the shares `from`, [n, ...shape]. */
  readonly z: Tensor;
  /** Their velocity: the teacher's, or without one that of single draws of data and noise, [n, ...shape]. */
  readonly velocity: Tensor;
  /** from - to, to multiply points with, [n, 1, ...]. */
  readonly gap: Tensor;
  /** Which samples go nowhere, [n, ...shape]. */
  readonly still: Tensor;
}

/**
 * An objective of maps to any time whose loss is the mean of how far an equation is from being satisfied, held back.
 * @param drawn which samples' targets are single draws where there is no teacher: all, or those that go nowhere
 * @param misfit what is left of the equation, [n, ...shape]: 0 for the exact map
 */
export const pairObjective = (
  recipe: KindRecipe,
  settings: PairSettings,
  drawn: "all" | "still",
  misfit: (u: AverageVelocity, points: PairPoints) => Tensor,
): FlowMapObjective => ({
  recipe,
  target: "any",
  times: (process, u) => drawnPair(settings, process, u),
  loss: (u, { x, noise, from, to, teacher }) => {
    const z = onLineBetween({ x, noise }, from);
    const still = from.equal(to);
    const left = misfit(u, {
      z,
      from,
      to,
      velocity: teacher?.(z, from) ?? noise.subtract(x),
      gap: expandTime(from.subtract(to), x.rank),
      still: expandTime(still, x.rank).broadcastTo(x.shape),
      ...(teacher && { teacher }),
    });
    if (teacher) return heldBack(left, settings).mean();
    return heldBackMean(left, settings, drawn === "still" ? still.cast(x.dtype) : undefined);
  },
});
