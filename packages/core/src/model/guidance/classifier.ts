import { grad, logSumExp, sliceAxis, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../../errors.ts";
import type { ScoreModel } from "../score-model.ts";
import { scheduleAt } from "../tweedie.ts";

/** A classifier of noisy points. */
export interface NoisyClassifier {
  /** How many classes it tells apart. */
  readonly classes: number;
  /**
   * Log-probabilities of the classes, up to a constant for each point, [n, classes].
   * @param x noisy points, [n, ...shape]
   * @param t their times, [n]
   */
  logits(x: Tensor, t: Tensor): Tensor;
}

/** Options of {@link classifierGuidance}. */
export interface ClassifierGuidanceOptions {
  /** Default 1, Bayes' rule; more makes samples more typical of the class and less diverse. */
  readonly scale?: number;
}

/** log p(class | x_t) of each point, [n]. */
const classLogProbability = (classifier: NoisyClassifier, x: Tensor, t: Tensor, label: number): Tensor => {
  const logits = classifier.logits(x, t);
  return sliceAxis(logits, 1, label, label + 1)
    .reshape([x.shape[0]!])
    .subtract(logSumExp(logits, 1));
};

/**
 * Classifier guidance (Song et al. 2021, section 5; Dhariwal & Nichol 2021, algorithm 1): a model without classes is steered by the
 * gradient of a classifier that was trained on data under the same noise,
 *
 *     score = grad log p(x_t) + scale grad log p(class | x_t)
 *
 * At scale 1 and with an exact classifier this is the score of p(x_t | class), by Bayes' rule.
 * @param label the class, a whole number from 0
 * @throws ArgumentError for a class that the classifier does not know, or a scale that is not finite
 */
export const classifierGuidance = (
  model: ScoreModel,
  classifier: NoisyClassifier,
  label: number,
  { scale = 1 }: ClassifierGuidanceOptions = {},
): ScoreModel => {
  if (!(Number.isInteger(label) && label >= 0 && label < classifier.classes))
    throw new ArgumentError(`classifierGuidance: expected a class from 0 to ${classifier.classes - 1}, found ${label}`);
  if (!Number.isFinite(scale)) throw new ArgumentError(`classifierGuidance: expected a finite scale, found ${scale}`);
  const { process, shape, period, evaluations = 1 } = model;
  const pull = (x: Tensor, t: Tensor): Tensor =>
    grad((at: Tensor) => classLogProbability(classifier, at, t, label).sum())(x).multiply(scale);
  return {
    process,
    shape,
    ...(period && { period }),
    evaluations: evaluations + 1,
    denoise: (x, t) => {
      const { alpha, sigma } = scheduleAt(process, t, x);
      return model.denoise(x, t).add(pull(x, t).multiply(sigma.square().divide(alpha)));
    },
    ...(model.score && { score: (x: Tensor, t: Tensor) => model.score!(x, t).add(pull(x, t)) }),
  };
};
