/** The residual block of diffusion U-Nets, conditioned on the noise level and all that is embedded with it. */
import type { NdArray, Shape, Tensor } from "@scorefield/tensor";
import { type Convolution, convolution, initialConvolution } from "./convolution.ts";
import type { Drop } from "./dropout.ts";
import {
  adaptiveGroupNormalisation,
  groupNormalisation,
  initialNormalisation,
  type Normalisation,
} from "./group-normalisation.ts";
import type { NextDraws } from "./initialisation.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";

/** Parameters of a block; `skip` only where the number of channels changes. */
export type ResidualBlock<T> = {
  readonly norm: Normalisation<T>;
  readonly first: Convolution<T>;
  /** From the embedding to a scale and a shift per channel. */
  readonly modulation: Linear<T>;
  readonly second: Convolution<T>;
  readonly skip?: Convolution<T>;
};

/** Options of {@link residualBlock}. */
export interface ResidualOptions {
  /** Applied before the second convolution. */
  readonly drop: Drop;
  /** Whether the sum is multiplied by sqrt(1/2), which keeps its variance. */
  readonly skipRescale: boolean;
}

/** skip + branch, times sqrt(1/2) with `skipRescale` (Song et al. 2021, appendix H). */
export const residualSum = (skip: Tensor, branch: Tensor, skipRescale: boolean): Tensor => {
  const sum = skip.add(branch);
  return skipRescale ? sum.multiply(Math.SQRT1_2) : sum;
};

/**
 * Norm, SiLU, convolution; adaptive norm, SiLU, dropout, convolution; added to the input (He et al. 2016, in the form of
 * Dhariwal & Nichol 2021).
 * @param x [n, inputs, ...spatial]
 * @param embedding [n, features], after its activation
 * @returns [n, outputs, ...spatial]
 */
export const residualBlock = (
  { norm, first, modulation, second, skip }: ResidualBlock<Tensor>,
  x: Tensor,
  embedding: Tensor,
  { drop, skipRescale }: ResidualOptions,
): Tensor => {
  const [scale, shift] = linear(modulation, embedding).split(2, 1) as [Tensor, Tensor];
  const h = convolution(first, groupNormalisation(norm, x).silu());
  const branch = convolution(second, drop(adaptiveGroupNormalisation(h, scale, shift).silu()));
  return residualSum(skip ? convolution(skip, x) : x, branch, skipRescale);
};

/**
 * A block that starts as its skip connection: the second convolution is zero (Ho et al. 2020), the others are of
 * {@link initialConvolution}.
 * @param features of the embedding
 */
export const initialResidualBlock = (
  inputs: number,
  outputs: number,
  { features, kernel, draws }: { readonly features: number; readonly kernel: Shape; readonly draws: NextDraws },
): ResidualBlock<NdArray> => ({
  norm: initialNormalisation(inputs),
  first: initialConvolution(inputs, outputs, kernel, draws()),
  modulation: initialLinear(features, 2 * outputs, draws()),
  second: initialConvolution(outputs, outputs, kernel, { ...draws(), gain: 0 }),
  ...(inputs !== outputs && {
    skip: initialConvolution(
      inputs,
      outputs,
      kernel.map(() => 1),
      draws(),
    ),
  }),
});
