import { ndarray, sizeOf, type Tensor } from "@scorefield/tensor";
import { declareOperator } from "./declare-operator.ts";
import { linearOperator } from "./linear-operator.ts";

/** y = x: all that is between a sample and its measurement is noise. */
export const identity = declareOperator({
  kind: "identity",
  family: "parts",
  summary: "the sample itself: with noise, denoising",
  source: "elementary",
  settings: {},
  make: ({ input }, about) => {
    const size = sizeOf(input);
    const flat = (x: Tensor): Tensor => x.reshape([x.shape[0]!, size]);
    const full = (c: Tensor): Tensor => c.reshape([c.shape[0]!, ...input]);
    return linearOperator({
      ...about,
      output: input,
      apply: (x) => x,
      adjoint: (y) => y,
      svd: {
        singularValues: ndarray(new Float64Array(size).fill(1)),
        toSpectral: flat,
        fromSpectral: full,
        toMeasuredSpectral: flat,
        fromMeasuredSpectral: full,
      },
    });
  },
});
