/** A multilayer perceptron conditioned on the noise level, for tables and low-dimensional data. */
import { concat, type NdArray, sizeOf, type Tensor, type Tensors } from "@scorefield/tensor";
import { declare } from "../part/declare.ts";
import { type OptionsOf, type Values, whole } from "../part/setting.ts";
import type { KindRecipe } from "../recipe.ts";
import { classRows, rowsOrZeros } from "./conditions.ts";
import { noiseFeatures as featuresOfNoise } from "./fourier-features.ts";
import { checkLayers } from "./initialisation.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";
import {
  classesSetting,
  type Network,
  noiseEmbeddingSetting,
  observedSetting,
  resolveNoiseEmbedding,
  targetSetting,
} from "./network.ts";

const settings = {
  width: whole({ least: 1, default: 128, help: "features of every hidden layer" }),
  depth: whole({ least: 1, default: 3, help: "hidden layers" }),
  noiseFeatures: whole({ least: 2, multipleOf: 2, default: 32, help: "sines and cosines of the noise level" }),
  classes: classesSetting,
  observed: observedSetting,
  target: targetSetting,
  noiseEmbedding: noiseEmbeddingSetting,
};

/** Options of {@link mlp}. */
export type MlpOptions = OptionsOf<typeof settings>;

type MlpParameters<T> = {
  readonly input: Linear<T>;
  readonly hidden: readonly Linear<T>[];
  readonly output: Linear<T>;
};

const make = (
  { width, depth, noiseFeatures, classes, observed, target, noiseEmbedding = "log" }: Values<typeof settings>,
  recipe: KindRecipe,
): Network => {
  checkLayers("mlp depth", depth, width ** 2);
  return {
    recipe,
    classes,
    observed,
    target,
    learningRate: 1e-3,
    initialise: (shape, seed) => {
      const size = sizeOf(shape);
      const inputs = size + noiseFeatures * (target ? 2 : 1) + classes + observed;
      return {
        input: initialLinear(inputs, width, { seed, step: 0, gain: Math.SQRT2 }),
        hidden: Array.from({ length: depth - 1 }, (_, k) => initialLinear(width, width, { seed, step: k + 1 })),
        output: initialLinear(width, size, { seed, step: depth, gain: 0 }),
      } satisfies MlpParameters<NdArray>;
    },
    apply: (parameters: Tensors, x: Tensor, noiseLevel: Tensor, conditions = {}) => {
      const { input, hidden, output } = parameters as unknown as MlpParameters<Tensor>;
      const flat = x.reshape([x.shape[0]!, -1]);
      const featuresOf = (level: Tensor): Tensor => featuresOfNoise(level, noiseFeatures, noiseEmbedding).cast(x.dtype);
      const inputs = [flat, featuresOf(noiseLevel)];
      if (classes > 0) inputs.push(classRows(conditions, flat, classes));
      if (observed > 0) inputs.push(rowsOrZeros("observed", conditions, flat, observed));
      if (target) inputs.push(featuresOf(conditions.target ?? noiseLevel));
      let h = linear(input, concat(inputs, 1)).silu();
      for (const layer of hidden) h = h.add(linear(layer, h).silu());
      return linear(output, h).reshape(x.shape);
    },
  };
};

/**
 * Data, Fourier features of the noise level and the class go into `depth` hidden layers with SiLU. All but the first
 * are residual (He et al. 2016): h + silu(W h + b). The output layer starts at zero, so training starts from the
 * preconditioner's own guess.
 * @throws ArgumentError for sizes that are not positive whole numbers
 */
export const mlp = declare({
  kind: "mlp",
  summary: "fully connected layers, for tables and low-dimensional data",
  source: "He et al. 2016 (residual layers); Tancik et al. 2020 (Fourier features)",
  settings,
  resolve: resolveNoiseEmbedding,
  make,
});
