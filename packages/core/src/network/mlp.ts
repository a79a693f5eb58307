/** A multilayer perceptron conditioned on the noise level, for tables and low-dimensional data. */
import { concat, type NdArray, sizeOf, type Tensor, type Tensors } from "@scorefield/tensor";
import { checkCount, checkWhole } from "../check.ts";
import { classRows } from "./conditions.ts";
import { checkFeatureCount, fourierFeatures, highestNoiseFrequency } from "./fourier-features.ts";
import { checkLayers } from "./initialisation.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";
import type { Network } from "./network.ts";

/** Options of {@link mlp}. */
export interface MlpOptions {
  /** Features of every hidden layer, default 128. */
  readonly width?: number;
  /** Hidden layers, default 3. */
  readonly depth?: number;
  /** Sines and cosines of the noise level, an even number, default 32. */
  readonly noiseFeatures?: number;
  /** Classes it can be told, default 0: none. */
  readonly classes?: number;
}

type MlpParameters<T> = {
  readonly input: Linear<T>;
  readonly hidden: readonly Linear<T>[];
  readonly output: Linear<T>;
};

/**
 * Data, Fourier features of the noise level and the class go into `depth` hidden layers with SiLU, of which all but the first are
 * residual (He et al. 2016): h + silu(W h + b). The output layer starts at zero, so training starts from the
 * preconditioner's own guess.
 * @throws ArgumentError for sizes that are not positive whole numbers
 */
export const mlp = ({ width = 128, depth = 3, noiseFeatures = 32, classes = 0 }: MlpOptions = {}): Network => {
  for (const [name, value] of Object.entries({ width, depth })) checkWhole(`mlp ${name}`, value);
  checkLayers("mlp depth", depth, width ** 2);
  checkFeatureCount("mlp noiseFeatures", noiseFeatures);
  checkCount("mlp classes", classes);
  return {
    recipe: { kind: "mlp", width, depth, noiseFeatures, classes },
    classes,
    learningRate: 1e-3,
    initialise: (shape, seed) => {
      const size = sizeOf(shape);
      return {
        input: initialLinear(size + noiseFeatures + classes, width, { seed, step: 0, gain: Math.SQRT2 }),
        hidden: Array.from({ length: depth - 1 }, (_, k) => initialLinear(width, width, { seed, step: k + 1 })),
        output: initialLinear(width, size, { seed, step: depth, gain: 0 }),
      } satisfies MlpParameters<NdArray>;
    },
    apply: (parameters: Tensors, x: Tensor, noiseLevel: Tensor, conditions = {}) => {
      const { input, hidden, output } = parameters as unknown as MlpParameters<Tensor>;
      const flat = x.reshape([x.shape[0]!, -1]);
      const told = [flat, fourierFeatures(noiseLevel, noiseFeatures, highestNoiseFrequency).cast(x.dtype)];
      if (classes > 0) told.push(classRows(conditions, flat, classes));
      let h = linear(input, concat(told, 1)).silu();
      for (const layer of hidden) h = h.add(linear(layer, h).silu());
      return linear(output, h).reshape(x.shape);
    },
  };
};
