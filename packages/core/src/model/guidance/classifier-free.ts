import { ArgumentError } from "../../errors.ts";
import { checkOptions } from "../../part/check-options.ts";
import { checkModel } from "../check-model.ts";
import type { ScoreModel } from "../score-model.ts";
import { entriesWhere, withGiven } from "../with-given.ts";
import { extrapolate, type GuidanceOptions, guidanceOptions } from "./extrapolate.ts";

/**
 * Classifier-free guidance (Ho & Salimans 2022, with their 1 + w written as w):
 *
 *     D = D_u + w (D_c - D_u)
 *
 * Weight w = 1 is the conditional model itself, bit for bit and at its cost. Weight 0 is the unconditional model. Above
 * 1 samples are more typical of the condition and less diverse. The guided score is the score of p_u (p_c / p_u)^w at
 * each noise level. This is no noised distribution, except for Gaussians of equal covariance: there it is N((1 - w) m_u
 * + w m_c, C).
 * @throws ArgumentError for models that do not go together, a weight that is not finite or a bad interval
 */
export const classifierFreeGuidance = (
  conditional: ScoreModel,
  unconditional: ScoreModel,
  options: GuidanceOptions,
): ScoreModel => extrapolate("classifierFreeGuidance", conditional, unconditional, options);

/**
 * A model with the condition `class`, guided by the same model without a class. The class stays an input:
 * `sample(guided(model, { weight: 2 }), { count, given: { class: 3 } })`. Where no class is given it is the model
 * itself. For a fixed class: `conditional(guided(model, { weight: 2 }), 3)`.
 * @param options default weight 1, no guidance
 * @throws ArgumentError for a model that takes no class, and as {@link classifierFreeGuidance}
 */
export const guided = (model: ScoreModel, options: Partial<GuidanceOptions> = {}): ScoreModel => {
  checkModel("guided", model, "a score model with classes");
  if (typeof options !== "object" || options === null)
    throw new ArgumentError(
      `guided: expected options, found ${String(options)}; give the class where samples are made, as in ` +
        "sample(guided(model, { weight: 2 }), { count, given: { class: 3 } }), or fix it: conditional(guided(...), 3)",
    );
  checkOptions("guided", options, guidanceOptions);
  if (!model.conditions?.class)
    throw new ArgumentError(
      "guided: expected a model with the condition class, such as a network with classes; found one without",
    );
  const others = entriesWhere(model.conditions, (name) => name !== "class");
  const unconditional = withGiven("guided", model, others, (given) => given);
  return extrapolate("guided", model, unconditional, { weight: 1, ...options });
};
