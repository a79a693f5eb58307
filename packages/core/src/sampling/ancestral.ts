import { expm1 } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import { noise } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import { choice, type OptionsOf } from "../part/setting.ts";
import { oneStep, type Sampler } from "./sampler.ts";
import { sdeParts, sdeSettings } from "./sde.ts";

const settings = {
  ...sdeSettings(),
  /**
   * Variance of a step. It is the variance of the posterior q(x' | x, x_0), right for data that are a point, or of the
   * forward transition q(x | x'), right for data N(0, 1) under a variance-preserving process.
   */
  variance: choice({
    values: ["posterior", "transition"],
    default: "posterior",
    help: "variance of a step: right for a point, or for N(0, 1) under a variance-preserving process",
  }),
};

/** Options of {@link ancestral}. */
export type AncestralOptions = OptionsOf<typeof settings>;

/**
 * Ancestral sampling (Ho et al. 2020, algorithm 2 and equations 6-7; for VE Song et al. 2021, appendix F): a draw from
 * q(x' | x, x_0 = D(x, t)). In y = x / alpha and r = sigma / alpha, for any two times, with rho = (r' / r)^2,
 *
 *     y' = rho y + (1 - rho) D + sqrt(variance) z  =  y - (1 - rho) r noise(x, t) + sqrt(variance) z
 *
 * where the variance is r'^2 (1 - rho) for the posterior, and r^2 (1 - rho) (alpha / alpha')^2 for the transition: their
 * beta-tilde and beta.
 * @throws ArgumentError for steps that are not a positive whole number, an unknown grid or variance
 */
export const ancestral = declare({
  kind: "ancestral",
  family: "reverse-time SDE",
  summary: "weak order 1; draws from the posterior given the denoised estimate, as DDPM does",
  source: "Ho et al. 2020, algorithm 2 and equations 6 and 7",
  settings,
  make: ({ variance, ...sde }, recipe): Sampler =>
    oneStep({
      ...sdeParts(sde),
      recipe,
      step: (model, x, from, to, [z]) => {
        const { alpha, sigma, logSnr } = model.process;
        const spread = (t: typeof from) => expandTime(t, x.rank);
        const left = spread(expm1(logSnr(from).subtract(logSnr(to))).negate());
        const scale = spread(alpha(to).divide(alpha(from)));
        const mean = x.subtract(noise(model, x, from).multiply(spread(sigma(from)).multiply(left)));
        const deviation = spread(variance === "posterior" ? sigma(to) : sigma(from)).multiply(left.sqrt());
        return mean.multiply(scale).add(z!.multiply(deviation));
      },
    }),
});
