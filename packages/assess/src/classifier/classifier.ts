/** A network that predicts the class of a sample, clean or noisy. */

import type { FeatureNetwork, Parameters, Process } from "@scorefield/core";
import { ArgumentError, expandTime, initialLinear, type Linear, linear, predict } from "@scorefield/core";
import { checkMade, constants } from "@scorefield/core/internal";
import { type Shape, ShapeError, type Tensor, type Tensors } from "@scorefield/tensor";

/** What a classifier is made of, besides its parameters. */
export interface ClassifierParts {
  readonly network: FeatureNetwork;
  /** Number of classes. */
  readonly classes: number;
  /** Shape of one sample. */
  readonly shape: Shape;
  /** The process whose noisy samples it was trained on; left out, it knows clean ones only. */
  readonly process?: Process;
}

/** A trained classifier. Its parameters are constants of every function compiled from it. */
export interface Classifier extends ClassifierParts {
  readonly parameters: Parameters;
  /**
   * Scores of the classes: their softmax is p(class | x, t).
   * @param x samples, [n, ...shape]; x_t of the process, for a classifier of noisy samples
   * @param t times, [n]; for a classifier of noisy samples
   * @returns [n, classes]
   * @throws ArgumentError when times are missing, or given to a classifier of clean samples
   */
  logits(x: Tensor, t?: Tensor): Tensor;
  /** What it sees in samples, [n, network.features]; arguments as for logits. */
  features(x: Tensor, t?: Tensor): Tensor;
}

type ClassifierParameters<T> = { readonly body: T; readonly head: Linear<T> };

/**
 * Fresh parameters: the head starts at zero, so all classes are equally probable.
 * @throws ArgumentError for parts of another kind
 */
export const initialClassifier = (parts: ClassifierParts, seed: number): Parameters => {
  checkParts("initialClassifier", parts);
  const { network, classes, shape } = parts;
  return {
    body: network.initialise(shape, seed),
    head: initialLinear(network.features, classes, { seed, step: 100, gain: 0 }),
  };
};

// Of this kind of preconditioning only the scales at the network's input are of use here.
const input = predict("data");

/** Features and logits with given parameters. */
export const classify =
  ({ network, process, shape }: ClassifierParts) =>
  (parameters: Tensors, x: Tensor, t?: Tensor): { readonly features: Tensor; readonly logits: Tensor } => {
    if (x.shape.slice(1).join() !== shape.join())
      throw new ShapeError(`classifier: expected samples of shape [n,${shape}], found [${x.shape}]`);
    if (!process !== !t)
      throw new ArgumentError(
        process
          ? "classifier: expected times, found none; it was trained on noisy samples"
          : "classifier: expected no times, found some; it was trained on clean samples, give trainClassifier a process",
      );
    const { body, head } = parameters as unknown as ClassifierParameters<Tensor>;
    const read = (x: Tensor, noiseLevel?: Tensor): Tensor =>
      network.apply(body as unknown as Tensors, x, network.noisy ? noiseLevel : undefined);
    const features = process && t ? noisyFeatures(process, x, t, read) : read(x);
    return { features, logits: linear(head, features.silu()) };
  };

const noisyFeatures = (
  process: Process,
  x: Tensor,
  t: Tensor,
  read: (x: Tensor, noiseLevel: Tensor) => Tensor,
): Tensor => {
  const alpha = process.alpha(t);
  const ratio = expandTime(process.sigma(t).divide(alpha), x.rank);
  return input.denoise(x.divide(expandTime(alpha, x.rank)), ratio, read);
};

const checkParts = (name: string, parts: ClassifierParts): void => {
  const members = ["network", "classes", "shape"];
  checkMade(name, parts, members, "parts such as { network: perceptron(), classes: 2, shape: [3] }");
  checkMade(`${name} network`, parts.network, ["initialise", "apply"], "a network such as perceptron()");
};

/** The classifier with these parameters. @throws ArgumentError for parts or parameters of another kind */
export const classifier = (parts: ClassifierParts, parameters: Parameters): Classifier => {
  checkParts("classifier", parts);
  checkMade("classifier parameters", parameters, ["body", "head"], "parameters such as initialClassifier(parts, 0)");
  const apply = classify(parts);
  const of = (x: Tensor, t?: Tensor) => apply(constants(parameters, x.dtype), x, t);
  return { ...parts, parameters, logits: (x, t) => of(x, t).logits, features: (x, t) => of(x, t).features };
};
