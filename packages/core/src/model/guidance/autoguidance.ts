import type { ScoreModel } from "../score-model.ts";
import { extrapolate, type GuidanceOptions } from "./extrapolate.ts";

/**
 * Autoguidance (Karras et al. 2024b, equation 3): a model is guided by a worse version of itself, smaller or less trained, on the
 * same task,
 *
 *     D = D_bad + w (D_good - D_bad)
 *
 * Where both make the same error, the difference points away from it. Samples become better without becoming less
 * diverse. Weight 1 is the good model itself.
 * @throws ArgumentError for models that do not go together, a weight that is not finite or a bad interval
 */
export const autoguidance = (good: ScoreModel, bad: ScoreModel, options: GuidanceOptions): ScoreModel =>
  extrapolate("autoguidance", good, bad, options);
