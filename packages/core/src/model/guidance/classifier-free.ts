import { conditional } from "../conditional.ts";
import type { ScoreModel } from "../score-model.ts";
import type { TrainedModel } from "../trained.ts";
import { extrapolate, type GuidanceOptions } from "./extrapolate.ts";

/**
 * Classifier-free guidance (Ho & Salimans 2022, with their 1 + w written as w):
 *
 *     D = D_u + w (D_c - D_u)
 *
 * Weight w = 1 is the conditional model itself, bit for bit and at its cost; 0 is the unconditional one; above 1 samples are
 * more typical of the condition and less diverse. The guided score is that of p_u (p_c / p_u)^w at each noise level, which is no
 * noised law, but for Gaussians of equal covariance: there it is N((1 - w) m_u + w m_c, C).
 * @throws ArgumentError for models that do not go together, a weight that is not finite or an interval that is none
 */
export const classifierFreeGuidance = (
  conditional: ScoreModel,
  unconditional: ScoreModel,
  options: GuidanceOptions,
): ScoreModel => extrapolate("classifierFreeGuidance", conditional, unconditional, options);

/**
 * A class-conditional network as the model of some of its classes, guided by itself without a class.
 * @param classes as of {@link conditional}
 * @param options default weight 1, no guidance
 * @throws ArgumentError as {@link conditional} and {@link classifierFreeGuidance}
 */
export const guided = (
  model: TrainedModel,
  classes: number | readonly number[],
  { weight = 1, ...options }: Partial<GuidanceOptions> = {},
): ScoreModel =>
  classifierFreeGuidance(conditional(model, classes), conditional(model, undefined), { weight, ...options });
