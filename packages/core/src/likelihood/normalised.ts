import { constant, ndarray, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { checkModel } from "../model/check-model.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { checkMade } from "../part/check-options.ts";
import type { AnnealedImportance } from "./annealed-importance.ts";
import { logRatio } from "./flow.ts";

/**
 * A model whose `logDensity` is normalised at every time, by the estimate of {@link annealedImportance}. Energies
 * trained separately can then be weighed against each other in `mixtureOf`. Between levels log Z is linear in log(sigma
 * / alpha).
 * @param model without conditions: every class has another normaliser
 * @throws ArgumentError for a model without `logDensity` or with conditions, or an estimate without at least 2 finite
 *   normalisers
 */
export const normalised = <M extends ScoreModel>(
  model: M,
  estimate: Pick<AnnealedImportance, "times" | "logNormaliser">,
): M & Required<Pick<ScoreModel, "logDensity">> => {
  checkModel("normalised", model);
  checkMade("normalised estimate", estimate, ["times", "logNormaliser"], "what annealedImportance returns");
  const { times, logNormaliser } = estimate;
  const { process, logDensity } = model;
  if (!logDensity) throw new ArgumentError("normalised: expected a model with logDensity, found one without");
  const conditions = Object.keys(model.conditions ?? {});
  if (conditions.length > 0)
    throw new ArgumentError(
      `normalised: expected a model without conditions, found one of ${conditions.join(", ")}. Each value has another ` +
        "normaliser; fix it first, as in conditional(model, 3)",
    );
  if (!(times?.length >= 2) || times.length !== logNormaliser?.length || !logNormaliser.every(Number.isFinite))
    throw new ArgumentError(
      `normalised: expected finite normalisers of at least 2 levels, found ${logNormaliser?.length} for ${times?.length}`,
    );
  // Falling times: nodes rise after reversal.
  const at = times.map((t) => logRatio(process, t)).reverse();
  const values = [...logNormaliser].reverse();
  const slopes = at.slice(1).map((u, k) => (values[k + 1]! - values[k]!) / (u - at[k]!));
  // A broken line as a sum of bends: from each node on its slope changes.
  const bends = slopes.map((slope, k) => slope - (slopes[k - 1] ?? 0));
  const nodes = ndarray(Float64Array.from(at.slice(0, -1)));
  const logZ = (t: Tensor): Tensor =>
    process
      .logSnr(t)
      .multiply(-0.5)
      .reshape([-1, 1])
      .subtract(constant(nodes).cast(t.dtype))
      .max(0)
      .multiply(constant(ndarray(Float64Array.from(bends))).cast(t.dtype))
      .sum(1)
      .add(values[0]!);
  return { ...model, logDensity: (x, t, given) => logDensity(x, t, given).subtract(logZ(t)) };
};
