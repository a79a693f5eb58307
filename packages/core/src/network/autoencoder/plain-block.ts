/** The residual block of encoders and decoders, which know no noise level. */
import type { NdArray, Shape, Tensor } from "@scorefield/tensor";
import { type Convolution, convolution, initialConvolution } from "../convolution.ts";
import { groupNormalisation, initialNormalisation, type Normalisation } from "../group-normalisation.ts";
import type { NextDraws } from "../initialisation.ts";

/** Parameters of {@link plainBlock}. */
export type PlainBlock<T> = {
  readonly norms: readonly [Normalisation<T>, Normalisation<T>];
  readonly convolutions: readonly [Convolution<T>, Convolution<T>];
};

/**
 * Twice norm, SiLU and convolution, added to the input (He et al. 2016).
 * @param x [n, channels, ...spatial]
 */
export const plainBlock = ({ norms, convolutions }: PlainBlock<Tensor>, x: Tensor): Tensor =>
  x.add(convolutions.reduce((h, layer, k) => convolution(layer, groupNormalisation(norms[k as 0 | 1], h).silu()), x));

/** A block that starts as its skip connection. */
export const initialPlainBlock = (channels: number, kernel: Shape, draws: NextDraws): PlainBlock<NdArray> => ({
  norms: [initialNormalisation(channels), initialNormalisation(channels)],
  convolutions: [
    initialConvolution(channels, channels, kernel, draws()),
    initialConvolution(channels, channels, kernel, { ...draws(), gain: 0 }),
  ],
});
