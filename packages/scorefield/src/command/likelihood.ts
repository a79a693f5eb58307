/** `scorefield likelihood`: how probable rows are under the model of a run. */
import { ArgumentError, dequantise, logDensityDetails } from "@scorefield/core";
import { firstSamples } from "@scorefield/domain";
import { type FloatType, type NdArray, sizeOf } from "@scorefield/tensor";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { minus } from "../figure/minus.ts";
import { fixedNumber } from "../report/number-text.ts";
import { textTable } from "../report/text-table.ts";
import type { LoadedRun } from "../run/load.ts";
import { refuseLatent } from "../run/refuse-latent.ts";
import { checkAllowed } from "./allowed.ts";
import { timeOfNoise } from "./anomaly-scores.ts";
import { bitsLikelihood } from "./bits-likelihood.ts";
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

interface LikelihoodFlags {
  readonly data?: string;
  readonly dataFormat?: InputFormat;
  readonly missing?: "error" | "drop";
  readonly count?: number;
  readonly shard?: Shard;
  readonly bits?: boolean;
  readonly out?: string;
  readonly format?: "csv" | "tsv";
  readonly probes?: number;
  readonly tolerance?: number;
  readonly seed: number;
  readonly checkpoint?: number;
  readonly json?: boolean;
}

/** Noise, relative to the signal, at which the density of rows with categories is taken. */
const categoryNoise = 0.05;

const meanOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean and its standard error, from the spread of the values. Of no value there is no mean, and of one no error. */
const summary = (
  values: Float64Array,
): { readonly mean: number | null; readonly standardError?: number | undefined } => {
  if (values.length === 0) return { mean: null };
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const n = values.length;
  return { mean, standardError: n > 1 ? Math.sqrt(squares / (n - 1) / n) : undefined };
};

/** Whole numbers from 0 to 255 with uniform noise of a cell's width, in the units of the data. @throws UsageError */
const bytesAsPoints = (rows: NdArray<FloatType>, path: string, seed: number): NdArray<"float64"> => {
  try {
    return dequantise(rows, { levels: 256, range: [0, 255], seed, dtype: "float64" });
  } catch (cause) {
    if (!(cause instanceof ArgumentError)) throw cause;
    const found = cause.message.replace(/^dequantise: expected .*, found/, "found");
    throw new UsageError(
      `--bits: expected 8-bit data, whole numbers from 0 to 255 in every column, ${found} of ${path}; leave --bits out`,
      { cause },
    );
  }
};

/** @throws UsageError where data of whole numbers have no probability under the model */
const checkBits = ({ path, codec }: LoadedRun): void => {
  if (!codec.smooth)
    throw new UsageError(
      `--bits: expected a run with a density in the units of its data, found ${path} with ${codec.because}; train with --set scaling=standard${codec.volume ? "" : " and without that column"}`,
    );
};

/** What the user should know of densities in the data's units. */
const remarksOf = (
  { codec }: LoadedRun,
  { rows, withAtoms, nowhere, beyond }: Record<"rows" | "withAtoms" | "nowhere" | "beyond", number>,
): string[] => [
  ...(codec.volume
    ? []
    : [
        `log-densities are in the model's units: ${codec.because} has a probability in the data's units, not a density; train without it (--exclude) for log-densities in the data's units`,
      ]),
  ...(withAtoms > 0
    ? [
        `${grouped(withAtoms)} of ${grouped(rows)} rows have values with a probability in place of a density (${codec.because}). The log-density has the log of that probability, and is then a lower bound in the mean`,
      ]
    : []),
  ...(beyond > 0
    ? [
        `${grouped(beyond)} of ${grouped(rows)} rows have values beyond those of the training rows: their density there is by the tails that these suggest`,
      ]
    : []),
  ...(nowhere > 0
    ? [
        `${grouped(nowhere)} of ${grouped(rows)} rows have no density: a column whose training rows hold nothing but repeated values has none between them. Their log-density is -Infinity, and the mean is of the other rows`,
      ]
    : []),
];

const fixed = (value: number | null | undefined): string =>
  value === undefined ? "" : value === null ? "none" : Number.isNaN(value) ? "unknown" : fixedNumber(value);

