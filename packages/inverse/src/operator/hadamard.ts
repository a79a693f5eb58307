import { ArgumentError, permutation, rademacher, setting } from "@scorefield/core";
import { castArray, ndarray, sizeOf, type Tensor } from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";
import { declareOperator } from "./declare-operator.ts";
import { gradientSteps } from "./gradient-steps.ts";
import { linearOperator } from "./linear-operator.ts";
import { selectionParts } from "./selection.ts";
import { walshHadamard } from "./walsh.ts";

const settings = {
  measurements: setting.whole({ least: 1, help: "numbers in y" }),
  seed: setting.whole({ least: 0, default: 0, help: "of the signs and the choice of rows" }),
  ...gradientSteps("where a sample's numbers are no power of two"),
};

/** Options of {@link hadamard}. */
export type HadamardOptions = Parameters<typeof hadamard>[0];

/**
 * Compressed sensing without a matrix: y = P H D x, where D changes signs at random, H is the orthonormal transform of Walsh and Hadamard,
 * and P keeps rows at random, [m]. A sample whose size is no power of two is filled up with zeros; then A A* is not I, and solutions are
 * conjugate gradients. Otherwise V = (H D)*, and s is 1 for rows that are kept.
 * @throws ArgumentError for more measurements than rows
 */
export const hadamard = declareOperator({
  kind: "hadamard",
  family: "projections",
  summary: "compressed sensing by rows of a Hadamard matrix after random signs",
  source: "Ailon & Chazelle 2006; Do, Gan, Nguyen & Tran 2012",
  settings,
  make: ({ input, measurements, seed, steps }, about) => {
    const d = sizeOf(input);
    const size = 2 ** Math.ceil(Math.log2(d));
    if (measurements > size)
      throw new ArgumentError(`hadamard measurements: expected at most ${size}, found ${measurements}`);
    const signs = castArray(ndarray(rademacher([1, d], { seed, purpose: "measurement" }).data), "float64");
    const order = permutation(size, { seed, purpose: "measurement" }).data;
    const rows = Array.from(order.subarray(0, measurements)).sort((a, b) => a - b);
    const kept = selectionParts([size], rows);
    const toRows = (x: Tensor): Tensor =>
      walshHadamard(
        x
          .reshape([x.shape[0]!, d])
          .multiply(constantLike(signs, x))
          .pad([
            [0, 0],
            [0, size - d],
          ]),
      );
    const fromRows = (c: Tensor): Tensor =>
      walshHadamard(c)
        .slice([null, [0, d]])
        .multiply(constantLike(signs, c))
        .reshape([c.shape[0]!, ...input]);
    return linearOperator({
      ...about,
      output: [measurements],
      apply: (x) => kept.apply(toRows(x)),
      adjoint: (y) => fromRows(kept.adjoint(y)),
      ...(size === d
        ? {
            svd: {
              singularValues: kept.spectrum!.singularValues,
              toSpectral: toRows,
              fromSpectral: fromRows,
              toMeasuredSpectral: kept.adjoint,
              fromMeasuredSpectral: kept.apply,
            },
          }
        : { normBound: 1, steps }),
    });
  },
});
