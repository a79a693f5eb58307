/** Flow maps: where a point of one noise level goes at another along the probability-flow ODE. */
import type { Tensor } from "@scorefield/tensor";
import { checkMade } from "../../part/check-options.ts";
import type { Process } from "../../process/process.ts";
import { expandTime } from "../expand-time.ts";
import type { Given, ScoreModel } from "../score-model.ts";

/** Times that a flow map goes to: the process's first alone (a consistency model), or any. */
export type FlowTarget = "data" | "any";

/**
 * The solution of the probability-flow ODE in one evaluation. It is no score model: its output is a point, and no posterior
 * mean.
 */
export interface FlowMap extends Pick<ScoreModel, "process" | "shape" | "conditions" | "evaluations"> {
  readonly target: FlowTarget;
  /**
   * Where points go. `map(x, t, t)` is x.
   * @param x noisy points, [n, ...shape], float32 or float64
   * @param from their times, [n], of the same element type
   * @param to the times that they go to, [n], at most `from`
   * @param given some of the conditions, of the same element type
   * @returns [n, ...shape]
   */
  map(x: Tensor, from: Tensor, to: Tensor, given?: Given): Tensor;
}

/** @throws ArgumentError unless a flow map */
export const checkFlowMap = (owner: string, map: FlowMap): void =>
  checkMade(
    `${owner} map`,
    map,
    ["process", "shape", "map", "target"],
    "a flow map such as trainFlowMap or odeFlowMap makes",
  );

/**
 * The line on which a process's points lie once they are scaled: z = x / (alpha + sigma) = (1 - s) x_0 + s e with the share of noise
 * s = sigma / (alpha + sigma), which rises from 0 to 1. In these, every process is the straight one (Liu et al. 2023).
 */
export const onLine = (process: Process, t: Tensor, rank: number) => {
  const [alpha, sigma] = [process.alpha(t), process.sigma(t)];
  const sum = alpha.add(sigma);
  return { share: sigma.divide(sum), scale: expandTime(sum, rank) };
};
