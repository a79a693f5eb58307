/** Rows of a table of which something is known. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { type FloatType, type NdArray, ShapeError } from "@scorefield/tensor";
import type { RuleEffect } from "../../rules.ts";
import type { ColumnCondition } from "../mixed/allowed.ts";
import { balancedLevels } from "./balance.ts";
import {
  type DrawnShare,
  type DrawOptions,
  drawnShare,
  drawRows,
  knownDrawOptions,
  mostRows,
  streamSeed,
} from "./draw-rows.ts";
import { bothKnown, type Conditions, completeConditions, conditions, type Where } from "./knowledge.ts";
import { likeRows } from "./like-rows.ts";
import { type TableModel, type TableRun, tableModel } from "./table-model.ts";

/** What rows are to be like. */
export interface SampleTableOptions extends DrawOptions {
  /** How many rows; with `like` by default `each` for each given row. */
  readonly count?: number;
  /** The number of the first row, default 0. Parts of a run together are the run, to rounding. */
  readonly firstRow?: number;
  /** Default 0. Row i depends on the seed and on i alone. */
  readonly seed?: number;
  /** Conditions that all rows satisfy: `"age >= 30, city = Paris"`. */
  readonly where?: Where;
  /** Rows [m, columns] in the units of the data, of which all cells that are not NaN are known. Row i is like row floor(i / each). */
  readonly like?: NdArray<FloatType>;
  /** Rows like each row of `like`, default 1. */
  readonly each?: number;
  /** A column with levels, which rows have in turn: equal numbers of each that `where` allows. */
  readonly balance?: string;
  /** Whether no cell is missing, apart from those that `where` says are; default false. */
  readonly complete?: boolean;
  /** @param done rows that are found, of `total` */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Rows, and how often candidates were as wanted. */
export interface SampledTable {
  /** [count, columns] in the units of the data: see `TableColumn`. Known cells have their values exactly. */
  readonly rows: NdArray<"float64">;
  /** Of the rows that the model drew for the conditions, the share that satisfied them. Others were drawn again. */
  readonly acceptance: DrawnShare;
  /** How often these rows broke the run's rules as they were drawn, and as they are; left out where none are kept. */
  readonly rules?: RuleEffect;
}

const known = {
  count: true,
  firstRow: true,
  seed: true,
  where: true,
  like: true,
  each: true,
  balance: true,
  complete: true,
  ...knownDrawOptions,
  onProgress: true,
} satisfies Known<SampleTableOptions>;

const checkWhole = (name: string, value: number, least: number): void => {
  if (!Number.isSafeInteger(value) || value < least)
    throw new ArgumentError(`sampleTable ${name}: expected a whole number of at least ${least}, found ${value}`);
};

const checkLike = ({ table }: TableModel, like: NdArray<FloatType>): void => {
  const [m = 0, width] = like.shape;
  if (like.shape.length !== 2 || width !== table.length || m === 0)
    throw new ShapeError(
      `sampleTable like: expected at least one row of ${table.length} columns, found shape [${like.shape.join(", ")}]`,
    );
};

/** Rows of which it is seen how rare ranges are, and the share from which on rows are rejected without conditioning on them. */
const pilotRows = 400;
const commonShare = 0.05;
// Streams before these are of candidates, and of `conditionShare`.
const pilotStream = 1025;

/**
 * What the model is to be conditioned on for conditions that all rows share. Rejecting rows gives exactly the model's own
 * distribution within a range. So the ranges are left to that, unless they are so rare that it would take long.
 */
const knowledgeFor = async (
  own: TableModel,
  run: TableRun,
  {
    wanted,
    whole,
    seed,
    options,
  }: { wanted: Conditions; whole: readonly ColumnCondition[]; seed: number; options: DrawOptions },
): Promise<Float32Array<ArrayBuffer>> => {
  const withWhole = ({ given }: Conditions) => bothKnown(own.codec, given.observed.data, own.codec.observe(whole))!;
  const ranges = withWhole(wanted);
  if (wanted.exact) return ranges;
  const values = wanted.list.filter(({ is, missing }) => is !== undefined || missing !== undefined);
  const observed = withWhole(conditions(run, values));
  const { rows } = await drawRows(own, {
    ...options,
    seed: streamSeed(seed, pilotStream),
    numbers: Array.from({ length: pilotRows }, (_, i) => i),
    observed,
    rules: false,
    refine: false,
  });
  const within = own.codec.satisfies(
    wanted.list.filter(({ is, missing }) => is === undefined && missing === undefined),
    rows,
  );
  return within.reduce((sum, one) => sum + one, 0) < commonShare * pilotRows ? ranges : observed;
};

/**
 * Draws rows of which something is known. Values that are known are exact: the model is conditioned on them, and they are
 * written over what it draws. Rows that are not within a range are drawn again. Where fewer than 5 % of rows are within,
 * and beside `like` and `balance`, the model is conditioned on the range as well.
 * @throws ArgumentError for a run that takes no conditions, for conditions that exclude each other or that less than 1 % of the
 *   conditioned draws satisfy, and for bad options; as `sample`
 */
export const sampleTable = async (run: TableRun, options: SampleTableOptions = {}): Promise<SampledTable> => {
  checkOptions("sampleTable", options, known);
  const own = tableModel("sampleTable", run);
  const {
    like,
    each = 1,
    seed = 0,
    firstRow = 0,
    where = [],
    balance,
    complete = false,
    onProgress,
    ...rest
  } = options;
  checkWhole("each", each, 1);
  checkWhole("firstRow", firstRow, 0);
  if (like) checkLike(own, like);
  else if (options.each !== undefined) throw new ArgumentError("sampleTable each: expected like with it, found none");
  const all = like && like.shape[0]! * each;
  const { count = all !== undefined ? all - firstRow : 1000 } = options;
  checkWhole("count", count, 0);
  if (firstRow + count > mostRows)
    throw new ArgumentError(`sampleTable: expected at most 2^28 rows, found ${firstRow + count}`);
  if (all !== undefined && firstRow + count > all)
    throw new ArgumentError(
      `sampleTable: expected at most ${all} rows, ${each} like each of ${like!.shape[0]}, found ${firstRow + count}`,
    );
  const wanted = conditions(run, where);
  const missingOnes = wanted.list.filter(({ missing }) => missing === true).map(({ column }) => column);
  const whole = complete ? completeConditions(own).filter(({ column }) => !missingOnes.includes(column)) : [];
  const { signal, batch, sampler } = options;
  const base =
    like || balance !== undefined
      ? bothKnown(own.codec, wanted.given.observed.data, own.codec.observe(whole))!
      : await knowledgeFor(own, run, { wanted, whole, seed, options: { signal, batch, sampler } });
  const givenRows = like && likeRows(own, like, { base, wanted, seed, first: firstRow, count, each });
  const levels = balance === undefined ? undefined : balancedLevels(own, balance, base, wanted);
  const observedBy = (place: number): Float32Array => {
    const i = firstRow + place;
    const known = givenRows ? givenRows.observed(place) : base;
    const level = levels?.at(i);
    const both = level ? bothKnown(own.codec, known, level.observed) : known;
    if (both) return both;
    throw new ArgumentError(
      `sampleTable: row ${Math.floor(i / each) + 1} of like and balance of ${balance} exclude each other; leave one of them out`,
    );
  };
  const checked = [...wanted.list, ...whole];
  const drawn = await drawRows(own, {
    ...rest,
    seed,
    numbers: Array.from({ length: count }, (_, place) => firstRow + place),
    observed: givenRows || levels ? observedBy : base,
    conditions: checked,
    finish: (row, place, known) => {
      const write = (column: number, value: number): void => {
        row[column] = value;
        known[column] = 1;
      };
      for (const { column, value } of wanted.cells) write(column, value);
      givenRows?.each(place, write);
      const level = levels?.at(firstRow + place);
      if (level) write(level.column, level.value);
    },
    accepts: (rows) => own.codec.satisfies(checked, rows),
    onProgress: (done) => onProgress?.(done, count),
  });
  return {
    rows: drawn.rows,
    acceptance: drawnShare(drawn.accepted, Math.max(1, drawn.candidates)),
    ...(drawn.rules && { rules: drawn.rules }),
  };
};

/**
 * How probable conditions are: the share of rows that satisfy them among rows that the model draws without any.
 * @param options `draws` default 1,000, `seed` default 0; the draws are other ones than those of `sampleTable`
 * @throws as {@link conditions}
 */
export const conditionShare = async (
  run: TableRun,
  where: Where,
  options: DrawOptions & { readonly draws?: number; readonly seed?: number } = {},
): Promise<DrawnShare> => {
  const { draws = 1000, seed = 0, ...rest } = options;
  const own = tableModel("conditionShare", run);
  const { satisfies } = conditions(run, where);
  checkWhole("draws", draws, 1);
  const { rows } = await drawRows(own, {
    ...rest,
    // Streams before this one are of candidates.
    seed: streamSeed(seed, 1024),
    numbers: Array.from({ length: draws }, (_, i) => i),
    observed: new Float32Array(own.codec.observedSize),
  });
  return drawnShare(
    satisfies(rows).reduce((sum, one) => sum + one, 0),
    draws,
  );
};
