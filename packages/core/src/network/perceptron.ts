/** A multilayer perceptron for classifiers of vectors. */
import { concat, sizeOf, type Tensor } from "@scorefield/tensor";
import { declare } from "../part/declare.ts";
import { list, type OptionsOf, whole } from "../part/setting.ts";
import { type FeatureNetwork, noiseFeaturesSetting } from "./feature-network.ts";
import { fourierFeatures, highestNoiseFrequency } from "./fourier-features.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";

const settings = {
  widths: list(whole({ least: 1, help: "features of a layer" }), {
    fewest: 1,
    default: [128, 128],
    help: "features of every layer, the last included",
  }),
  noiseFeatures: noiseFeaturesSetting,
};

/** Options of {@link perceptron}. */
export type PerceptronOptions = OptionsOf<typeof settings>;

/**
 * Fully connected layers with SiLU between them; the features are the last layer's values before SiLU.
 * @throws ArgumentError for sizes that are not positive whole numbers
 */
export const perceptron = declare({
  kind: "perceptron",
  summary: "fully connected layers, for vectors",
  source: "Rosenblatt 1958; SiLU of Elfwing et al. 2018",
  settings,
  make: ({ widths, noiseFeatures }, recipe): FeatureNetwork => ({
    recipe,
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
  }),
});

const noisy = (x: Tensor, count: number, noiseLevel: Tensor | undefined): Tensor =>
  count > 0 && noiseLevel ? concat([x, fourierFeatures(noiseLevel, count, highestNoiseFrequency)], 1) : x;
