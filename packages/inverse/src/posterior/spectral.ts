/** The singular value decomposition of an operator: its own, or of its matrix where it is small. */
import { ArgumentError } from "@scorefield/core";
import { ndarray, type Runtime, sizeOf } from "@scorefield/tensor";
import { denseParts, mostDecomposed } from "../operator/dense.ts";
import type { LinearOperator, Svd } from "../operator/operator.ts";
import { operatorMatrix } from "../operator/operator-matrix.ts";

/**
 * The decomposition that an operator knows of itself, else that of its matrix.
 * @throws ArgumentError for an operator that knows none, of samples and measurements of more than 256 numbers both
 */
export const knownSvd = async (owner: string, operator: LinearOperator, runtime?: Runtime): Promise<Svd> => {
  if (operator.svd) return operator.svd;
  const { input, output, kind } = operator;
  const [d, m] = [sizeOf(input), sizeOf(output)];
  const matrix = Math.min(d, m) <= mostDecomposed ? await operatorMatrix(owner, operator, runtime) : undefined;
  const svd = matrix && denseParts(input, ndarray(matrix, [m, d])).svd;
  if (!svd)
    throw new ArgumentError(
      `${owner}: expected an operator with a known singular value decomposition, or samples or measurements of at most ${mostDecomposed} numbers; found ${kind} without ` +
        `one, of samples of ${d} and measurements of ${m} numbers; take a method that needs none such as mmps`,
    );
  return {
    ...svd,
    toMeasuredSpectral: (y) => svd.toMeasuredSpectral(y.reshape([y.shape[0]!, m])),
    fromMeasuredSpectral: (c) => svd.fromMeasuredSpectral(c).reshape([c.shape[0]!, ...output]),
  };
};
