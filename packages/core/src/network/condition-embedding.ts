/** One vector of all that a network is conditioned on: noise levels, class and augmentation. */
import { matmul, type NdArray, type Tensor, zeros } from "@scorefield/tensor";
import { conditionRows } from "./conditions.ts";
import { type NoiseEmbedding, noiseFeatures } from "./fourier-features.ts";
import type { NextDraws } from "./initialisation.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";
import type { Conditions } from "./network.ts";

/** Parameters; the weights of classes, augmentations and a second noise level, without a bias, only where there are any. */
export type ConditionEmbedding<T> = {
  readonly noise: Linear<T>;
  readonly classes?: T;
  readonly augmentation?: T;
  readonly target?: T;
  readonly hidden: Linear<T>;
};

/** How many classes a network can be conditioned on, how many numbers describe an augmentation, and whether there is a second noise level. */
export interface ConditionSizes {
  readonly classes: number;
  readonly augmentation: number;
  readonly target?: boolean;
}

const featureCount = 32;

/**
 * Fourier features of the noise levels, the class and the augmentation, each through its own layer, added; then SiLU,
 * a layer and SiLU again. Rows of zeros add nothing: an unknown class, an untouched sample.
 * @param noiseLevel [n], in float32 or the weights' element type
 * @param noiseEmbedding what the features are of
 * @returns [n, features]
 * @throws ShapeError for classes or augmentations of a shape that the network does not take
 */
export const conditionEmbedding = (
  { noise, classes, augmentation, target, hidden }: ConditionEmbedding<Tensor>,
  noiseLevel: Tensor,
  conditions: Conditions,
  noiseEmbedding: NoiseEmbedding = "log",
): Tensor => {
  const featuresOf = (level: Tensor): Tensor =>
    noiseFeatures(level, featureCount, noiseEmbedding).cast(noise.weight.dtype);
  const features = featuresOf(noiseLevel);
  let h = linear(noise, features);
  const parts = [
    ["class", classes],
    ["augmentation", augmentation],
  ] as const;
  for (const [name, weight] of parts) {
    const rows = conditionRows(name, conditions, features, weight?.shape[0] ?? 0);
    if (rows && weight) h = h.add(matmul(rows, weight));
  }
  if (target) h = h.add(matmul(featuresOf(conditions.target ?? noiseLevel), target));
  return linear(hidden, h.silu()).silu();
};

/** Layers of {@link initialLinear}; a class weighs as much as the noise level. The second level has no weight at first. */
export const initialConditionEmbedding = (
  features: number,
  { classes, augmentation, target = false }: ConditionSizes,
  draws: NextDraws,
): ConditionEmbedding<NdArray> => ({
  noise: initialLinear(featureCount, features, draws()),
  // Half of the squared cosines and sines are 1/2 each, and a one-hot row has a single 1.
  ...(classes > 0 && {
    classes: initialLinear(classes, features, { ...draws(), gain: Math.sqrt(classes / 2) }).weight,
  }),
  ...(augmentation > 0 && { augmentation: initialLinear(augmentation, features, draws()).weight }),
  ...(target && { target: zeros([featureCount, features]) }),
  hidden: initialLinear(features, features, draws()),
});
