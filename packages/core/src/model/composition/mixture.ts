import { constant, logSumExp, ndarray, softmax, stack, type Tensor } from "@scorefield/tensor";
import { ArgumentError } from "../../errors.ts";
import { checkOptions, type Known } from "../../part/check-options.ts";
import { expandTime } from "../expand-time.ts";
import type { Given, ScoreModel } from "../score-model.ts";
import { combinedScore, probabilities, together } from "./together.ts";

/** Options of {@link mixtureOf}. */
export interface MixtureOfOptions {
  /** Positive numbers in proportion to the models' probabilities; equal by default. */
  readonly weights?: readonly number[];
}

/** sum_k p_k values_k, with p [K, n] and values K times [n, ...shape]. */
export const average = (p: Tensor, values: readonly Tensor[]): Tensor => {
  const n = p.shape[1]!;
  const of = (k: number): Tensor => expandTime(p.slice([[k, k + 1]]).reshape([n]), values[k]!.rank);
  return values.map((value, k) => value.multiply(of(k))).reduce((sum, term) => sum.add(term));
};

/**
 * The model of "one or the other": data from the k-th model with probability w_k. The noised distribution is the
 * mixture of the noised distributions. Its score is the mean of their scores under the probability that x_t came from
 * each,
 *
 *     s = sum_k p(k | x_t) s_k        p(k | x_t) in proportion to w_k p_k(x_t)
 *
 * which is not their average weighted by w_k. The models must know `logDensity`. Exact models do. Energies know it up
 * to a constant for each time, which `annealedImportance` finds. For other models see `superpose`.
 * @throws ArgumentError for models that do not go together, a model without `logDensity`, or weights that are not positive
 */
export const mixtureOf = (
  models: readonly ScoreModel[],
  options: MixtureOfOptions = {},
): ScoreModel & Required<Pick<ScoreModel, "logDensity">> => {
  checkOptions("mixtureOf", options, { weights: true } satisfies Known<MixtureOfOptions>);
  const { weights } = options;
  const { parts, members } = together("mixtureOf", models);
  const share = probabilities("mixtureOf", weights, models.length);
  const densities = members.map(({ logDensity }, k) => {
    if (!logDensity)
      throw new ArgumentError(
        `mixtureOf: expected models with logDensity, such as exact(density, process) or energyModel(trained); model ${k} has ` +
          "none. superpose() follows densities along the samples, for any model",
      );
    return logDensity;
  });
  /** log w_k p_k(x_t), [K, n] */
  const joint = (x: Tensor, t: Tensor, given: Given | undefined): Tensor =>
    stack(
      densities.map((logDensity) => logDensity(x, t, given)),
      0,
    ).add(constant(ndarray(Float64Array.from(share, Math.log), [share.length, 1])).cast(x.dtype));
  const mean = (values: readonly Tensor[], x: Tensor, t: Tensor, given: Given | undefined): Tensor =>
    average(softmax(joint(x, t, given), 0), values);
  return {
    ...parts,
    denoise: (x, t, given) =>
      mean(
        members.map((model) => model.denoise(x, t, given)),
        x,
        t,
        given,
      ),
    ...combinedScore(members, mean),
    logDensity: (x, t, given) => logSumExp(joint(x, t, given), 0),
  };
};
