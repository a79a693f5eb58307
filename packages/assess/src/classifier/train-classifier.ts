/** Training a classifier on labelled samples, clean or noised by a process. */

import type { Adam, Dataset, FeatureNetwork, FitEvent, Process } from "@scorefield/core";
import {
  ArgumentError,
  convolutional,
  fit,
  geometricNoise,
  type NoiseDistribution,
  normal,
  perceptron,
  uniform,
} from "@scorefield/core";
import { checkMade, checkOptions, checkWhole, type Known, rowOrder, stepwise } from "@scorefield/core/internal";
import { logSumExp, type NdArray, type Runtime, type Spec, type Tensor, type Tensors, zeros } from "@scorefield/tensor";
import { type Classifier, classifier, classify, initialClassifier } from "./classifier.ts";

/** Options of {@link trainClassifier}. */
export interface TrainClassifierOptions {
  /** Samples of about unit scale, with labels. */
  readonly data: Dataset;
  /** Default: one more than the largest label. */
  readonly classes?: number;
  /** Trains on samples noised by it, for guidance. Default none: clean samples. */
  readonly process?: Process;
  /**
   * How much noise, with a process. Default evenly over the logarithm of sigma / alpha from the process's first time to its
   * last, about as the steps of samplers are spread. Uniform times would not do: with `edm`
   * a hundredth of them lie below sigma = 0.8, where most differences between classes are.
   */
  readonly noiseDistribution?: NoiseDistribution;
  /**
   * Default {@link convolutional} for samples of several axes, else {@link perceptron}, with the noise level as an
   * input, if any.
   */
  readonly network?: FeatureNetwork;
  /** Default 2000. */
  readonly steps?: number;
  /** Samples per step, default 128. */
  readonly batch?: number;
  /** Peak learning rate; the default is the network's own. */
  readonly learningRate?: number;
  readonly adam?: Adam;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  /** After every block of steps: steps done, and the mean cross-entropy of the block in nats, among other news. */
  readonly onProgress?: (event: FitEvent) => void;
  readonly runtime?: Runtime;
}

const knownOptions = {
  data: true,
  classes: true,
  process: true,
  noiseDistribution: true,
  network: true,
  steps: true,
  batch: true,
  learningRate: true,
  adam: true,
  seed: true,
  signal: true,
  onProgress: true,
  runtime: true,
} satisfies Known<TrainClassifierOptions>;

/** @throws ArgumentError for unknown options, and for texts and lists where objects are expected */
const checkGiven = (options: TrainClassifierOptions): void => {
  checkOptions("trainClassifier", options, knownOptions);
  const { data, process, network } = options;
  checkMade("trainClassifier data", data, ["count", "shape", "read"], "a dataset such as dataset(values, labels)");
  if (process !== undefined)
    checkMade("trainClassifier process", process, ["alpha", "sigma"], "a process such as edm()");
  if (network !== undefined)
    checkMade("trainClassifier network", network, ["initialise", "apply"], "a network such as perceptron()");
};

/** The number of classes of labels. @throws ArgumentError for a value that is not a label */
const checkLabels = ({ labels, count }: Dataset, classes?: number): number => {
  if (!labels || labels.length !== count)
    throw new ArgumentError("trainClassifier: expected data with a label for every sample, found none");
  let largest = 0;
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    if (!(Number.isInteger(label) && label >= 0 && (classes === undefined || label < classes)))
      throw new ArgumentError(
        `trainClassifier: expected labels to be whole numbers from 0${classes === undefined ? "" : ` to ${classes - 1}`}, found ${label} for sample ${i}`,
      );
    largest = Math.max(largest, label);
  }
  const found = classes ?? largest + 1;
  if (!(Number.isInteger(found) && found > 1))
    throw new ArgumentError(`trainClassifier: expected at least 2 classes, found ${found}`);
  return found;
};

const noiseFeatures = 32;
const rungs = 1000;

const evenNoise = ({ alpha, sigma, times: { first, last } }: Process): NoiseDistribution =>
  geometricNoise({ lowest: sigma(first) / alpha(first), highest: sigma(last) / alpha(last), count: rungs });

const defaultNetwork = (axes: number, noisy: boolean): FeatureNetwork => {
  const conditions = noisy ? { noiseFeatures } : {};
  return axes > 1 ? convolutional(conditions) : perceptron(conditions);
};

/** Mean over a batch of log p(class)'s negative, in nats. @param target one-hot rows, [n, classes] */
export const crossEntropy = (logits: Tensor, target: Tensor): Tensor =>
  logSumExp(logits, 1).subtract(logits.multiply(target).sum(1)).mean();

/**
 * Trains a classifier by cross-entropy, in shuffled epochs.
 * @throws ArgumentError for labels or options out of range; ShapeError for samples that the network does not take;
 *   TrainingError when the loss is no longer finite; the signal's reason when aborted
 */
export const trainClassifier = async (options: TrainClassifierOptions): Promise<Classifier> => {
  checkGiven(options);
  const {
    data,
    process,
    noiseDistribution = process && evenNoise(process),
    steps = 2000,
    batch = 128,
    seed = 0,
  } = options;
  const { adam, signal, onProgress, runtime } = options;
  const classes = checkLabels(data, options.classes);
  checkWhole("trainClassifier batch", batch);
  const { shape } = data;
  const network = options.network ?? defaultNetwork(shape.length, process !== undefined);
  if (network.noisy && !process)
    throw new ArgumentError("trainClassifier: expected a process for a network that takes the noise level");
  const parts = { network, classes, shape, ...(process && { process }) };
  const { learningRate = network.learningRate } = options;
  const apply = classify(parts);
  const loss = (parameters: Tensors, { x, target, noise, t }: Input<Tensor>): Tensor => {
    if (!process || !t || !noise) return crossEntropy(apply(parameters, x).logits, target);
    const spread = [batch, ...shape.map(() => 1)];
    const noisy = x.multiply(process.alpha(t).reshape(spread)).add(noise.multiply(process.sigma(t).reshape(spread)));
    return crossEntropy(apply(parameters, noisy, t).logits, target);
  };
  const row = rowOrder(data.count, seed);
  const inputOf = async (step: number): Promise<Input<NdArray>> => {
    const rows = Array.from({ length: batch }, (_, i) => row(step * batch + i));
    const target = zeros([batch, classes]);
    for (const [i, r] of rows.entries()) target.data[i * classes + data.labels![r]!] = 1;
    const x = await data.read(rows);
    if (!noiseDistribution || !process) return { x, target };
    const t = zeros([batch]);
    const u = uniform([batch], { seed, step, purpose: "noise-level", dtype: "float64" }).data;
    for (let i = 0; i < batch; i++) t.data[i] = noiseDistribution.time(process, u[i] || 2 ** -54);
    return { x, target, t, noise: normal([batch, ...shape], { seed, step, purpose: "noise" }) };
  };
  const sample = { shape: [batch, ...shape] };
  const specs: Input<Spec> = {
    x: sample,
    target: { shape: [batch, classes] },
    ...(process && { noise: sample, t: { shape: [batch] } }),
  };
  const { parameters } = await fit({
    name: "trainClassifier",
    parameters: initialClassifier(parts, seed),
    loss,
    batches: stepwise(specs, inputOf),
    steps,
    learningRate,
    block: shape.length > 1 ? 10 : 100,
    ...(adam && { adam }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(runtime && { runtime }),
  }).result;
  return classifier(parts, parameters);
};

type Input<T> = { readonly x: T; readonly target: T; readonly noise?: T; readonly t?: T };
