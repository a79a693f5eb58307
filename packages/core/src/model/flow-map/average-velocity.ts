/** The average velocity between two shares of noise, as a network with two noise levels gives it. */
import type { Tensor, Tensors } from "@scorefield/tensor";
import type { Conditions, Network } from "../../network/network.ts";
import { expandTime } from "../expand-time.ts";

/**
 * The mean slope of the flow between two shares of noise, so that X = z - (s - r) u(z, s, r) is where z goes. At r = s it is the
 * velocity itself.
 * @param z points on the line, [n, ...shape]
 * @param s their shares of noise, [n], in (0, 1)
 * @param r the shares of noise that they go to, [n]
 * @returns [n, ...shape]
 */
export type AverageVelocity = (z: Tensor, s: Tensor, r: Tensor) => Tensor;

/**
 * A raw network N as average velocity, with input and output of unit variance for data of deviation d:
 *
 *     u = (s - (1 - s) d^2) / q^2 z - d / q N(z / q; log(s / (1 - s)) / 4, log(r / (1 - r)) / 4)     with q^2 = (1 - s)^2 d^2 + s^2
 *
 * At r = s it is the velocity of the denoiser of `edmPreconditioning`, with the same N. So a trained denoiser is a start.
 */
export const averageVelocity =
  (
    network: Pick<Network, "apply">,
    parameters: Tensors,
    sigmaData: number,
    conditions: Conditions = {},
  ): AverageVelocity =>
  (z, s, r) => {
    const level = (share: Tensor): Tensor => share.divide(share.negate().add(1)).log().multiply(0.25);
    const rest = s.negate().add(1);
    const square = rest
      .square()
      .multiply(sigmaData ** 2)
      .add(s.square());
    const q = square.sqrt();
    const spread = (values: Tensor): Tensor => expandTime(values, z.rank);
    const raw = network.apply(parameters, z.divide(spread(q)), level(s), { ...conditions, target: level(r) });
    return z
      .multiply(spread(s.subtract(rest.multiply(sigmaData ** 2)).divide(square)))
      .subtract(raw.multiply(spread(q.reciprocal().multiply(sigmaData))));
  };

/** X = z - (s - r) u(z, s, r): where points go. */
export const moved = (u: AverageVelocity, z: Tensor, s: Tensor, r: Tensor): Tensor =>
  z.subtract(u(z, s, r).multiply(expandTime(s.subtract(r), z.rank)));
