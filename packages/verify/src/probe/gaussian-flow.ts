/**
 * What is known of the flow of data N(0, d^2) on the line z = (1 - s) x + s e from data to noise. With V(s) = (1 - s)^2 d^2 + s^2:
 *
 *     v(z, s) = z (s - (1 - s) d^2) / V(s)     X(z, s -> r) = z sqrt(V(r) / V(s))     u(z, s, r) = (z - X) / (s - r)
 */
import type { AverageVelocity } from "@scorefield/core";
import type { Tensor } from "@scorefield/tensor";

/** V(s), as a number. */
export const varianceOnLine = (s: number, d: number): number => (1 - s) ** 2 * d ** 2 + s ** 2;

const variance = (s: Tensor, d: number): Tensor =>
  s
    .negate()
    .add(1)
    .square()
    .multiply(d * d)
    .add(s.square());

const column = (values: Tensor): Tensor => values.reshape([-1, 1]);

/** v of points [n, numbers] of shares [n]. */
export const gaussianVelocity =
  (d: number) =>
  (z: Tensor, s: Tensor): Tensor => {
    const rest = s.negate().add(1);
    return z.multiply(column(s.subtract(rest.multiply(d * d)).divide(variance(s, d))));
  };

/**
 * u of points [n, numbers]. (V(s) - V(r)) / (s - r) is s + r - (2 - s - r) d^2, so r = s is no exception:
 *
 *     u = z (s + r - (2 - s - r) d^2) / (V(s) (1 + sqrt(V(r) / V(s))))
 */
export const gaussianAverageVelocity =
  (d: number): AverageVelocity =>
  (z, s, r) => {
    const sum = s.add(r);
    const slope = sum.subtract(
      sum
        .negate()
        .add(2)
        .multiply(d * d),
    );
    const ratio = variance(r, d).divide(variance(s, d)).sqrt();
    return z.multiply(column(slope.divide(variance(s, d).multiply(ratio.add(1)))));
  };
