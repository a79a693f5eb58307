import { Tensor } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { ArgumentError } from "../errors.ts";

/**
 * Refuses arrays where a function that is traced takes tensors.
 * @throws ArgumentError saying what was found, and how to compute on arrays
 */
export const checkTraced = (x: Tensor, t: Tensor): void => {
  for (const value of [x, t])
    if (!(value instanceof Tensor))
      throw new ArgumentError(
        `expected x and t to be tensors, found ${showValue(value)}; compute on arrays by a compiled function: ` +
          "compile((x, t) => score(model, x, t), [{ shape: [n, 2] }, { shape: [n] }])",
      );
};
