/** Quadratic equations as a constraint that a recipe can name: a circle, a kept energy, the mass of a particle. */
import { constant, matmul, ndarray, ShapeError, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { declare } from "../part/declare.ts";
import { list, number, type OptionsOf, whole } from "../part/setting.ts";
import type { Constraint } from "./constraint.ts";
import { onSurface } from "./nonlinear-constraint.ts";

const factor = number({ help: "a factor" });

const settings = {
  forms: list(
    list(list(factor, { fewest: 1, help: "a factor for each element of a sample" }), {
      fewest: 1,
      help: "a matrix [d, d]",
    }),
    { fewest: 1, help: "one matrix for each equation, [m, d, d]" },
  ),
  matrix: list(list(factor, { fewest: 1, help: "a factor for each element of a sample" }), {
    otherwise: "none",
    help: "factors of the elements themselves, [m, d]",
  }),
  values: list(factor, { fewest: 1, help: "what the sums are to be, [m]" }),
  iterations: whole({ least: 5, default: 12, help: "steps of the projection" }),
};

/** Options of {@link quadraticConstraint}. */
export type QuadraticConstraintOptions = OptionsOf<typeof settings>;

/**
 * Quadratic equations x^T Q_k x + a_k x = b_k on every sample. The unit circle is `{ forms: [[[1, 0], [0, 1]]], values: [1] }`,
 * and the mass of a particle (E, px, py, pz) has the form diag(1, -1, -1, -1). A form of zeros is a linear equation. The
 * projection is iterative: see `nonlinearConstraint`.
 * @throws ArgumentError unless there are m forms [d, d], m values, and a matrix [m, d] or none
 */
export const quadraticConstraint = declare({
  kind: "quadratic",
  name: "quadraticConstraint",
  summary: "quadratic equations that every sample obeys, such as a radius, an energy or the mass of a particle",
  source: "Nocedal & Wright 2006, section 18.1 (projection); Bastek et al. 2025 (Physics-Informed Diffusion Models)",
  settings,
  make: ({ forms, matrix, values, iterations }, recipe): Constraint => {
    const [m, d] = [forms.length, forms[0]!.length];
    const square = forms.every((form) => form.length === d && form.every((row) => row.length === d));
    if (!square || values.length !== m || (matrix && (matrix.length !== m || matrix.some((row) => row.length !== d))))
      throw new ArgumentError(
        `quadraticConstraint: expected forms [m, d, d], m values, and a matrix [m, d] or none, found ${m} forms of ${forms.map((form) => form.length).join(", ")} rows, ` +
          `${values.length} values and ${matrix ? `rows of ${matrix.map((row) => row.length).join(", ")}` : "no matrix"}`,
      );
    const stacked = ndarray(Float64Array.from(forms.flat(2)), [m, d, d]);
    const linear = matrix && ndarray(Float64Array.from(matrix.flat()), [m, d]);
    const b = ndarray(Float64Array.from(values));
    const residual = (x: Tensor): Tensor => {
      const rows = x.reshape([x.shape[0]!, -1]);
      if (rows.shape[1] !== d)
        throw new ShapeError(`quadraticConstraint: expected samples of ${d} elements, found [${x.shape.slice(1)}]`);
      const [n] = rows.shape as [number];
      // x^T Q for every equation side by side, [n, d, m].
      const products = matmul(
        rows,
        constant(stacked)
          .cast(x.dtype)
          .transpose([1, 2, 0])
          .reshape([d, d * m]),
      );
      const quadratic = products.reshape([n, d, m]).multiply(rows.expandDims(2)).sum(1);
      const sum = linear ? quadratic.add(matmul(rows, constant(linear).cast(x.dtype).transpose())) : quadratic;
      return sum.subtract(constant(b).cast(x.dtype));
    };
    return onSurface(residual, recipe, { iterations, inner: m });
  },
});
