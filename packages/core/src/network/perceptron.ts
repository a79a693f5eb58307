/** A multilayer perceptron that tells classes, for vectors. */
import { concat, sizeOf, type Tensor } from "@scorefield/tensor";
import { checkWhole } from "../check.ts";
import type { FeatureNetwork } from "./feature-network.ts";
import { checkFeatureCount, fourierFeatures, highestNoiseFrequency } from "./fourier-features.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";

/** Options of {@link perceptron}. */
export interface PerceptronOptions {
  /** Features of every layer, the last included; default [128, 128]. */
  readonly widths?: readonly number[];
  /** Sines and cosines of the noise level, an even number; default 0: it is not told. */
  readonly noiseFeatures?: number;
}

/**
 * Fully connected layers with SiLU between them; the features are the last layer's values before SiLU.
 * @throws ArgumentError for sizes that are not positive whole numbers
 */
export const perceptron = ({ widths = [128, 128], noiseFeatures = 0 }: PerceptronOptions = {}): FeatureNetwork => {
  checkWhole("perceptron number of layers", widths.length);
  for (const width of widths) checkWhole("perceptron widths", width);
  if (noiseFeatures !== 0) checkFeatureCount("perceptron noiseFeatures", noiseFeatures);
  return {
    recipe: { kind: "perceptron", widths, noiseFeatures },
    learningRate: 1e-3,
    features: widths.at(-1)!,
    noisy: noiseFeatures > 0,
    initialise: (shape, seed) => {
      const sizes = [sizeOf(shape) + noiseFeatures, ...widths];
      return widths.map((width, step) => initialLinear(sizes[step]!, width, { seed, step, gain: Math.SQRT2 }));
    },
    apply: (parameters, x, noiseLevel) => {
      const layers = parameters as unknown as readonly Linear<Tensor>[];
      const flat = x.reshape([x.shape[0]!, sizeOf(x.shape.slice(1))]);
      const input = noisy(flat, noiseFeatures, noiseLevel);
      return layers.reduce((h, layer, i) => linear(layer, i === 0 ? h : h.silu()), input);
    },
  };
};

const noisy = (x: Tensor, count: number, noiseLevel: Tensor | undefined): Tensor =>
  count > 0 && noiseLevel ? concat([x, fourierFeatures(noiseLevel, count, highestNoiseFrequency)], 1) : x;
