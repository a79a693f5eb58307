/** Modified Bessel functions of the first kind, as functions of tensors. */
import { constant, log, type Tensor } from "@scorefield/tensor";

/** Coefficients of t^(k + 2 j) in the polynomials u_k of Debye's expansion (Abramowitz & Stegun 1964, 9.3.9). */
const debye: readonly { readonly coefficients: readonly number[]; readonly divisor: number }[] = [
  { coefficients: [3, -5], divisor: 24 },
  { coefficients: [81, -462, 385], divisor: 1152 },
  { coefficients: [30375, -369603, 765765, -425425], divisor: 414720 },
  { coefficients: [4465125, -94121676, 349922430, -446185740, 185910725], divisor: 39813120 },
];

/** log I_n(kappa) - kappa for a large order n, with a relative error of I of about 0.1 / n^5, uniformly in kappa. */
const logLargeOrder = (n: number, kappa: Tensor): Tensor => {
  const z = kappa.divide(n);
  const root = z.square().add(1).sqrt();
  const t = root.reciprocal();
  // n eta - kappa, where eta = root + log(z / (1 + root)); root - z = 1 / (root + z) does not cancel.
  const exponent = root
    .add(z)
    .reciprocal()
    .add(log(z))
    .subtract(log(root.add(1)))
    .multiply(n);
  let series: Tensor = constant(1, kappa.dtype);
  for (const [i, { coefficients, divisor }] of debye.entries()) {
    const k = i + 1;
    let polynomial: Tensor = constant(0, kappa.dtype);
    for (const c of [...coefficients].reverse()) polynomial = polynomial.multiply(t.square()).add(c);
    series = series.add(polynomial.multiply(t.power(k)).divide(divisor * n ** k));
  }
  return exponent
    .add(log(series))
    .subtract(log(root).multiply(0.5))
    .subtract(0.5 * Math.log(2 * Math.PI * n));
};

const raised = 48;

/**
 * log I_order(kappa) - kappa, and the ratio I_(order+1)(kappa) / I_order(kappa), elementwise. The ratio starts from
 * Debye's expansion 48 orders higher, which is exact to about 1e-10. The recurrence R_(m-1) = 1 / (2 m / kappa + R_m)
 * goes down from there and damps errors.
 * @param order at least 0
 * @param kappa positive, float64
 */
export const bessel = (order: number, kappa: Tensor): { readonly logScaled: Tensor; readonly ratio: Tensor } => {
  const top = order + raised;
  const above = logLargeOrder(top, kappa);
  let ratio = logLargeOrder(top + 1, kappa)
    .subtract(above)
    .exp();
  let logScaled = above;
  const inverse = kappa.reciprocal();
  for (let m = top; m > order; m--) {
    ratio = inverse
      .multiply(2 * m)
      .add(ratio)
      .reciprocal();
    // I_(m-1) = I_m / R_(m-1)
    logScaled = logScaled.subtract(log(ratio));
  }
  return { logScaled, ratio };
};
