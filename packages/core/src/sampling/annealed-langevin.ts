import { checkSteps } from "../check.ts";
import { expandTime } from "../model/expand-time.ts";
import { score } from "../model/tweedie.ts";
import { declare } from "../part/declare.ts";
import { boolean, number, type OptionsOf, whole } from "../part/setting.ts";
import type { Process } from "../process/process.ts";
import { logSnrGrid } from "./grid.ts";
import { langevinMove } from "./langevin.ts";
import { oneStep, type Sampler } from "./sampler.ts";

const settings = {
  /** In geometric progression of sigma / alpha; one level is {@link langevin}. */
  levels: whole({ least: 2, default: 200, help: "noise levels, in geometric progression" }),
  stepsPerLevel: whole({ least: 1, default: 5, help: "Langevin steps at each level" }),
  snr: number({
    above: 0,
    otherwise: "the best for the ratio of levels and their steps",
    help: "the r of the update",
  }),
  /** Jolicoeur-Martineau et al. 2020. */
  denoiseLast: boolean({ default: true, help: "end at the denoised estimate" }),
};

/** Options of {@link annealedLangevin}. */
export type AnnealedLangevinOptions = OptionsOf<typeof settings>;

/**
 * The r for which `steps` Langevin steps of size 2 (r sigma)^2 at each of many levels come nearest to the variances of the
 * levels on a point of data. With e = 2 r^2 and q = (1 - e)^(2 steps), a level takes the variance u (gamma sigma)^2 left by
 * the one before to u' sigma^2,
 *
 *     u' = q (gamma^2 u - 2 / (2 - e)) + 2 / (2 - e)
 *
 * (Song & Ermon 2020, proposition 3). Their technique 4 chooses e for u' nearest to 1 after u = 1. But what a level
 * leaves over enters the next. So here the fixed point u = u' is brought nearest to 1.
 * @param gamma noise of a level in units of the next, above 1
 */
export const annealingRatio = (gamma: number, steps: number): number => {
  const fixedPoint = (e: number): number => {
    const kept = (1 - e) ** (2 * steps);
    return kept * gamma ** 2 < 1 ? ((2 / (2 - e)) * (1 - kept)) / (1 - kept * gamma ** 2) : Number.POSITIVE_INFINITY;
  };
  // It falls from infinity while more of the start is forgotten, then rises with the error of a step. Golden section
  // finds the one minimum, from the e above which it is finite.
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [-Math.expm1(-Math.log(gamma) / steps), 1];
  while (high - low > 1e-9) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    if (fixedPoint(left) < fixedPoint(right)) high = right;
    else low = left;
  }
  return Math.sqrt((low + high) / 4);
};

/**
 * Annealed Langevin dynamics (Song & Ermon 2019, algorithm 1): `stepsPerLevel` Langevin steps at each of `levels` noise
 * levels, from the most to the least noise. The step grows with the noise,
 *
 *     x' = x + eta score(x, t) + sqrt(2 eta) z        eta = 2 (r sigma)^2
 *
 * that is eta = eps (sigma_i / sigma_L)^2 with eps = 2 (r sigma_L)^2 (their algorithm has eta / 2 in place of eta). From a
 * level to the next x is scaled by alpha' / alpha. On N(0, sigma^2) a level's variance tends to sigma^2 / (1 - r^2).
 * @throws ArgumentError for options out of range
 */
export const annealedLangevin = declare({
  kind: "annealed-langevin",
  name: "annealedLangevin",
  family: "Langevin dynamics",
  summary: "from the most noise to the least, level by level; weights of modes come out right",
  source: "Song & Ermon 2019, algorithm 1; Jolicoeur-Martineau et al. 2020 for the last denoising",
  settings,
  make: ({ levels, stepsPerLevel, snr, denoiseLast }, recipe): Sampler => {
    checkSteps("annealedLangevin levels times stepsPerLevel", levels * stepsPerLevel);
    const ratio = ({ logSnr, times }: Process): number =>
      snr ?? annealingRatio(Math.exp((logSnr(times.first) - logSnr(times.last)) / 2 / (levels - 1)), stepsPerLevel);
    return oneStep({
      recipe,
      grid: (process) => {
        const each = logSnrGrid(process, levels);
        return [...each.flatMap((t) => new Array<number>(stepsPerLevel).fill(t)), each.at(-1)!];
      },
      chain: true,
      denoiseLast,
      evaluationsPerStep: 1,
      noises: 1,
      step: (model, x, from, to, [z]) => {
        const { process } = model;
        const spread = (t: typeof from) => expandTime(t, x.rank);
        const eta = spread(
          process
            .sigma(from)
            .multiply(ratio(process) * Math.SQRT2)
            .square(),
        );
        return langevinMove(x, score(model, x, from), eta, z!).multiply(
          spread(process.alpha(to).divide(process.alpha(from))),
        );
      },
    });
  },
});
