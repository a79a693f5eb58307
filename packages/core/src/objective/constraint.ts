/** What is known of the data beforehand: a constraint that every sample satisfies, or an average over all of them. */
import { constant, matmul, ndarray, ShapeError, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { declare } from "../part/declare.ts";
import { list, number, type OptionsOf } from "../part/setting.ts";
import type { KindRecipe } from "../recipe.ts";

/** A constraint on the data, given by its residual. */
export interface Constraint {
  readonly recipe: KindRecipe;
  /**
   * Whether the constraint is on averages over samples, not on each sample. Then a batch is judged as a whole. Default
   * no.
   */
  readonly ofAverages?: boolean;
  /**
   * How far clean samples are from the constraint, zero where it holds.
   * @param x [n, ...shape]
   * @returns [rows, m], a row for each sample or one for the batch
   */
  residual(x: Tensor): Tensor;
  /** The nearest samples that satisfy the constraint, [n, ...shape], where they are known in closed form. */
  project?(x: Tensor): Tensor;
}

const flat = (x: Tensor): Tensor => x.reshape([x.shape[0]!, -1]);

/** Solves S y = b for a symmetric positive matrix by Cholesky factors; undefined where it is singular. */
const factored = (matrix: readonly (readonly number[])[]): number[][] | undefined => {
  const size = matrix.length;
  const lower = matrix.map((row) => row.map(() => 0));
  const largest = Math.max(...matrix.map((row, i) => row[i]!));
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      if (i === j && !(sum > 1e-12 * largest)) return undefined;
      lower[i]![j] = i === j ? Math.sqrt(sum) : sum / lower[j]![j]!;
    }
  return lower;
};

const solved = (lower: readonly (readonly number[])[], b: readonly number[]): number[] => {
  const y = [...b];
  for (let i = 0; i < y.length; i++) {
    for (let k = 0; k < i; k++) y[i]! -= lower[i]![k]! * y[k]!;
    y[i]! /= lower[i]![i]!;
  }
  for (let i = y.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < y.length; k++) y[i]! -= lower[k]![i]! * y[k]!;
    y[i]! /= lower[i]![i]!;
  }
  return y;
};

const finite = number({ help: "a factor" });

const settings = {
  matrix: list(list(finite, { fewest: 1, help: "a factor for each element of a sample" }), {
    fewest: 1,
    help: "one row for each constraint, with a factor for each element of a sample, [m, d]",
  }),
  values: list(finite, { fewest: 1, help: "what the products are to be, [m]" }),
};

/** Options of {@link linearConstraint}. */
export type LinearConstraintOptions = OptionsOf<typeof settings>;

/**
 * Linear constraints A x = b on every sample, such as the conservation of a sum. Its projection is orthogonal,
 * x - A^T (A A^T)^-1 (A x - b).
 * @throws ArgumentError unless A has m rows of one length, independent of each other, for m values
 */
export const linearConstraint = declare({
  kind: "linear",
  name: "linearConstraint",
  summary: "linear equations A x = b that every sample obeys, such as the conservation of a sum",
  source: "Bastek et al. 2025 (Physics-Informed Diffusion Models)",
  settings,
  make: ({ matrix, values }, recipe): Constraint => {
    const [m, d] = [matrix.length, matrix[0]!.length];
    if (values.length !== m || matrix.some((row) => row.length !== d))
      throw new ArgumentError(
        `linearConstraint: expected a matrix [m, d] and m values, found rows of ${matrix.map((row) => row.length).join(", ")} and ${values.length} values`,
      );
    const gram = matrix.map((a) => matrix.map((b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0)));
    const lower = factored(gram);
    if (!lower)
      throw new ArgumentError("linearConstraint: expected independent rows, found one that follows from the others");
    // Column j of (A A^T)^-1 A: how much each constraint is corrected for an error in element j.
    const columns = Array.from({ length: d }, (_, j) =>
      solved(
        lower,
        matrix.map((row) => row[j]!),
      ),
    );
    const A = ndarray(Float64Array.from(matrix.flat()), [m, d]);
    const correction = ndarray(
      Float64Array.from({ length: m * d }, (_, k) => columns[k % d]![Math.floor(k / d)]!),
      [m, d],
    );
    const b = ndarray(Float64Array.from(values));
    const residual = (x: Tensor): Tensor => {
      const rows = flat(x);
      if (rows.shape[1] !== d)
        throw new ShapeError(`linearConstraint: expected samples of ${d} elements, found [${x.shape.slice(1)}]`);
      return matmul(rows, constant(A).cast(x.dtype).transpose()).subtract(constant(b).cast(x.dtype));
    };
    return {
      recipe,
      residual,
      project: (x) =>
        flat(x)
          .subtract(matmul(residual(x), constant(correction).cast(x.dtype)))
          .reshape(x.shape),
    };
  },
});

/**
 * The known mean of each element over all samples, judged by a batch. Denoised estimates have the mean of the data at
 * every noise level, since E[E[x_0 | x_t]] = E[x_0]. For other moments that is not so.
 * @param options `values`, one for each element of a sample, [d]
 * @throws ArgumentError for no values, or values that are not finite
 */
export const meanConstraint = declare({
  kind: "mean",
  name: "meanConstraint",
  summary: "the known mean of each element over all samples",
  source: "Tweedie's formula, Robbins 1956: denoised estimates have the mean of the data",
  settings: { values: list(finite, { fewest: 1, help: "the mean of each element of a sample, [d]" }) },
  make: ({ values }, recipe): Constraint => ({
    recipe,
    ofAverages: true,
    residual: (x) => {
      const rows = flat(x);
      if (rows.shape[1] !== values.length)
        throw new ShapeError(
          `meanConstraint: expected samples of ${values.length} elements, found [${x.shape.slice(1)}]`,
        );
      return rows
        .mean(0)
        .reshape([1, -1])
        .subtract(constant(ndarray(Float64Array.from(values))).cast(x.dtype));
    },
  }),
});
