import { expm1 } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import { score } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import { oneStep, type Sampler } from "./sampler.ts";
import { type SdeSamplerOptions, sdeParts, sdeSettings } from "./sde.ts";

/** Options of {@link reverseDiffusion}. */
export type ReverseDiffusionOptions = SdeSamplerOptions;

/**
 * The reverse diffusion sampler (Song et al. 2021, equation 46): the reverse-time SDE discretised as the forward process is
 * by its own transitions, x_t = a x_t' + G z with a = alpha / alpha' and G^2 = sigma^2 - a^2 sigma'^2,
 *
 *     x' = (2 - a) x + G^2 score(x, t) + G z
 *
 * (their appendix E: for VE G^2 = sigma^2 - sigma'^2; for VP (2 - sqrt(1 - beta)) x + beta score + sqrt(beta) z).
 * @throws ArgumentError for steps that are not a positive whole number, or an unknown grid
 */
export const reverseDiffusion = declare({
  kind: "reverse-diffusion",
  name: "reverseDiffusion",
  family: "reverse-time SDE",
  summary: "weak order 1; discretised like the forward process; the usual predictor",
  source: "Song et al. 2021 (score SDE), equation 46",
  settings: sdeSettings(),
  make: (sde, recipe): Sampler =>
    oneStep({
      ...sdeParts(sde),
      recipe,
      step: (model, x, from, to, [z]) => {
        const { alpha, sigma, logSnr } = model.process;
        const spread = (t: typeof from) => expandTime(t, x.rank);
        const a = spread(alpha(from).divide(alpha(to)));
        // G^2 = sigma^2 (1 - (r' / r)^2), with r = sigma / alpha
        const g2 = spread(
          expm1(logSnr(from).subtract(logSnr(to)))
            .negate()
            .multiply(sigma(from).square()),
        );
        return x
          .multiply(a.negate().add(2))
          .add(score(model, x, from).multiply(g2))
          .add(z!.multiply(g2.sqrt()));
      },
    }),
});
