/** Integrals of a polynomial through known values against a weight: what exponential and Adams methods are made of. */
import { type Tensor, where } from "@scorefield/tensor";

/**
 * The integral over theta of w(theta) p(theta), with p the polynomial through `values` at `nodes` in Newton's form.
 * @param moments integrals of w(theta) theta^k for k = 0, 1, ..., one for each value, [n, 1, ...]
 * @param nodes the thetas of the values, all different, [n, 1, ...]; the first is 0 and left out, so one fewer than values
 * @param values [n, ...shape]
 */
export const integrateInterpolant = (
  moments: readonly Tensor[],
  nodes: readonly Tensor[],
  values: readonly Tensor[],
): Tensor => {
  let total = moments[0]!.multiply(values[0]!);
  // Column by column of the table of divided differences; `integrals` of w theta^k times the product of (theta - node).
  let divided = values;
  let integrals = moments;
  const at = (i: number): Tensor | undefined => (i === 0 ? undefined : nodes[i - 1]!);
  for (let order = 1; order < values.length; order++) {
    divided = divided.slice(1).map((value, i) => {
      const low = at(i);
      const high = at(i + order)!;
      return value.subtract(divided[i]!).divide(low ? high.subtract(low) : high);
    });
    const node = at(order - 1);
    integrals = integrals.slice(1).map((moment, k) => (node ? moment.subtract(node.multiply(integrals[k]!)) : moment));
    total = total.add(integrals[0]!.multiply(divided[0]!));
  }
  return total;
};

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/**
 * phi_1(-h), ..., phi_count(-h) of exponential integrators (Hochbruck & Ostermann 2010, equation 2.10) for h > 0:
 * phi_k(-h) is the integral over theta in [0, 1] of e^(-(1 - theta) h) theta^(k - 1) / (k - 1)!, so that
 *
 *     phi_1(-h) = (1 - e^-h) / h        phi_(k+1)(-h) = (1 / k! - phi_k(-h)) / h
 *
 * which cancels for small h; below 1 the series of the last one, and from there downwards.
 */
export const phis = (h: Tensor, count: number): Tensor[] => {
  const large = [h.multiply(-1).expm1().divide(h).multiply(-1)];
  for (let k = 1; k < count; k++)
    large.push(
      large[k - 1]!.multiply(-1)
        .add(1 / factorial(k))
        .divide(h),
    );
  if (count === 1) return large;
  // Terms (-h)^j / (j + count)!, down to rounding of float64 at h = 1.
  const terms = 17;
  let series = h.multiply(0).add(1 / factorial(terms + count));
  for (let j = terms - 1; j >= 0; j--)
    series = series
      .multiply(h)
      .multiply(-1)
      .add(1 / factorial(j + count));
  const small = [series];
  for (let k = count - 1; k >= 1; k--)
    small.unshift(
      small[0]!
        .multiply(h)
        .multiply(-1)
        .add(1 / factorial(k)),
    );
  return small.map((value, i) => where(h.less(1), value, large[i]!));
};

/**
 * The step of an exponential integrator in y = x / alpha over lambda = log(alpha / sigma), from 0 to h in theta = 0 to 1:
 * the solution of dy / dlambda = D - y with D the polynomial through denoised estimates,
 *
 *     y' = e^-h y + integral over theta in [0, 1] of h e^(-(1 - theta) h) D(theta)
 *
 * @param nodes, values as for {@link integrateInterpolant}
 */
export const exponentialStep = (y: Tensor, h: Tensor, nodes: readonly Tensor[], values: readonly Tensor[]): Tensor => {
  const moments = phis(h, values.length).map((phi, k) => phi.multiply(h).multiply(factorial(k)));
  return h
    .multiply(-1)
    .exp()
    .multiply(y)
    .add(integrateInterpolant(moments, nodes, values));
};
