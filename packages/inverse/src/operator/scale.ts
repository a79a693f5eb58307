import { ArgumentError, declare, setting } from "@scorefield/core";
import { constant, ndarray, type Tensor } from "@scorefield/tensor";
import { anyOperator } from "./any-operator.ts";
import { linearOperator } from "./linear-operator.ts";
import { checkOperator, isLinear, type LinearOperator, type Operator, operator, type Svd } from "./operator.ts";

const settings = {
  operator: setting.part(anyOperator, { help: "whose results are multiplied" }),
  factor: setting.number({ help: "other than 0" }),
  units: setting.text({
    fewest: 1,
    most: 200,
    otherwise: "those of the operator",
    help: "what the multiplied numbers are, in words, such as counts",
  }),
};

const scaledSvd = (svd: Svd, factor: number): Svd => ({
  ...svd,
  singularValues: ndarray(svd.singularValues.data.map((s) => s * Math.abs(factor))),
  // The sign belongs to U.
  toMeasuredSpectral: (y) => svd.toMeasuredSpectral(y).multiply(Math.sign(factor)),
  fromMeasuredSpectral: (c) => svd.fromMeasuredSpectral(c).multiply(Math.sign(factor)),
});

const scaledSolvers = (
  of: LinearOperator,
  factor: number,
): Pick<LinearOperator, "pseudoInverse" | "solve" | "solveMeasured"> => {
  const square = factor ** 2;
  const lowered = (rho: Tensor | number): Tensor | number =>
    typeof rho === "number" ? rho / square : rho.divide(constant(square, rho.dtype));
  return {
    pseudoInverse: (y) => of.pseudoInverse(y).multiply(1 / factor),
    solve: (b, rho) => of.solve(b, lowered(rho)).multiply(1 / square),
    solveMeasured: (y, rho) => of.solveMeasured(y, lowered(rho)).multiply(1 / square),
  };
};

/** A multiple of an operator, as a part. */
export const scaled = declare({
  kind: "scale",
  name: "scale",
  family: "combinations",
  summary: "a multiple of an operator: other units, or another gain",
  source: "elementary",
  settings,
  make: ({ operator: of, factor, units }, recipe): Operator => {
    if (factor === 0) throw new ArgumentError("scale factor: expected a number other than 0, found 0");
    const parts = {
      kind: "scale",
      input: of.input,
      output: of.output,
      units: { input: of.units.input, output: units ?? of.units.output },
      ...(of.complex && { complex: of.complex }),
      recipe,
      apply: (x: Tensor) => of.apply(x).multiply(factor),
    };
    if (!isLinear(of)) return operator(parts);
    const size = of.norm * Math.abs(factor);
    return linearOperator({
      ...parts,
      adjoint: (y) => of.adjoint(y).multiply(factor),
      ...scaledSolvers(of, factor),
      ...(of.normIs === "exact" ? { norm: size } : { normBound: size }),
      ...(of.svd && { svd: scaledSvd(of.svd, factor) }),
      closedForm: of.closedForm,
    });
  },
});

/**
 * A multiple of an operator: y = factor A(x). Closed forms stay closed forms.
 * @param units what the multiplied numbers are, default as before
 * @throws ArgumentError for a factor of 0 or one that is not finite, and for what is not an operator
 */
export const scale: {
  (of: LinearOperator, factor: number, units?: string): LinearOperator;
  (of: Operator, factor: number, units?: string): Operator;
} = (of: Operator, factor: number, units?: string) => {
  checkOperator("scale", of);
  return scaled({ operator: of, factor, units }) as LinearOperator;
};
