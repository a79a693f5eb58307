/** `scorefield impute`: missing cells of a table, filled. */
import { basename, dirname, extname, join, resolve } from "node:path";
import { didYouMean } from "@scorefield/core";
import { DataError, readRawCells } from "@scorefield/data";
import { firstSamples } from "@scorefield/domain";
import { takesSeries } from "@scorefield/domain/series";
import { type Imputed, impute } from "@scorefield/domain/table";
import { castArray } from "@scorefield/tensor";
import type { Command } from "commander";
import { effectSentence } from "../assess/rule-effect.ts";
import { UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { effectText } from "../report/rules-text.ts";
import { textTable } from "../report/text-table.ts";
import { type LoadedRun, loadRun } from "../run/load.ts";
import { refuseLatent } from "../run/refuse-latent.ts";
import { checkTakesConditions } from "./condition-options.ts";
import { drawColumn, filledContent, filledFormats, uncertaintyName, uncertaintyText } from "./filled-table.ts";
import { imputeSeriesFile } from "./impute-series-file.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { describeAverage, whole, withParametersChoice } from "./options.ts";
import { output } from "./output.ts";
import { checkOutputFile } from "./output-file.ts";
import { progress } from "./progress.ts";
import { withProvider } from "./provider-option.ts";
import { chooseSampler } from "./sampling.ts";
import { type InputFormat, inputFormatOption, missingData, withInput } from "./standard-input.ts";
import { checkTerminalTakes, standardStream, toStandardOutput, writeOutput } from "./standard-output.ts";
import { oneOf, withExamples } from "./usage.ts";

interface ImputeFlags {
  readonly data?: string;
  readonly dataFormat?: InputFormat;
  readonly draws?: number;
  readonly best?: boolean;
  readonly out?: string;
  readonly format?: (typeof filledFormats)[number];
  readonly uncertainty?: string;
  readonly sampler?: string;
  readonly steps?: number;
  readonly seed: number;
  readonly batch?: number;
  readonly checkpoint?: number;
  readonly averageWidth?: number;
  readonly json?: boolean;
}

/** Draws of each cell for a best guess where their number is not given. */
const bestDraws = 20;

interface Places {
  /** The file of the filled table, or `-`. */
  readonly out: string;
  readonly ending: string;
  /** The file of uncertainty, where there is one. */
  readonly uncertainty: string | undefined;
}

/** Where results go. @throws UsageError for places that cannot be written, before any work */
const placesOf = (flags: ImputeFlags, draws: number): Places => {
  const { data, format, uncertainty } = flags;
  if (flags.out === undefined && data === standardStream)
    throw new UsageError("--out: expected a file to write the filled table to, or - for standard output, found none");
  const base = basename(data!).replace(/\.gz$/i, "");
  const usual = `${base.slice(0, base.length - extname(base).length)}-filled.${format ?? "csv"}`;
  const out = flags.out ?? join(dirname(data!), usual);
  const endings = filledFormats.map((name) => `.${name}`);
  const ending = out === standardStream ? `.${format ?? "csv"}` : extname(out).toLowerCase();
  if (out === standardStream) checkTerminalTakes(ending, [".xlsx"]);
  else {
    if (format !== undefined && flags.out !== undefined)
      throw new UsageError(`--format ${format}: expected --out - with it, or no --out; a file's name says its format`);
    checkOutputFile("--out", out, endings);
  }
  const name = uncertainty ?? (draws > 1 && out !== standardStream ? uncertaintyName(out) : undefined);
  if (uncertainty !== undefined && draws < 2)
    throw new UsageError(`--uncertainty ${uncertainty}: expected --draws of at least 2 with it, such as --draws 20`);
  if (name !== undefined) checkOutputFile("--uncertainty", name, [".csv", ".tsv"]);
  const files = [out, name, data]
    .filter((file) => file !== undefined && file !== standardStream)
    .map((file) => resolve(file!));
  if (new Set(files).size < files.length)
    throw new UsageError(
      `--out ${out}: expected another file than --data and --uncertainty, found the same; the table given is kept as it is`,
    );
  return { out, ending, uncertainty: name };
};

/** The rows of a file, and its cells as they are. */
const readHoles = async (run: LoadedRun, file: string, title: string, signal: AbortSignal) => {
  const settings = (run.record.training?.recipe.data ?? {}) as Readonly<Record<string, unknown>>;
  const { encoding, sheet, table, array } = settings as Readonly<Record<string, string | undefined>>;
  const numbered = sheet !== undefined && /^[1-9]\d?$/.test(sheet) ? Number(sheet) : sheet;
  const raw = await readRawCells(file, { encoding, sheet: numbered, table, array, signal });
  const lacking = run.columns!.find((name) => !raw.columns.includes(name));
  if (lacking !== undefined)
    throw new DataError({
      path: title,
      column: lacking,
      expected: "all columns of the run",
      found: `a table without this one${didYouMean(
        lacking,
        raw.columns.filter((name) => !run.columns!.includes(name)),
      )}`,
      fix: "Correct a name, or add an empty column of this name to have it filled",
    });
  const { samples } = await run.domain.given(file, {
    like: run.made,
    settings: run.record.training?.recipe.data,
    missing: "keep",
    signal,
  });
  return { raw, given: castArray(await firstSamples(samples), "float64") };
};

/** Fills rows while the user watches. @throws Interrupted when the signal was aborted */
const imputeWatched = async (
  run: LoadedRun,
  rows: Parameters<typeof impute>[1],
  options: NonNullable<Parameters<typeof impute>[2]>,
): Promise<Imputed> => {
  let line: ReturnType<typeof progress> | undefined;
  try {
    return await impute(run, rows, {
      ...options,
      onProgress: (done, total) => {
        line ??= progress("filling", total);
        line.update(done);
      },
    });
  } catch (error) {
    if (options.signal?.aborted) throw new Interrupted("stopped; nothing was written");
    throw error;
  } finally {
    line?.end();
  }
};

const fill = async (
  path: string,
  flags: ImputeFlags,
  { file, title }: { readonly file: string; readonly title: string },
  signal: AbortSignal,
): Promise<void> => {
  const taken = toStandardOutput("--out", flags.out, flags.json);
  const out = output(flags, taken);
  const { checkpoint, averageWidth, best = false, seed, batch } = flags;
  const draws = flags.draws ?? (best ? bestDraws : 1);
  const run = await loadRun(path, { checkpoint, averageWidth });
  if (takesSeries(run)) return imputeSeriesFile(run, { ...flags, data: file }, { out, taken, signal, title });
  const places = placesOf(flags, draws);
  refuseLatent(run, "impute");
  for (const remark of describeAverage(run)) out.remark(remark);
  checkTakesConditions(run, "impute");
  const sampler = chooseSampler(run, flags);
  const { raw, given } = await readHoles(run, file, title, signal);
  const table = run.table!;
  const extra = raw.columns.filter((name) => !run.columns!.includes(name));
  if (extra.length > 0)
    out.remark(
      `kept as they are, as the run does not model them: ${extra.map((name) => JSON.stringify(name)).join(", ")}`,
    );
  if (draws > 1 && !best && raw.columns.includes(drawColumn))
    throw new UsageError(
      `--draws ${draws}: expected a table without a column "${drawColumn}", which will say which draw a row is of; rename it`,
    );
  const begun = performance.now();
  const imputed = await imputeWatched(run, given, {
    draws,
    seed,
    sampler,
    ...(batch !== undefined && { batch }),
    signal,
  });
  const seconds = (performance.now() - begun) / 1000;
  const filled = best ? [imputed.best()] : Array.from({ length: draws }, (_, draw) => imputed.rows(draw));
  await writeOutput(places.out, await filledContent(places.ending, { raw, table, given, filled }));
  if (places.uncertainty !== undefined)
    await writeOutput(places.uncertainty, uncertaintyText(extname(places.uncertainty).toLowerCase(), imputed, table));
  const n = given.shape[0]!;
  const cells = imputed.filled.reduce((a, b) => a + b, 0);
  const how = best ? `best guesses from ${draws} draws` : draws === 1 ? "one draw" : `${draws} draws`;
  const called = taken ? "standard output" : places.out;
  out.text(
    cells === 0
      ? `${called}: no cell of the ${grouped(n)} rows is missing; they are as they were`
      : `${called}: ${grouped(cells)} cells of ${grouped(imputed.rowsFilled)} of ${grouped(n)} rows filled by ${how} in ${seconds.toFixed(1)} s`,
  );
  const lacking = table.flatMap(({ name }, j) => (imputed.filled[j]! > 0 ? [[name, grouped(imputed.filled[j]!)]] : []));
  if (lacking.length > 0) out.text(textTable([["column", "cells filled"], ...lacking]));
  const { rules } = imputed;
  if (rules) {
    const drawn = draws === 1 ? "filled rows" : `filled rows of ${draws} draws`;
    out.remark(`rules: ${effectSentence(rules, drawn)}`);
    const broken = effectText(rules, run.rules?.rules, table);
    if (broken) out.text(broken);
  }
  if (places.uncertainty !== undefined) out.text(`${places.uncertainty}: how certain each of these cells is`);
  out.result({
    file: places.out,
    rows: n,
    rowsFilled: imputed.rowsFilled,
    cells,
    filled: Object.fromEntries(table.map(({ name }, j) => [name, imputed.filled[j]])),
    kept: extra,
    draws,
    best,
    uncertainty: places.uncertainty,
    rules,
    seed,
    sampler: sampler.recipe,
    checkpoint: run.step,
    average: run.average,
    seconds,
  });
};

const action = (path: string, flags: ImputeFlags): Promise<void> =>
  interruptible(async (signal) => {
    if (flags.data === undefined) throw missingData(path, "impute");
    await withInput(flags, signal, (file, title) => fill(path, flags, { file: file!, title: title! }, signal));
  }, "stopping (Ctrl-C again quits at once)");

/** Adds the command to the program. */
export const addImpute = (program: Command): void => {
  const command = program
    .command("impute")
    .description(
      "Fills every missing cell of a table with a value that fits the other cells of its row, drawn from what the run has learnt. Known cells stay as they are. So do the order of rows, and columns that the run does not know. Several draws show how certain each cell is: the file then holds the table once for each draw, one below the other, and a column draw says which one. Of a run on series, missing values are medians of 50 draws unless --draws is given.",
    )
    .argument("<run>", "the folder of a run on such a table")
    .option("--data <file>", "a table with the run's columns; required; - for standard input")
    .addOption(inputFormatOption())
    .option("--draws <n>", `how many values to draw for each cell (default: 1, or ${bestDraws} with --best)`, whole(1))
    .option("--best", "one best guess for each cell: the mean of its draws, of levels the most frequent one")
    .option(
      "-o, --out <file>",
      "a .csv, .tsv, .xlsx or .jsonl file; - for standard output (default: beside the table, NAME-filled.csv)",
    )
    .addOption(
      oneOf("--format <format>", "format of standard output and of the default file (default: csv)", filledFormats),
    )
    .option(
      "--uncertainty <file>",
      "a .csv or .tsv file with a line for each filled cell: mean, deviation and the range from 5 to 95 % of its draws, or how often each level was drawn (default: with several draws beside --out, NAME-uncertainty.csv)",
    )
    .option("--sampler <sampler>", "such as heun or dpm-solver++:order=3,steps=10 (default: the recipe's)")
    .option("--steps <n>", "steps of the sampler (default: the sampler's own)", whole(1))
    .option("--seed <n>", "seed of the draws", whole(0), 0)
    .option("--batch <n>", "rows computed at once", whole(1))
    .option("--json", "print the result as JSON")
    .action(action);
  withProvider(withParametersChoice(command));
  withExamples(command, [
    "scorefield impute runs/people --data holes.csv",
    "scorefield impute runs/people --data holes.csv --draws 10 --out filled.csv",
    "scorefield impute runs/people --data holes.csv --best --out filled.xlsx",
    "scorefield impute runs/air --data gaps.csv --out filled.png",
    "cat holes.csv | scorefield impute runs/people --data - --out - | head -3",
  ]);
};
