/** The fully connected layer: a plain function of its parameters, and their initial values. */
import type { NdArray, Tensor } from "@scorefield/tensor";
import { matmul, zeros } from "@scorefield/tensor";
import { normal } from "../random/normal.ts";
import { checkWeights } from "./initialisation.ts";

/** Parameters of a layer from `inputs` to `outputs` features: weight [inputs, outputs], bias [outputs]. */
export type Linear<T> = {
  readonly weight: T;
  readonly bias: T;
};

/** x weight + bias, for x [..., inputs] */
export const linear = ({ weight, bias }: Linear<Tensor>, x: Tensor): Tensor => matmul(x, weight).add(bias);

/**
 * Weights N(0, gain^2 / inputs) and no bias (LeCun et al. 1998; gain sqrt(2) is He et al. 2015).
 * @param step sets the layers of a network apart
 */
export const initialLinear = (
  inputs: number,
  outputs: number,
  { seed, step, gain = 1 }: { seed: number; step: number; gain?: number },
): Linear<NdArray> => {
  checkWeights([inputs, outputs]);
  const weight = normal([inputs, outputs], { seed, step, purpose: "initialisation" });
  for (let i = 0; i < weight.data.length; i++) weight.data[i]! *= gain / Math.sqrt(inputs);
  return { weight, bias: zeros([outputs]) };
};
