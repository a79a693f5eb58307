/**
 * Bridges from data x0 to a known other end y: x_t = a(t) x0 + b(t) y + sigma(t) z with z ~ N(0, I).
 *
 * Given y, a bridge is an ordinary process of the residual x0 - y. With u_t = x_t - (a + b) y
 *
 *     u_t = a(t) (x0 - y) + sigma(t) z
 *
 * for every x0 and y. So a model of residuals that is conditioned on y is a score model like any other: every objective
 * trains it and every sampler draws from it. Adding y to what is drawn restores x0. Since noise added later depends on the state alone,
 * the joint distribution of all times agrees too, not only that of one: steps with fresh noise are those of the bridge.
 */

import type { Tensor } from "@scorefield/tensor";
import { checkMade } from "../part/check-options.ts";
import type { NoiseSchedule, Process } from "./process.ts";

/** A process of residuals x0 - y, of which the bridge from x0 to y is known. `alpha` is the weight of x0. */
export interface BridgeProcess extends Process {
  /** The weight b(t) of the other end y. */
  readonly weightOfEnd: NoiseSchedule;
}

/**
 * States of the bridge from states of the residual: x_t = u_t + (a + b) y.
 * @param u states of the residual, [n, ...shape]
 * @param t their times, [n]
 * @param y other ends, [n, ...shape]
 * @throws ArgumentError for a process that is no bridge
 */
export const bridgeState = (process: BridgeProcess, u: Tensor, t: Tensor, y: Tensor): Tensor => {
  checkMade("bridgeState process", process, ["alpha", "weightOfEnd"], "a bridge such as ouve()");
  const weight = process.alpha(t).add(process.weightOfEnd(t));
  return u.add(y.multiply(weight.reshape([t.shape[0]!, ...u.shape.slice(1).map(() => 1)])));
};
