/** What was restored, in words. */
import type { Restored } from "../restore/restore-run.ts";

const digits = (value: number): string => `${Number(value.toPrecision(3))}`;
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** Whether draws explain a measurement, from the misfit found and that which noise allows. */
const explains = (found: number, allowed: number): string => {
  if (!Number.isFinite(allowed)) return "noise of this kind has no variance to compare it with";
  const ratio = found / allowed;
  if (ratio > 1.5)
    return "much more than noise alone: draws do not explain the measurement. The method, or the prior, does not fit";
  if (ratio > 1.15) return "more than noise alone";
  if (ratio < 0.6) return "much less than noise alone: draws follow the noise";
  if (ratio < 0.85) return "less than noise alone";
  return "as noise alone";
};

const farOff = 3;

/** How many draws are much farther from the measurement than noise allows, where most are not. */
const strays = ({ found: _, allowed, ofDraws }: Restored["misfit"]): number => {
  const far = ofDraws.filter((misfit) => misfit > farOff * allowed).length;
  return far < ofDraws.length / 2 ? far : 0;
};

/** Lines on the misfit and, with a truth, the error and the coverage. */
export const restorationLines = ({ misfit, quality, draws }: Restored, truth: string | undefined): string[] => {
  const { found, allowed, units } = misfit;
  const lines = [`misfit ${digits(found)}, noise alone ${digits(allowed)} (${units}): ${explains(found, allowed)}`];
  const far = strays(misfit);
  if (far > 0)
    lines.push(
      `${far} of ${draws.shape[0]} draws missed the measurement by more than ${farOff} times the noise: the method diverged there. Take more steps, or another method`,
    );
  if (!quality) return lines;
  const { error, psnr, ssim, coverage } = quality;
  const measures = [
    ...(psnr === undefined ? [] : [`PSNR ${psnr.toFixed(1)} dB`]),
    ...(ssim === undefined ? [] : [`SSIM ${ssim.toFixed(3)}`]),
    `root mean square error ${digits(error)}`,
  ];
  lines.push(`mean against ${truth ?? "the truth"}: ${measures.join(", ")}`);
  if (coverage)
    lines.push(
      `intervals of ${draws.shape[0]} draws hold ${percent(coverage.found)} of the truth's ${coverage.count} numbers, ${percent(coverage.expected)} where they are right. One sample says little: see scorefield calibrate`,
    );
  return lines;
};
