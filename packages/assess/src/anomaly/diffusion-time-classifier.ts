/** Diffusion-time estimation by a network that sees noisy data and predicts the noise level. */

import type { FitEvent, Parameters } from "@scorefield/core";
import { ArgumentError, fit, initialLinear, integers, type Linear, linear, normal, uniform } from "@scorefield/core";
import { checkOptions, checkPositive, checkWhole, type Known, stepwise, toRows } from "@scorefield/core/internal";
import {
  compile,
  constant,
  isNdArray,
  mapTree,
  type NdArray,
  ndarray,
  type Runtime,
  type Shape,
  ShapeError,
  sizeOf,
  softmax,
  type Tensor,
  type Tensors,
  zeros,
} from "@scorefield/tensor";
import { crossEntropy } from "../classifier/train-classifier.ts";
import type { AnomalyDetector } from "./detector.ts";
import { checkLevels } from "./diffusion-time.ts";

/** Options of {@link trainDiffusionTime}. */
export interface DiffusionTimeClassifierOptions {
  /** Bins of the noise level, default 7. */
  readonly bins?: number;
  /** Least and largest noise, in units of the data; defaults 0.1 and 10. */
  readonly lowest?: number;
  readonly highest?: number;
  /** Hidden layers, default [128, 128, 128]; the paper's are [256, 512, 256]. */
  readonly widths?: readonly number[];
  /** Default 2000. */
  readonly steps?: number;
  /** Rows per step, default 128. */
  readonly batch?: number;
  /** Peak learning rate of Adam, default 1e-3. */
  readonly learningRate?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** After every block of steps: steps done, and the mean cross-entropy of the block in nats, among other news. */
  readonly onProgress?: (event: FitEvent) => void;
  readonly runtime?: Runtime;
}

const knownOptions = {
  bins: true,
  lowest: true,
  highest: true,
  widths: true,
  steps: true,
  batch: true,
  learningRate: true,
  seed: true,
  signal: true,
  onProgress: true,
  runtime: true,
} satisfies Known<DiffusionTimeClassifierOptions>;

type Settings = Required<Omit<DiffusionTimeClassifierOptions, "signal" | "onProgress" | "runtime">>;

const checkSettings = (rows: number, settings: Settings): void => {
  const { bins, steps, batch, widths, learningRate, lowest, highest } = settings;
  checkLevels("trainDiffusionTime", lowest, highest);
  checkWhole("trainDiffusionTime steps", steps);
  checkWhole("trainDiffusionTime batch", batch);
  for (const width of widths) checkWhole("trainDiffusionTime widths", width);
  if (!(Number.isInteger(bins) && bins > 1))
    throw new ArgumentError(`trainDiffusionTime: expected at least 2 bins, found ${bins}`);
  checkPositive("trainDiffusionTime learningRate", learningRate);
  if (rows === 0) throw new ShapeError("trainDiffusionTime: expected at least one row");
};

/** A fully connected network with SiLU between its layers; the last one starts at zero. */
const initialise = (size: number, { widths, bins, seed }: Settings): Parameters => {
  const sizes = [size, ...widths, bins];
  return sizes.slice(1).map((outputs, step) => {
    const gain = step === widths.length ? 0 : Math.SQRT2;
    return initialLinear(sizes[step]!, outputs, { seed, step, gain });
  });
};

const logits = (parameters: Tensors, x: Tensor): Tensor => {
  const layers = parameters as unknown as readonly Linear<Tensor>[];
  return layers.reduce((h, layer, i) => linear(layer, i === 0 ? h : h.silu()), x);
};

/** Noisy rows of a step with their bins; a function of the seed and the step. */
const inputOf = (data: Float64Array, size: number, step: number, settings: Settings) => {
  const { bins, batch, seed, lowest, highest } = settings;
  const x = zeros([batch, size]);
  const target = zeros([batch, bins]);
  const rows = integers([batch], { seed, step, purpose: "order", high: data.length / size }).data;
  const levels = uniform([batch], { seed, step, purpose: "noise-level", dtype: "float64" }).data;
  const noise = normal([batch, size], { seed, step, purpose: "noise" }).data;
  for (let i = 0; i < batch; i++) {
    const ratio = lowest * (highest / lowest) ** levels[i]!;
    target.data[i * bins + Math.floor(levels[i]! * bins)] = 1;
    for (let j = 0; j < size; j++) x.data[i * size + j] = data[rows[i]! * size + j]! + ratio * noise[i * size + j]!;
  }
  return { x, target };
};

/**
 * Trains the categorical estimate (Livernoche et al. 2024): a network sees rows with noise r z, log r uniform between
 * two levels. It predicts the bin of log r. The score is the mean of log r under its prediction. It learns what is far
 * from data, costs one evaluation per row, and keeps no data.
 * @param data [m, ...shape], best standardised
 * @throws ShapeError without rows; ArgumentError for values not finite or options out of range; TrainingError when the
 *   loss is no longer finite; the signal's reason when aborted
 */
export const trainDiffusionTime = async (
  data: NdArray,
  options: DiffusionTimeClassifierOptions = {},
): Promise<AnomalyDetector> => {
  checkOptions("trainDiffusionTime", options, knownOptions);
  const { bins = 7, lowest = 0.1, highest = 10, widths = [128, 128, 128] } = options;
  const { steps = 2000, batch = 128, learningRate = 1e-3, seed = 0, signal, onProgress, runtime } = options;
  const settings: Settings = { bins, lowest, highest, widths, steps, batch, learningRate, seed };
  const rows = toRows("trainDiffusionTime", data);
  checkSettings(rows.n, settings);
  const shape: Shape = data.shape.slice(1);
  const specs = { x: { shape: [batch, rows.d] }, target: { shape: [batch, bins] } };
  const { parameters } = await fit({
    name: "trainDiffusionTime",
    parameters: initialise(rows.d, settings),
    loss: (parameters, { x, target }) => crossEntropy(logits(parameters, x), target),
    batches: stepwise(specs, (step) => inputOf(rows.data, rows.d, step, settings)),
    steps,
    learningRate,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(runtime && { runtime }),
  }).result;
  const [first, last] = [Math.log(lowest), Math.log(highest)];
  const middles = Float32Array.from({ length: bins }, (_, i) => first + ((i + 0.5) / bins) * (last - first));
  return {
    recipe: { kind: "diffusion-time-classifier", bins, lowest, highest, widths, steps, batch, learningRate, seed },
    score: async (queries) => {
      if (queries.shape.slice(1).join() !== shape.join())
        throw new ShapeError(
          `trainDiffusionTime: expected rows of shape [${shape}], found [${queries.shape.slice(1)}]`,
        );
      const { n, d, data: values } = toRows("trainDiffusionTime", queries);
      const compiled = await compile(
        (x: Tensor) => {
          const weights = mapTree(parameters, (array: NdArray) => constant(array), isNdArray) as Tensors;
          return softmax(logits(weights, x), 1)
            .multiply(constant(ndarray(middles)))
            .sum(1);
        },
        [{ shape: [n, d] }],
        { runtime, name: "classifier" },
      );
      try {
        const { data: scores } = await compiled(ndarray(Float32Array.from(values), [n, sizeOf(shape)]));
        return ndarray(Float64Array.from(scores as Float32Array));
      } finally {
        await compiled.dispose();
      }
    },
  };
};
