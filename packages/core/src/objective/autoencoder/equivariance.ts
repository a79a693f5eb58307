/** Latents and data under the same change: smaller by half, and turned by quarters. */
import { averagePool, flip, type Tensor, where } from "@scorefield/tensor";
import { expandTime } from "../../model/expand-time.ts";

/** Turned by a quarter of a circle in the plane of the last two axes. */
const quarterTurn = (x: Tensor): Tensor => {
  const axes = x.shape.map((_, axis) => axis);
  const [a, b] = axes.slice(-2) as [number, number];
  return flip(x.transpose([...axes.slice(0, -2), b, a]), [b]);
};

/** Each sample turned by its own number of quarters. @param turns [n], 0 to 3 */
const turned = (x: Tensor, turns: Tensor): Tensor => {
  let [result, now] = [x, x];
  for (let k = 1; k < 4; k++) {
    now = quarterTurn(now);
    result = where(expandTime(turns, x.rank).equal(k), now, result);
  }
  return result;
};

/**
 * Latents and data changed alike: averaged over neighbours to half the size where all axes of the latent are even, and images with
 * equal sides turned by quarters of a circle. A decoder for which this is the same picture has latents without hidden
 * high frequencies, which are easier to denoise (Kouzelis et al. 2025, EQ-VAE, equation 5).
 * @param z [n, ...latent]
 * @param x [n, ...shape]
 * @param turn uniform draws in [0, 1), [n]
 * @returns undefined for data without spatial axes, which have no such change
 */
export const changedAlike = (
  z: Tensor,
  x: Tensor,
  turn: Tensor,
): { readonly z: Tensor; readonly x: Tensor } | undefined => {
  const [, , ...spatial] = z.shape;
  if (spatial.length === 0) return undefined;
  const halves = spatial.every((size) => size % 2 === 0);
  const turns = spatial.length === 2 && spatial[0] === spatial[1] && x.shape[2] === x.shape[3];
  if (!halves && !turns) return undefined;
  const quarters = turn.multiply(4).floor();
  const change = (y: Tensor): Tensor => {
    const small = halves ? averagePool(y, 2) : y;
    return turns ? turned(small, quarters) : small;
  };
  return { z: change(z), x: change(x) };
};