/** Prints and writes the log-densities of the rows of a file. */
const rowLikelihood = async (
  run: LoadedRun,
  { file, title }: { readonly file: string; readonly title: string },
  flags: LikelihoodFlags,
  out: Output,
  context: WorkContext,
): Promise<void> => {
  const { signal } = context;
  const { bits = false, seed, probes, tolerance } = flags;
  const { domain, codec, made } = run;
  const { missing } = flags;
  const { samples, dropped = 0 } = await domain.given(file, {
    like: made,
    settings: run.record.training?.recipe.data,
    missing,
    signal,
  });
  if (dropped > 0) out.remark(`left out, as they lack a number: ${dropped} rows`);
  const given = await firstSamples(samples);
  const all = bits ? bytesAsPoints(given, title, seed) : given;
  const size = sizeOf(made.shape);
  const modelSize = sizeOf(run.model.shape);
  // Of categories the model knows a density under noise, and the bound on their probability is with jitter of as much.
  const jitter = codec.layout?.columns.some((size) => size > 1) ? categoryNoise : 0;
  const encoded = codec.encode(all, { seed, part: 2, ...(jitter > 0 && { jitter }) });
  const range = context.range(all.shape[0]!, flags.shard, "rows");
  // Draws go by the number of a row, so all rows are encoded and a part of them is taken.
  const [rows, points] = [takeRange(all, range), takeRange(encoded, range)];
  const volume = codec.volume?.(rows, points, jitter > 0 ? { jitter } : {});
  const units = volume === undefined ? "model" : "data";
  const beyond = codec.beyond?.(rows) ?? 0;
  const begun = performance.now();
  const details = await logDensityDetails(run.model, points, {
    ...(probes !== undefined && { divergence: { probes, seed, firstSample: range.first } }),
    ...(tolerance !== undefined && { tolerance }),
    ...(jitter > 0 && { time: timeOfNoise(run, jitter) }),
    signal,
  });
  const seconds = (performance.now() - begun) / 1000;
  const logDensity = Float64Array.from(
    details.logDensity.data,
    (value, i) => value + (volume ? volume.logVolume[i]! : 0),
  );
  const withAtoms = volume ? volume.atoms.filter((count) => count > 0).length : 0;
  const nowhere = logDensity.filter((value) => value === Number.NEGATIVE_INFINITY).length;
  for (const remark of remarksOf(run, { rows: logDensity.length, withAtoms, nowhere, beyond })) out.remark(remark);
  const total = summary(logDensity.filter((value) => value !== Number.NEGATIVE_INFINITY));
  const errors = details.standardError.data;
  // The error of the mean: errors of rows, whose probes are independent.
  const probeError =
    probes === undefined && modelSize <= 64
      ? undefined
      : Math.sqrt(errors.reduce((sum, value) => sum + value ** 2, 0)) / errors.length;
  const inBits = bits ? logDensity.map((value) => -value / (size * Math.LN2)) : undefined;
  const ofBits = inBits && summary(inBits);
  await writeScores(flags, {
    log_density: logDensity,
    standard_error: errors,
    error_estimate: details.errorEstimate.data,
    prior_mismatch: details.priorMismatch.data,
    ...(volume && !codec.smooth && { atoms: Float64Array.from(volume.atoms) }),
    ...(inBits && { bits_per_dimension: inBits }),
  });
  const head = ["", "mean", "standard error", "its part from probes", "error of the ODE", "left out by the prior"];
  const error = meanOf(details.solverError.data);
  const mismatch = meanOf(details.priorMismatch.data);
  await writePartReceipt(
    {
      ...{ shard: flags.shard, place: flags.out ?? standardStream, run, flags, inputs: { data: file } },
      ...{ command: "likelihood", ...range, of: all.shape[0]! },
    },
    context,
  );
  out.text(`${grouped(logDensity.length)} rows of ${title}, in ${seconds.toFixed(1)} s`);
  out.text(
    textTable([
      head,
      [
        `log-density (nats, ${units} units)`,
        fixed(total.mean),
        fixed(total.standardError),
        fixed(probeError) || "exact",
        minus(error.toExponential(1)),
        minus(mismatch.toExponential(1)),
      ],
      ...(ofBits ? [["bits per dimension", fixed(ofBits.mean), fixed(ofBits.standardError), "", "", ""]] : []),
    ]),
  );
  if (flags.out !== undefined && flags.out !== standardStream) out.text(`${flags.out}: log-density of each row`);
  out.result({
    run: run.path,
    checkpoint: run.step,
    rows: logDensity.length,
    ...(flags.shard && { shard: shardText(flags.shard), firstRow: range.first }),
    units,
    logDensity: total,
    ...(volume && !codec.smooth && { rowsWithAtoms: withAtoms, rowsWithoutDensity: nowhere }),
    ...(probeError !== undefined && { probeError: Number.isFinite(probeError) ? probeError : null }),
    errorEstimate: meanOf(details.errorEstimate.data),
    solverError: error,
    priorMismatch: mismatch,
    ...(ofBits && { bitsPerDimension: ofBits }),
    beyondRange: beyond,
    ...(flags.out && { file: flags.out }),
    seconds,
  });
};

