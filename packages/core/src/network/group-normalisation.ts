/** Group normalisation with learned or adaptive scales and shifts. */
import { groupNorm, type NdArray, ndarray, type Tensor, zeros } from "@scorefield/tensor";
import { divisorUpTo } from "./initialisation.ts";

/** A scale and a shift per channel, [channels] each. */
export type Normalisation<T> = {
  readonly scale: T;
  readonly shift: T;
};

// As Wu & He 2018, but never of fewer than four channels: small groups say too little about a layer.
const groupsOf = (channels: number): number => divisorUpTo(channels, Math.min(32, channels / 4));

/** Scales of 1 and shifts of 0. */
export const initialNormalisation = (channels: number): Normalisation<NdArray> => ({
  scale: ndarray(new Float32Array(channels).fill(1)),
  shift: zeros([channels]),
});

/**
 * Group normalisation (Wu & He 2018) with at most 32 groups of at least four channels.
 * @param x [n, channels, ...spatial]
 */
export const groupNormalisation = ({ scale, shift }: Normalisation<Tensor>, x: Tensor): Tensor =>
  groupNorm(x, groupsOf(x.shape[1]!), { scale, shift });

/**
 * Group normalisation whose scale and shift come from elsewhere for every sample (Dhariwal & Nichol 2021, section 3):
 * normalised x times 1 + scale, plus shift.
 * @param x [n, channels, ...spatial]
 * @param scale [n, channels]
 * @param shift [n, channels]
 */
export const adaptiveGroupNormalisation = (x: Tensor, scale: Tensor, shift: Tensor): Tensor => {
  const [n, channels, ...spatial] = x.shape as [number, number, ...number[]];
  // All channels of all samples as the channels of one sample: scales and shifts join the factors of the normalisation,
  // which saves two passes over x.
  const all = n * channels;
  const joined = groupNorm(x.reshape([1, all, ...spatial]), n * groupsOf(channels), {
    scale: scale.add(1).reshape([all]),
    shift: shift.reshape([all]),
  });
  return joined.reshape(x.shape);
};
