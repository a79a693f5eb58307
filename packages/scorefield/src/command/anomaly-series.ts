/** `scorefield anomaly` of a run on series: which windows are unlike the training windows, and where. */
import { auroc, averagePrecision } from "@scorefield/assess";
import type { Samples } from "@scorefield/domain";
import { anomalyInTime } from "@scorefield/domain/series";
import { ndarray } from "@scorefield/tensor";
import { grouped } from "../figure/grouped.ts";
import { fixedNumber } from "../report/number-text.ts";
import { textTable } from "../report/text-table.ts";
import type { LoadedRun } from "../run/load.ts";
import type { Output } from "./output.ts";
import { writeScores } from "./write-scores.ts";

/** Training windows that errors are compared with, and windows that are listed. */
const [compared, listed] = [256, 5];

/** What the options say. */
interface SeriesAnomalyFlags {
  readonly seed: number;
  readonly out?: string;
  readonly format?: "csv" | "tsv";
}

/** Scores the windows of a file, and prints and writes what was found. */
export const scoreSeries = async (
  run: LoadedRun,
  {
    training,
    windows,
    labels,
    title,
    first,
  }: {
    readonly training: Samples;
    readonly windows: Samples;
    readonly labels: Float64Array | undefined;
    readonly title: string;
    /** Number of the first window, from 0. */
    readonly first: number;
  },
  flags: SeriesAnomalyFlags,
  out: Output,
): Promise<void> => {
  const all = (samples: Samples, most: number): number[] => {
    const count = Math.min(samples.count, most);
    return Array.from({ length: count }, (_, i) => Math.floor((i * samples.count) / count));
  };
  const { scores, errors } = await anomalyInTime(
    run,
    await training.read(all(training, compared)),
    await windows.read(all(windows, windows.count)),
    { seed: flags.seed, first },
  );
  const [n = 0, series = 1, length = 1] = errors.shape;
  // The step around which the error of a window is largest, over a tenth of its length.
  const half = Math.max(1, Math.round(length / 20));
  const wheres = Array.from({ length: n }, (_, i) => {
    const at = (t: number): number => {
      let sum = 0;
      for (let j = 0; j < series; j++)
        for (let s = Math.max(0, t - half); s <= Math.min(length - 1, t + half); s++)
          sum += errors.data[(i * series + j) * length + s]!;
      return sum;
    };
    let best = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < length; t++) {
      const found = at(t);
      if (found > most) [best, most] = [t, found];
    }
    return best;
  });
  await writeScores(flags, {
    row: Float64Array.from({ length: n }, (_, i) => first + i + 1),
    score: scores,
    step: Float64Array.from(wheres),
    ...(labels && { label: labels }),
  });
  // A part may have labels of one kind alone.
  const truth = labels?.includes(0) && labels.includes(1) ? ndarray(labels) : undefined;
  const measures = truth && {
    auroc: auroc(ndarray(scores), truth),
    averagePrecision: averagePrecision(ndarray(scores), truth),
  };
  out.text(
    `${grouped(n)} windows of ${title}, compared with ${grouped(Math.min(compared, training.count))} training windows`,
  );
  if (measures)
    out.text(`AUROC ${fixedNumber(measures.auroc)}, average precision ${fixedNumber(measures.averagePrecision)}`);
  const worst = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!).slice(0, listed);
  out.text(
    textTable([
      ["window", "score", "around step"],
      ...worst.map((i) => [`${first + i + 1}`, fixedNumber(scores[i]!), `${wheres[i]}`]),
    ]),
  );
  out.result({
    run: run.path,
    checkpoint: run.step,
    windows: n,
    ...measures,
    worst: worst.map((i) => ({ window: first + i + 1, score: scores[i], step: wheres[i] })),
    ...(flags.out && { file: flags.out }),
  });
};
