import { grad, logSumExp, shared, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../../errors.ts";
import { checkMade, checkOptions, type Known } from "../../part/check-options.ts";
import { checkModel } from "../check-model.ts";
import { checkConditionNames } from "../given.ts";
import type { Given, ScoreModel } from "../score-model.ts";
import { scheduleAt } from "../tweedie.ts";
import { entriesWhere } from "../with-given.ts";

/** A classifier of noisy points. */
export interface NoisyClassifier {
  /** Number of classes. */
  readonly classes: number;
  /**
   * Log-probabilities of the classes, up to a constant for each point, [n, classes]. They depend on x and t alone.
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

/** log p(class | x_t) of each point in nats, [n]. 0 where the row of its class, [n, classes], is all zeros. */
const classLogProbability = (classifier: NoisyClassifier, x: Tensor, t: Tensor, rows: Tensor): Tensor => {
  const logits = classifier.logits(x, t);
  const logProbabilities = logits.subtract(logSumExp(logits, 1).reshape([-1, 1]));
  return logProbabilities.multiply(rows.cast(logits.dtype)).sum(1);
};

/**
 * Classifier guidance (Song et al. 2021, section 5; Dhariwal & Nichol 2021, algorithm 1): a model is steered by the
 * gradient of a classifier. The classifier was trained on data under the same noise,
 *
 *     score = grad log p(x_t) + scale grad log p(class | x_t)
 *
 * At scale 1 and with an exact classifier this is the score of p(x_t | class), by Bayes' rule. The class is an input:
 * `sample(classifierGuidance(model, classifier), { count, given: { class: 3 } })`; where no class is given this is the
 * model itself. For a fixed class: `conditional(classifierGuidance(model, classifier), 3)`.
 * @param model without classes, or with the classes of the classifier. It is then given the class too
 * @throws ArgumentError for a scale that is not finite, or a model with other classes than the classifier's
 */
export const classifierGuidance = (
  model: ScoreModel,
  classifier: NoisyClassifier,
  options: ClassifierGuidanceOptions = {},
): ScoreModel => {
  checkModel("classifierGuidance", model);
  checkMade("classifierGuidance classifier", classifier, ["classes", "logits"], "a classifier with classes and logits");
  if (typeof options !== "object" || options === null)
    throw new ArgumentError(
      `classifierGuidance: expected options, found ${String(options)}; give the class where samples are made, or fix it: ` +
        "conditional(classifierGuidance(model, classifier), 3)",
    );
  checkOptions("classifierGuidance", options, { scale: true } satisfies Known<ClassifierGuidanceOptions>);
  const { scale = 1 } = options;
  if (!Number.isFinite(scale)) throw new ArgumentError(`classifierGuidance: expected a finite scale, found ${scale}`);
  const { process, shape, conditions = {}, evaluations = 1 } = model;
  const { classes } = classifier;
  if (conditions.class && conditions.class.classes !== classes)
    throw new ArgumentError(
      `classifierGuidance: expected a model of the classifier's ${classes} classes, found one of ${conditions.class.classes}`,
    );
  const all = { ...conditions, class: { shape: [classes], classes } };
  const pullTo = shared(
    (x: Tensor, t: Tensor, rows: Tensor) =>
      grad((at: Tensor) => classLogProbability(classifier, at, t, rows).sum())(x).multiply(scale),
    { name: "classifier guidance" },
  );
  /** What the model itself is given, and the pull of the class, unless no class is given. */
  const split = (given: Given = {}) => {
    checkConditionNames("classifierGuidance", { conditions: all }, Object.keys(given));
    const { class: rows } = given;
    const pull = (x: Tensor, t: Tensor): Tensor | undefined => rows && pullTo(x, t, rows);
    return { own: conditions.class ? given : entriesWhere(given, (name) => name !== "class"), pull };
  };
  return {
    process,
    shape,
    conditions: all,
    evaluations: evaluations + 1,
    denoise: (x, t, given) => {
      const { own, pull } = split(given);
      const pulled = pull(x, t);
      const denoised = model.denoise(x, t, own);
      const { alpha, sigma } = scheduleAt(process, t, x);
      return pulled ? denoised.add(pulled.multiply(sigma.square().divide(alpha))) : denoised;
    },
    ...(model.score && {
      score: (x: Tensor, t: Tensor, given?: Given) => {
        const { own, pull } = split(given);
        const pulled = pull(x, t);
        const score = model.score!(x, t, own);
        return pulled ? score.add(pulled) : score;
      },
    }),
  };
};
