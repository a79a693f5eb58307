/** Self-attention: of tokens, and of the positions of an image. */
import { type NdArray, scaledDotProductAttention, type Tensor } from "@scorefield/tensor";
import { groupNormalisation, initialNormalisation, type Normalisation } from "./group-normalisation.ts";
import { divisorUpTo, type NextDraws } from "./initialisation.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";
import { residualSum } from "./residual-block.ts";

/** Parameters: from tokens to queries, keys and values side by side, and from what the heads found to tokens. */
export type SelfAttention<T> = {
  readonly input: Linear<T>;
  readonly output: Linear<T>;
};

/** Number of heads of about `headWidth` features each. It divides the features. */
export const headsOf = (features: number, headWidth: number): number => divisorUpTo(features, features / headWidth);

/**
 * Multi-head self-attention (Vaswani et al. 2017).
 * @param tokens [n, count, features]
 * @param heads a divisor of features
 * @returns [n, count, features]
 */
export const selfAttention = ({ input, output }: SelfAttention<Tensor>, tokens: Tensor, heads: number): Tensor => {
  const [n, count, features] = tokens.shape as [number, number, number];
  const [q, k, v] = linear(input, tokens)
    .reshape([n, count, 3, heads, features / heads])
    .transpose([2, 0, 3, 1, 4])
    .split(3, 0)
    .map((part) => part.reshape([n, heads, count, features / heads])) as [Tensor, Tensor, Tensor];
  const found = scaledDotProductAttention(q, k, v).transpose([0, 2, 1, 3]);
  return linear(output, found.reshape([n, count, features]));
};

/** The output starts at zero, or with `gain` as {@link initialLinear}. */
export const initialSelfAttention = (features: number, draws: NextDraws, gain = 0): SelfAttention<NdArray> => ({
  input: initialLinear(features, 3 * features, draws()),
  output: initialLinear(features, features, { ...draws(), gain }),
});

/** Parameters of {@link attentionBlock}. */
export type AttentionBlock<T> = SelfAttention<T> & { readonly norm: Normalisation<T> };

/**
 * Norm, then self-attention among all positions, added to the input (Ho et al. 2020).
 * @param x [n, channels, ...spatial]
 * @param headWidth channels per head
 */
export const attentionBlock = (
  { norm, ...attention }: AttentionBlock<Tensor>,
  x: Tensor,
  { headWidth, skipRescale }: { readonly headWidth: number; readonly skipRescale: boolean },
): Tensor => {
  const [n, channels] = x.shape as [number, number];
  const tokens = groupNormalisation(norm, x).reshape([n, channels, -1]).transpose([0, 2, 1]);
  const found = selfAttention(attention, tokens, headsOf(channels, headWidth));
  return residualSum(x, found.transpose([0, 2, 1]).reshape(x.shape), skipRescale);
};

/** A block that starts as nothing but its skip connection. */
export const initialAttentionBlock = (channels: number, draws: NextDraws): AttentionBlock<NdArray> => ({
  norm: initialNormalisation(channels),
  ...initialSelfAttention(channels, draws),
});
