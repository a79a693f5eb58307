import { ArgumentError, setting } from "@scorefield/core";
import { sizeOf } from "@scorefield/tensor";
import { declareOperator } from "./declare-operator.ts";
import { denseParts } from "./dense.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { linearOperator } from "./linear-operator.ts";

const settings = {
  matrix: setting.array({ rank: 2, help: "A, with a column for every number of a sample in row-major order: [m, d]" }),
  ...gradientSteps("for a large matrix"),
};

/** Options of {@link matrix}. */
export type MatrixOptions = Parameters<typeof matrix>[0];

/**
 * y = A x for a matrix, [m]. Up to 256 rows or columns, whichever are fewer, its singular value decomposition is computed, and all
 * solutions are closed forms. Of a larger one they are conjugate gradients.
 * @throws ArgumentError for a matrix whose columns are not the numbers of a sample
 */
export const matrix = declareOperator({
  kind: "matrix",
  family: "projections",
  summary: "any matrix",
  source: "Golub & Van Loan 2013, section 8.6.3 for the singular values",
  settings,
  make: ({ input, matrix: given, steps }, about) => {
    const [m, d] = given.shape as [number, number];
    const size = sizeOf(input);
    if (m < 1 || d !== size)
      throw new ArgumentError(
        `matrix: expected [m, ${size}], a column for each number of samples [${input}], found [${m}, ${d}]`,
      );
    return linearOperator({ ...about, ...denseParts(input, given), steps });
  },
});
