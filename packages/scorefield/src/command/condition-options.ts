/** Options of `sample` that say what is known of rows: `--where`, `--like`, `--balance`, `--complete`. */

import { ArgumentError, didYouMean } from "@scorefield/core";
import { DataError, readRawCells } from "@scorefield/data";
import { firstSamples } from "@scorefield/domain";
import {
  type ColumnCondition,
  conditionShare,
  conditions,
  type DrawnShare,
  type SampleTableOptions,
  takesConditions,
} from "@scorefield/domain/table";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import type { DrawnRun, LoadedRun } from "../run/load.ts";
import { distinctName } from "../run/safe-name.ts";

/** The options as commands take them. */
export interface ConditionFlags {
  readonly where?: string;
  readonly like?: string;
  readonly balance?: string;
  readonly complete?: boolean;
}

/** What the options ask for. */
export interface TableWishes extends Pick<SampleTableOptions, "where" | "like" | "balance" | "complete"> {
  /** The conditions of `where`, one by one. */
  readonly list: readonly ColumnCondition[];
}

const names = ["where", "like", "balance", "complete"] as const;

/** Whether one of them is given. */
const hasConditions = (flags: ConditionFlags): boolean => names.some((name) => flags[name]);

const firstOf = (flags: ConditionFlags): string => {
  const name = names.find((name) => flags[name])!;
  return name === "complete" ? "--complete" : `--${name} ${flags[name]}`;
};

/** @throws UsageError for a run that takes no conditions, saying how to train one that does */
export const checkTakesConditions = (run: LoadedRun, option: string): void => {
  if (takesConditions(run)) return;
  const { path, domain, table, codec } = run;
  if (!table)
    throw new UsageError(
      domain.samples === "rows"
        ? `${option}: expected a run that knows the kinds of its columns, found ${path}, which does not; train it again: scorefield train TABLE`
        : `${option}: expected a run on a table, found ${path}, a run on ${domain.samples}`,
    );
  const found =
    "observe" in codec
      ? "whose network takes none (network.observed = 0)"
      : `which was trained with scaling ${codec.stored.kind}`;
  throw new UsageError(
    `${option}: expected a run whose network takes conditions, found ${path}, ${found}; train one with the defaults: scorefield train TABLE, without settings of scaling and network.observed`,
  );
};

/** Rows of a file with some columns of the run; NaN for what is not known. */
const readLike = async (run: LoadedRun, file: string, title: string, signal: AbortSignal) => {
  const { made, domain, record } = run;
  const { columns } = await readRawCells(file, { signal });
  const known = made.columns ?? [];
  const unknown = columns.find((column) => !known.includes(column));
  if (unknown !== undefined)
    throw new DataError({
      path: title,
      column: unknown,
      expected: "columns of the run alone",
      found: `another one${didYouMean(unknown, known)}`,
      fix: "Take it out, or correct its name",
    });
  const { samples } = await domain.given(file, {
    like: made,
    settings: record.training?.recipe.data,
    missing: "keep",
    partial: true,
    signal,
  });
  return firstSamples(samples);
};

/** A message of the library as one of the option that it is about. */
const asOption = (option: string, error: unknown): unknown =>
  error instanceof ArgumentError ? new UsageError(`${option}: ${error.message}`, { cause: error }) : error;

/**
 * What the options ask of a run; undefined where none is given.
 * @param file what --like names, to read; its title before people
 * @throws UsageError for a run that takes no conditions, and for conditions that it cannot satisfy; DataError for the file
 */
export const readConditions = async (
  run: DrawnRun,
  flags: ConditionFlags,
  { file, title }: { readonly file: string | undefined; readonly title: string | undefined },
  signal: AbortSignal,
): Promise<TableWishes | undefined> => {
  if (!hasConditions(flags)) return undefined;
  if ("map" in run)
    throw new UsageError(
      `${firstOf(flags)}: expected a run of a score model, found ${run.path}, a run of a flow map, which takes no conditions on columns`,
    );
  checkTakesConditions(run, firstOf(flags));
  const { where, balance, complete } = flags;
  try {
    const { list } = conditions(run, where ?? []);
    return {
      list,
      ...(where !== undefined && { where }),
      ...(file !== undefined && { like: await readLike(run, file, title!, signal) }),
      ...(balance !== undefined && { balance }),
      ...(complete && { complete }),
    };
  } catch (error) {
    throw asOption(`--where "${where}"`, error);
  }
};

/** What names of files that are made for samples say of conditions. */
export const conditionName = ({ where, like, balance, complete }: ConditionFlags): string | undefined => {
  const parts = [
    where && `where-${distinctName(where)}`,
    like && `like-${distinctName(like === "-" ? "standard-input" : like)}`,
    balance && `balance-${distinctName(balance)}`,
    complete && "complete",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join("-") : undefined;
};

const shareDraws = 1000;
const mostSeconds = 10;
/** What a draw takes before its first row. */
const secondsToStart = 2;

/**
 * How probable the conditions are, by rows drawn without them; in place of that the seconds it would take, where these are many. Nothing
 * without conditions.
 * @param drawn rows that were drawn under the conditions, and in how many seconds
 */
export const probabilityOf = async (
  run: LoadedRun,
  { list, where }: TableWishes,
  drawn: { readonly draws: number; readonly seconds: number },
  options: { readonly seed: number; readonly signal: AbortSignal; readonly batch?: number | undefined },
  sampler: LoadedRun["sampler"],
): Promise<DrawnShare | { readonly wouldTake: number } | undefined> => {
  if (where === undefined || list.length === 0) return undefined;
  const wouldTake = ((drawn.seconds - secondsToStart) / drawn.draws) * shareDraws;
  if (wouldTake > mostSeconds) return { wouldTake };
  return conditionShare(run, where, { ...options, sampler, draws: shareDraws });
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A share with its standard error, in words. */
const shareText = ({ share, standardError }: DrawnShare): string =>
  `${percent(share)}, standard error ${percent(standardError)}`;

/** How often conditions held, in words. */
export const acceptanceText = (acceptance: DrawnShare): string => {
  const { share, draws } = acceptance;
  return share === 1
    ? `conditions: all ${grouped(draws)} rows that were drawn for them satisfy them`
    : `conditions: ${grouped(Math.round(share * draws))} of ${grouped(draws)} rows that were drawn for them satisfy them (${shareText(acceptance)}); for the others new ones were drawn`;
};

/** How rare conditions are, in words. */
export const probabilityText = (probability: DrawnShare | { readonly wouldTake: number }): string =>
  "wouldTake" in probability
    ? `how rare: not measured, as that would take about ${Math.ceil(probability.wouldTake)} s`
    : probability.share === 0
      ? `how rare: none of ${grouped(probability.draws)} rows drawn without the conditions satisfies them, so they hold for fewer than ${percent(3 / probability.draws)} of rows by the model`
      : `how rare: ${percent(probability.share)} of rows satisfy the conditions by the model (of ${grouped(probability.draws)} drawn without them; standard error ${percent(probability.standardError)})`;

/** Adds the options to a command. */
export const withConditions = (command: Command): Command =>
  command
    .option(
      "--where <conditions>",
      'rows of a table that satisfy all of these conditions, between commas, such as "age>=30, city=Paris | Rome, income != missing"',
    )
    .option(
      "--like <file>",
      "rows like those of a table with some of the run's columns: its cells are kept, all others are drawn; --count is then the number for each of its rows (default: 1); - for standard input",
    )
    .option("--balance <column>", "as many rows of each level of a column: a category, yes or no, or ordered levels")
    .option("--complete", "rows without missing cells");
