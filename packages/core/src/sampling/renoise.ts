import type { Tensor } from "@scorefield/tensor";
import { scheduleAt } from "../model/tweedie.ts";
import type { Process } from "../process/process.ts";

/**
 * The process itself, from one time to a later one: x' ~ N((alpha' / alpha) x, sigma'^2 - (alpha' sigma / alpha)^2),
 * that is in y = x / alpha and r = sigma / alpha
 *
 *     y' = y + sqrt(r'^2 - r^2) z
 *
 * @param z standard normal draws [n, ...shape]
 */
export const renoise = (process: Process, x: Tensor, from: Tensor, to: Tensor, z: Tensor): Tensor => {
  const [low, high] = [scheduleAt(process, from, x), scheduleAt(process, to, x)];
  const r = low.sigma.divide(low.alpha);
  const rise = high.sigma.divide(high.alpha).subtract(r);
  // r'^2 - r^2 without cancellation. Equal times must not round to the root of a negative number.
  const added = rise
    .multiply(rise.add(r.multiply(2)))
    .relu()
    .sqrt();
  return x.divide(low.alpha).add(added.multiply(z)).multiply(high.alpha);
};
