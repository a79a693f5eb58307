/** `scorefield anomaly`: how unlike the training rows of a run other rows are. */
import { auroc, averagePrecision } from "@scorefield/assess";
import { DataError } from "@scorefield/data";
import { firstSamples, type Samples, takeSamples } from "@scorefield/domain";
import { takesSeries } from "@scorefield/domain/series";
import { ndarray } from "@scorefield/tensor";
import type { Command } from "commander";
import { RunError, UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { fixedNumber } from "../report/number-text.ts";
import { textTable } from "../report/text-table.ts";
import type { LoadedRun } from "../run/load.ts";
import { ownData } from "../run/own-data.ts";
import { refuseLatent } from "../run/refuse-latent.ts";
import { unseenSamples } from "../run/unseen-samples.ts";
import { checkAllowed } from "./allowed.ts";
import { explainedColumns, explainedTable, explainRows } from "./anomaly-columns.ts";
import { neighbours, scoreAll, timeOfNoise } from "./anomaly-scores.ts";
import { scoreSeries } from "./anomaly-series.ts";
import { positive, type Shard, whole } from "./options.ts";
import type { Output } from "./output.ts";
import { withProvider } from "./provider-option.ts";
import { shardOption, shardText, takeRange } from "./shard-option.ts";
import { type InputFormat, inputFormatOption, missingData, missingOption, withInput } from "./standard-input.ts";
import { standardStream, toStandardOutput } from "./standard-output.ts";
import { withExamples } from "./usage.ts";
import { terminalAction, type WorkContext } from "./work-context.ts";
import { writePartReceipt } from "./write-part-receipt.ts";
import { checkScoreFile, checkScorePart, scoreFormatOption, writeScores } from "./write-scores.ts";

interface AnomalyFlags {
  readonly data?: string;
  readonly dataFormat?: InputFormat;
  readonly labels?: string;
  readonly missing?: "error" | "drop";
  readonly unseen?: boolean;
  readonly shard?: Shard;
  readonly noise: number;
  readonly tolerance: number;
  readonly steps: number;
  readonly seed: number;
  readonly quick?: boolean;
  readonly explain?: number | true;
  readonly out?: string;
  readonly format?: "csv" | "tsv";
  readonly checkpoint?: number;
  readonly json?: boolean;
}

/** Rows that `--explain` explains where no number is given. */
const usuallyExplained = 10;

const checkLabels = (labels: Float64Array, path: string, column: string): void => {
  const other = labels.findIndex((label) => label !== 0 && label !== 1);
  if (other >= 0)
    throw new DataError({
      path,
      column,
      row: other + 1,
      expected: "labels 0 (normal) and 1 (anomaly)",
      found: `${labels[other]}`,
    });
  if (!(labels.includes(0) && labels.includes(1)))
    throw new DataError({ path, column, expected: "labels of both kinds, 0 and 1", found: `${labels[0]} alone` });
};

/** Scores the rows of a file, and prints and writes what was found. */
const scoreGiven = async (
  run: LoadedRun,
  known: Samples,
  { file, title }: { readonly file: string; readonly title: string },
  flags: AnomalyFlags & { readonly time: number },
  out: Output,
  context: WorkContext,
): Promise<void> => {
  const { signal } = context;
  const {
    samples,
    labels: allLabels,
    dropped = 0,
    positions: kept,
  } = await run.domain.given(file, {
    like: run.made,
    settings: run.record.training?.recipe.data,
    label: flags.labels,
    missing: flags.missing,
    signal,
  });
  if (dropped > 0) out.remark(`left out, as they lack a number: ${dropped} rows`);
  const positions = await unseenSamples(samples, known, signal);
  const [given, count] = [samples.count, known.count];
  const seen = given - positions.length;
  if (flags.unseen && positions.length === 0)
    throw new DataError({
      path: title,
      expected: "rows that are not training rows",
      found: "training rows alone",
    });
  const whole = flags.unseen ? positions : Array.from({ length: given }, (_, i) => i);
  const wholeLabels = allLabels && Float64Array.from(whole, (i) => allLabels[i]!);
  if (wholeLabels) checkLabels(wholeLabels, title, flags.labels!);
  const range = context.range(whole.length, flags.shard, "rows");
  const end = range.first + range.count;
  const chosen = whole.slice(range.first, end);
  const labels = wholeLabels?.slice(range.first, end);
  const receipt = {
    ...{ shard: flags.shard, place: flags.out ?? standardStream, run, flags, inputs: { data: file } },
    ...{ command: "anomaly", ...range, of: whole.length },
  };
  if (seen > 0 && !flags.unseen)
    out.remark(
      `${grouped(seen)} of the ${grouped(given)} rows are training rows, each its own nearest neighbour; leave them out with --unseen`,
    );
  if (takesSeries(run)) {
    const windows = takeSamples(samples, chosen);
    await scoreSeries(run, { training: known, windows, labels, title, first: range.first }, flags, out);
    await writePartReceipt(receipt, context);
    return;
  }
  const everyRow = await samples.read(whole);
  const rows = takeRange(everyRow, range);
  const beyond = run.codec.beyond?.(rows) ?? 0;
  const training = await firstSamples(known);
  const all = await scoreAll(run, training, { rows: everyRow, range }, flags, signal);
  const { scored } = all;
  for (const remark of all.remarks) out.remark(remark);
  const wanted = flags.explain === true ? usuallyExplained : (flags.explain ?? 0);
  const explained = wanted > 0 ? await explainRows(run, all, { rows, training }, wanted, signal) : [];
  // As the file counts them, those included that were left out.
  const fileRow = (position: number): number => {
    const i = chosen[position]!;
    return (kept ? kept[i]! : i) + 1;
  };
  // A part may have labels of one kind alone.
  const truth = labels?.includes(0) && labels.includes(1) ? ndarray(labels) : undefined;
  const results = scored.map(({ name, title, scores, seconds }) => ({
    name,
    title,
    ...(truth && { auroc: auroc(scores, truth), averagePrecision: averagePrecision(scores, truth) }),
    mean: scores.data.reduce((sum, value) => sum + value, 0) / scores.data.length,
    largest: scores.data.reduce((a, b) => Math.max(a, b)),
    seconds,
  }));
  await writeScores(flags, {
    row: Float64Array.from(chosen, (_, position) => fileRow(position)),
    ...Object.fromEntries(scored.map(({ name, scores }) => [name, scores.data])),
    ...(labels && { label: labels }),
    ...explainedColumns(explained, chosen.length),
  });
  await writePartReceipt(receipt, context);
  const anomalies = labels?.reduce((sum, label) => sum + label, 0);
  const n = rows.shape[0]!;
  out.text(
    `${grouped(n)} rows of ${title}${anomalies === undefined ? "" : `, ${grouped(anomalies)} of them anomalies`}, compared with ${grouped(count)} training rows`,
  );
  const measures = truth ? (["auroc", "averagePrecision"] as const) : (["mean", "largest"] as const);
  const titles = { auroc: "AUROC", averagePrecision: "average precision", mean: "mean", largest: "largest" };
  out.text(
    textTable([
      ["score", ...measures.map((measure) => titles[measure]), "seconds"],
      ...results.map((result) => [
        result.title,
        ...measures.map((measure) => fixedNumber(result[measure]!)),
        result.seconds.toFixed(1),
      ]),
    ]),
  );
  if (explained.length > 0) {
    out.text(`the ${grouped(explained.length)} most anomalous rows, and the columns that make them so`);
    out.text(explainedTable(explained, fileRow));
  }
  if (flags.out !== undefined && flags.out !== standardStream)
    out.text(`${flags.out}: scores of each row, higher for more anomalous ones`);
  out.result({
    run: run.path,
    checkpoint: run.step,
    rows: n,
    ...(flags.shard && { shard: shardText(flags.shard), firstRow: range.first }),
    training: count,
    seen,
    ...(anomalies !== undefined && { anomalies }),
    noise: flags.noise,
    scores: results,
    beyondRange: beyond,
    ...(explained.length > 0 && {
      explained: explained.map(({ position, score, columns }) => ({ row: fileRow(position), score, columns })),
    }),
    ...(flags.out && { file: flags.out }),
  });
};

/** The work of the command. @throws UsageError for options that do not go together; RunError for a run without its training rows */
export const runAnomaly = async (path: string, flags: AnomalyFlags, context: WorkContext): Promise<void> => {
  const { signal } = context;
  const taken = toStandardOutput("--out", flags.out, flags.json);
  const out = context.output(flags, taken);
  checkScoreFile(flags);
  checkScorePart(flags);
  if (flags.shard && flags.explain !== undefined)
    throw new UsageError(
      `--explain: expected none with --shard ${shardText(flags.shard)}, since the most anomalous rows are known once all are scored; leave it out`,
    );
  if (flags.data === undefined) throw missingData(path, "anomaly");
  const run = await context.loadRun(path, { ...(flags.checkpoint !== undefined && { checkpoint: flags.checkpoint }) });
  refuseLatent(run, "anomaly");
  checkAllowed(run, "anomaly");
  const time = timeOfNoise(run, flags.noise);
  const own = await ownData(run, signal);
  if (!own) throw new RunError(`${path}: expected a run with its training rows, found a model alone`);
  const { training } = own;
  // Each training row is compared with its nearest others.
  if (training.count <= neighbours)
    throw new RunError(`${path}: expected at least ${neighbours + 1} training rows, found ${training.count}`);
  await withInput(flags, signal, (file, title) =>
    scoreGiven(run, training, { file: file!, title: title! }, { ...flags, time }, out, context),
  );
};

/** Adds the command to the program. */
export const addAnomaly = (program: Command): void => {
  const command = program
    .command("anomaly")
    .description(
      "Scores rows by how unlike the training rows of the run they are: a higher score is more unlike. Take the first score. It is the mean of two: the negative log-density averaged over noise levels, and the non-parametric diffusion time (Livernoche et al. 2024), each in standard deviations of the training rows' scores. The others are for comparison: the negative log-density at one noise level, the diffusion time from a network, and the distance to the 5th nearest training row. With --labels, it prints the area under the ROC curve and the average precision. Scores are of the score model alone: they do not know how samples are chosen, nor rules.",
    )
    .argument("<run>", "the run's folder, trained on normal rows")
    .option("--data <file>", "a table with the run's columns; required; - for standard input")
    .addOption(inputFormatOption())
    .addOption(missingOption())
    .option("--labels <name>", "a column, or an array of an .npz file: 1 for anomalies, 0 for normal rows")
    .option("--unseen", "leave out rows that the run was trained on")
    .addOption(shardOption("score"))
    .option(
      "--explain [n]",
      `show the n most anomalous rows and the columns that make them so: those that another value would make less anomalous (default: ${usuallyExplained})`,
      whole(1),
    )
    .option(
      "--quick",
      "leave out the negative log-density at one level and the categorical diffusion time, the slow ones",
    )
    .option("--noise <x>", "noise, relative to the signal, of the negative log-density at one level", positive, 0.1)
    .option("--tolerance <x>", "tolerance of the log-density", positive, 1e-3)
    .option("--steps <n>", "training steps of the categorical diffusion-time estimate", whole(1), 2000)
    .option("--seed <n>", "seed of that training", whole(0), 0)
    .option("-o, --out <file>", "write a .csv or .tsv file with a line for each row; - for standard output")
    .addOption(scoreFormatOption())
    .option("--checkpoint <step>", "the checkpoint to use (default: the last)", whole(0))
    .option("--json", "print the result as JSON")
    .action(terminalAction(runAnomaly));
  withProvider(command);
  withExamples(
    command,
    [
      "scorefield anomaly runs/cardio --data cardio.npz --labels y --unseen",
      "scorefield anomaly runs/people --data new.csv --explain 5",
      "scorefield anomaly runs/people --data new.csv --shard 2/8 --out part-2.csv",
      "cat new.csv | scorefield anomaly runs/cardio --data - --out - | sort -t, -k2 -g | tail",
    ],
    `The run of the first example, trained on half of the normal rows:
  scorefield train cardio.npz --label y --only 0 --set heldOut=0.5`,
  );
};
