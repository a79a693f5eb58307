import { expm1 } from "@scorefield/tensor";
import { expandTime } from "../model/expand-time.ts";
import { declare } from "../part/declare.ts";
import type { Sampler } from "./sampler.ts";
import { type SdeSamplerOptions, sdeParts, sdeSettings } from "./sde.ts";

/** Options of {@link sdeDpmSolver}. */
export type SdeDpmSolverOptions = SdeSamplerOptions;

/**
 * SDE-DPM-Solver++(2M) (Lu et al. 2022, "DPM-Solver++", appendix on SDEs): the reverse-time SDE is linear except the
 * denoised estimate D. D is extrapolated as a line in lambda = log(alpha / sigma) through its last two values. In y = x
 * / alpha, for a step h = lambda' - lambda after one of h_before,
 *
 *     y' = e^(-2h) y + (1 - e^(-2h)) D + (h - (1 - e^(-2h)) / 2) (D - D_before) / h_before + r' sqrt(1 - e^(-2h)) z
 *
 * The third coefficient is the exact integral of the line, which agrees with the paper's, (1 - e^(-2h)) h / 2, to
 * order h^2. The first step takes D alone. Weak order 2 on Gaussian data.
 * @throws ArgumentError for steps that are not a positive whole number, or an unknown grid
 */
export const sdeDpmSolver = declare({
  kind: "sde-dpm-solver++",
  name: "sdeDpmSolver",
  family: "reverse-time SDE",
  summary: "multistep of weak order 2, one evaluation per step; fresh noise in fewer steps",
  source: "Lu et al. 2022 (DPM-Solver++), appendix on SDEs",
  settings: sdeSettings(50),
  make: (sde, recipe): Sampler => ({
    ...sdeParts(sde),
    recipe,
    carries: 1,
    remembers: "denoised",
    memory: 1,
    step: (model, { x, carried: [previous] }, { from, to, before: [earlier] }, [z]) => {
      const { alpha, sigma, logSnr } = model.process;
      const spread = (t: typeof from) => expandTime(t, x.rank);
      const twice = logSnr(to).subtract(logSnr(from));
      const left = spread(expm1(twice.negate()).negate());
      const denoised = model.denoise(x, from);
      const y = x.divide(spread(alpha(from)));
      let mean = y.add(denoised.subtract(y).multiply(left));
      if (earlier) {
        const twiceBefore = spread(logSnr(from).subtract(logSnr(earlier)));
        // Of the slope per unit of 2 lambda, so that the halves cancel.
        mean = mean.add(denoised.subtract(previous!).divide(twiceBefore).multiply(spread(twice).subtract(left)));
      }
      return {
        x: mean.multiply(spread(alpha(to))).add(z!.multiply(spread(sigma(to)).multiply(left.sqrt()))),
        carried: [denoised],
      };
    },
  }),
});
