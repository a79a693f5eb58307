/** The convolution layer over one to three spatial axes, and its initial values. */
import { conv, type NdArray, type Shape, sizeOf, type Tensor, zeros } from "@scorefield/tensor";
import { normal } from "../random/normal.ts";
import { checkWeights, type LayerDraws } from "./initialisation.ts";

/** Parameters of a layer from `inputs` to `outputs` channels: weight [outputs, inputs, ...kernel], bias [outputs]. */
export type Convolution<T> = {
  readonly weight: T;
  readonly bias: T;
};

/**
 * Convolution with a kernel of odd sizes and zeros beyond the edges.
 * @param x [n, inputs, ...spatial]
 * @param stride steps between neighbouring outputs, default 1
 * @returns [n, outputs, ...spatial / stride], rounded up
 */
export const convolution = ({ weight, bias }: Convolution<Tensor>, x: Tensor, stride = 1): Tensor =>
  conv(x, weight, { bias, stride, padding: weight.shape.slice(2).map((size) => Math.floor(size / 2)) });

/**
 * Weights N(0, gain^2 / fan-in), where the fan-in is inputs times the kernel's elements, and no bias (LeCun et al. 1998;
 * gain sqrt(2) is He et al. 2015; gain 0 starts the layer at zero).
 * @param kernel odd sizes, one per spatial axis
 */
export const initialConvolution = (
  inputs: number,
  outputs: number,
  kernel: Shape,
  { gain = 1, ...draws }: LayerDraws & { readonly gain?: number },
): Convolution<NdArray> => {
  const shape = [outputs, inputs, ...kernel];
  checkWeights(shape);
  const bias = zeros([outputs]);
  if (gain === 0) return { weight: zeros(shape), bias };
  const weight = normal(shape, { ...draws, purpose: "initialisation" });
  const deviation = gain / Math.sqrt(inputs * sizeOf(kernel));
  for (let i = 0; i < weight.data.length; i++) weight.data[i]! *= deviation;
  return { weight, bias };
};
