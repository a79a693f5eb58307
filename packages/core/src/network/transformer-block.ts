/** The transformer block whose normalisations are conditioned on the noise level, with adaptive layer norm zero. */
import { layerNorm, type NdArray, type Tensor } from "@scorefield/tensor";
import type { NextDraws } from "./initialisation.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";
import { headsOf, initialSelfAttention, type SelfAttention, selfAttention } from "./self-attention.ts";

/** Parameters of a block. */
export type TransformerBlock<T> = {
  /** From the embedding to a shift, a scale and a gate for each of the two branches. */
  readonly modulation: Linear<T>;
  readonly attention: SelfAttention<T>;
  readonly widen: Linear<T>;
  readonly narrow: Linear<T>;
};

/** The parts of a modulation, [n, parts * features], each as [n, 1, features] to apply to all tokens alike. */
const partsOf = (modulation: Linear<Tensor>, embedding: Tensor, parts: number): Tensor[] =>
  linear(modulation, embedding).expandDims(1).split(parts, 2);

const modulated = (tokens: Tensor, shift: Tensor, scale: Tensor): Tensor =>
  layerNorm(tokens, { epsilon: 1e-6 }).multiply(scale.add(1)).add(shift);

/**
 * Layer normalisation with a shift and a scale from the embedding.
 * @param tokens [n, count, features]
 * @param embedding [n, inputs], after its activation
 */
export const adaptiveLayerNorm = (modulation: Linear<Tensor>, tokens: Tensor, embedding: Tensor): Tensor => {
  const [shift, scale] = partsOf(modulation, embedding, 2) as [Tensor, Tensor];
  return modulated(tokens, shift, scale);
};

/**
 * Self-attention, then two layers with GELU between, each on normalised tokens and through a gate (Peebles & Xie 2023,
 * "adaLN-Zero").
 * @param tokens [n, count, features]
 * @param embedding [n, inputs], after its activation
 */
export const transformerBlock = (
  { modulation, attention, widen, narrow }: TransformerBlock<Tensor>,
  tokens: Tensor,
  embedding: Tensor,
  headWidth: number,
): Tensor => {
  const parts = partsOf(modulation, embedding, 6);
  const [shift, scale, gate, laterShift, laterScale, laterGate] = parts as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const heads = headsOf(tokens.shape[2]!, headWidth);
  const attended = tokens.add(gate.multiply(selfAttention(attention, modulated(tokens, shift, scale), heads)));
  const hidden = linear(widen, modulated(attended, laterShift, laterScale)).gelu();
  return attended.add(laterGate.multiply(linear(narrow, hidden)));
};

/** A block that starts as the identity: the modulation is zero, and with it the gates. */
export const initialTransformerBlock = (
  features: number,
  { inputs, expansion, draws }: { readonly inputs: number; readonly expansion: number; readonly draws: NextDraws },
): TransformerBlock<NdArray> => ({
  modulation: initialLinear(inputs, 6 * features, { ...draws(), gain: 0 }),
  attention: initialSelfAttention(features, draws, 1),
  widen: initialLinear(features, expansion * features, draws()),
  narrow: initialLinear(expansion * features, features, draws()),
});
