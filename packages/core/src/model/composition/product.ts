import type { Tensor } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { ArgumentError } from "../../errors.ts";
import { checkOptions, type Known } from "../../part/check-options.ts";
import type { Given, ScoreModel } from "../score-model.ts";
import { scheduleAt } from "../tweedie.ts";
import { combinedScore, together } from "./together.ts";

/** Options of {@link productOf}. */
export interface ProductOptions {
  /**
   * The power of each model's density, default 1. A negative power turns samples away from where that model has its
   * mass.
   */
  readonly exponents?: readonly number[];
}

/**
 * The model of "both at once", prod_k p_k(x)^{e_k}, by the sum of scores sum_k e_k s_k at every noise level. With noise this is
 * no longer the distribution of noised data: a product of noised distributions is not the noised product. So samplers
 * of the flow or the reverse SDE, which follow the process, give a wrong distribution. For two equal N(m, C) the flow
 * takes the product at sigma_T to variance C^2 / (2 (C + sigma_T^2)) where C / 2 is right. At each level the sum of
 * scores is the score of the product there, so samplers that settle at each level are right in the end. These are
 * `annealedLangevin`, `predictorCorrector` with enough correctors (Du et al. 2023), and `mala` where all models know
 * `logDensity`. The product then knows its `logDensity` up to a constant for each time.
 * @throws ArgumentError for models that do not go together, or exponents that are not finite numbers, one per model
 */
export const productOf = (models: readonly ScoreModel[], options: ProductOptions = {}): ScoreModel => {
  checkOptions("productOf", options, { exponents: true } satisfies Known<ProductOptions>);
  const { exponents } = options;
  const { parts, members } = together("productOf", models);
  const powers = exponents ?? models.map(() => 1);
  if (!Array.isArray(powers) || powers.length !== models.length || !powers.every(Number.isFinite))
    throw new ArgumentError(`productOf: expected ${models.length} finite exponents, found ${showValue(exponents)}`);
  const sum = (values: readonly Tensor[]): Tensor =>
    values.map((value, k) => value.multiply(powers[k]!)).reduce((all, term) => all.add(term));
  const total = powers.reduce((all, power) => all + power, 0);
  const densities = members.flatMap(({ logDensity }) => logDensity ?? []);
  return {
    ...parts,
    // By Tweedie's formula for each model and for the sum. A score of zero gives x / alpha.
    denoise: (x, t, given) =>
      sum(members.map((model) => model.denoise(x, t, given))).add(
        x.multiply(1 - total).divide(scheduleAt(parts.process, t, x).alpha),
      ),
    ...combinedScore(members, sum),
    ...(densities.length === models.length && {
      logDensity: (x: Tensor, t: Tensor, given?: Given) => sum(densities.map((logDensity) => logDensity(x, t, given))),
    }),
  };
};

/**
 * p(x)^exponent: above 1 nearer to the modes, below 1 wider. It is a {@link productOf} of one.
 * @throws ArgumentError for an exponent that is not positive
 */
export const temper = (model: ScoreModel, exponent: number): ScoreModel => {
  if (!(exponent > 0)) throw new ArgumentError(`temper: expected a positive exponent, found ${exponent}`);
  return productOf([model], { exponents: [exponent] });
};

/** Options of {@link negate}. */
export interface NegateOptions {
  /** The power of the unwanted density that the other is divided by, positive. Default 1. */
  readonly strength?: number;
}

/**
 * p(x) / p_unwanted(x)^strength: what the one model makes and the other does not. It is a {@link productOf} of two. It
 * is a density only where the unwanted one is wide enough: of Gaussians, strength below the ratio of its variance to
 * the other's.
 * @throws ArgumentError for models that do not go together, or a strength that is not positive
 */
export const negate = (model: ScoreModel, unwanted: ScoreModel, options: NegateOptions = {}): ScoreModel => {
  checkOptions("negate", options, { strength: true } satisfies Known<NegateOptions>);
  const { strength = 1 } = options;
  if (!(strength > 0)) throw new ArgumentError(`negate: expected a positive strength, found ${strength}`);
  return productOf([model, unwanted], { exponents: [1, -strength] });
};