/** The work of the command. @throws UsageError for options that do not go together, and for a run without a density */
export const runLikelihood = async (path: string, flags: LikelihoodFlags, context: WorkContext): Promise<void> => {
  const { signal } = context;
  const out = context.output(flags, toStandardOutput("--out", flags.out, flags.json));
  checkScoreFile(flags);
  checkScorePart(flags);
  const run = await context.loadRun(path, { ...(flags.checkpoint !== undefined && { checkpoint: flags.checkpoint }) });
  refuseLatent(run, "likelihood");
  checkAllowed(run, "likelihood");
  if (run.codec.noDensity !== undefined)
    throw new UsageError(
      `${path}: likelihood: expected a run on data that have a density, found ${run.codec.noDensity}`,
    );
  const inBits = run.domain.likelihood === "bits-per-dimension";
  if (!inBits) {
    if (flags.data === undefined) throw missingData(path, "likelihood");
    if (flags.count !== undefined)
      throw new UsageError(
        `--count: expected a run whose likelihood is in bits per dimension, found one on ${run.domain.samples}`,
      );
    if (flags.bits) checkBits(run);
  }
  await withInput(flags, signal, (file, title) =>
    inBits
      ? bitsLikelihood(run, { ...flags, file, title, flags }, out, context)
      : rowLikelihood(run, { file: file!, title: title! }, flags, out, context),
  );
};

/** Adds the command to the program. */
export const addLikelihood = (program: Command): void => {
  const command = program
    .command("likelihood")
    .description(
      "Says how probable rows are under the model: the log-density of each row, in nats and in the units of the data, along the probability-flow ODE. Categories, missing cells and values that repeat count by their probability. With a constant column, log-densities are in the model's units. An estimate of the error is printed, and is given for each row. It includes what it costs to take the distribution at the most noise for the prior. The result is of the score model alone: it does not know how samples are chosen, nor rules. For images it is in bits per dimension, with uniform dequantisation.",
    )
    .argument("<run>", "the run's folder")
    .option(
      "--data <file>",
      "a table with the run's columns, or - for standard input (default for images: those held out)",
    )
    .addOption(inputFormatOption())
    .addOption(missingOption())
    .option("-n, --count <n>", "for images: how many, from the first (default: 100)", whole(1))
    .addOption(shardOption("weigh"))
    .option("--bits", "bits per dimension of 8-bit data, with uniform dequantisation")
    .option(
      "-o, --out <file>",
      "write a .csv or .tsv file with a line for each row, where the log-density of a row without density is -Infinity; - for standard output",
    )
    .addOption(scoreFormatOption())
    .option(
      "--probes <k>",
      "Hutchinson's estimate of the divergence by k probes (default: exact for at most 64 columns, 1 for images)",
      whole(1),
    )
    .option("--tolerance <x>", "tolerance of the ODE's solution (default: 0.00001)", positive)
    .option("--seed <n>", "seed of probes and dequantisation", whole(0), 0)
    .option("--checkpoint <step>", "the checkpoint to use (default: the last)", whole(0))
    .option("--json", "print the result as JSON")
    .action(terminalAction(runLikelihood));
  withProvider(command);
  withExamples(command, [
    "scorefield likelihood runs/proteins --data new.csv --out scores.csv",
    "cat new.csv | scorefield likelihood runs/proteins --data - --out - | head -3",
    "scorefield likelihood runs/digits --count 200",
    "scorefield likelihood runs/proteins --data new.csv --shard 2/8 --out part-2.csv",
  ]);
};
