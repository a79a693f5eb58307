/** What calibration found, in words. */
import type { Calibration } from "@scorefield/inverse";

/** Whether intervals are right, in one of a few words. */
export type CalibrationVerdict = "right" | "narrow" | "wide" | "uneven";

// Two-sided, about 1 in 40 of right methods each.
const errors = 2;
/** Ranks of right methods are less even than this once in 100 times. */
const unlikely = 0.01;

/** @returns `right` where nothing speaks against it, which a few problems cannot show for sure */
export const calibrationVerdict = ({
  coverage: { found, expected, standardError },
  pValue,
}: Calibration): CalibrationVerdict => {
  const off = (found - expected) / standardError;
  if (off < -errors) return "narrow";
  if (off > errors) return "wide";
  return pValue < unlikely ? "uneven" : "right";
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** What is most uneven, in words. */
const unevenness = ({ statistics, draws }: Calibration): string => {
  const { name, ranks } = statistics.reduce((worst, one) => (one.pValue < worst.pValue ? one : worst));
  if (name !== "misfit") return `draws lean to one side along ${name}, or some are far off`;
  // A rank counts the draws that are nearer to the measurement than the truth is.
  const mean = ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
  return mean < draws / 2
    ? "draws are farther from the measurement than noise takes the truth"
    : "draws are nearer to the measurement than noise lets the truth be";
};

/** The same as a sentence. */
export const verdictSentence = (found: Calibration): string => {
  const { coverage, pValue, problems } = found;
  const right = percent(coverage.expected);
  const holds = `${right} intervals hold the truth in ${percent(coverage.found)} of cases (standard error ${percent(coverage.standardError)})`;
  switch (calibrationVerdict(found)) {
    case "narrow":
      return `Intervals are too narrow: ${holds}. Draws differ less from each other than from the truth, so their deviation is no error bar`;
    case "wide":
      return `Intervals are too wide: ${holds}. The error is smaller than the draws say`;
    case "uneven":
      return `Ranks are uneven, though ${holds}: ${unevenness(found)}. Ranks of a right method are as uneven ${pValue < 1e-4 ? "less than once in 10,000 times" : `in ${probabilityText(pValue)} of cases`}`;
    case "right":
      return `Nothing speaks against the intervals: ${holds}. ${problems} problems cannot see an error below ${percent(2 * coverage.standardError)}`;
  }
};

/** A probability as people read it. */
export const probabilityText = (value: number): string =>
  value < 1e-4 ? "fewer than 1 in 10,000" : `${Number((100 * value).toPrecision(2))} %`;

const blocks = "▁▂▃▄▅▆▇█";

/** Ranks as a line of blocks, which are equally high where ranks are even. */
export const rankLine = (ranks: ArrayLike<number>, draws: number, bins = 10): string => {
  const counts = new Float64Array(bins);
  for (let i = 0; i < ranks.length; i++) counts[Math.floor((ranks[i]! * bins) / (draws + 1))]!++;
  const most = Math.max(2 * (ranks.length / bins), ...counts);
  return Array.from(
    counts,
    (count) => blocks[Math.min(blocks.length - 1, Math.floor((count / most) * blocks.length))],
  ).join("");
};
