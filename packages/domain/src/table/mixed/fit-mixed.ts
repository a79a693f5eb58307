/** The codec of mixed columns, fitted to rows. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { type FloatType, type NdArray, ShapeError } from "@scorefield/tensor";
import type { StoredCodec } from "../../codec.ts";
import { columnOf } from "../column.ts";
import { fitDistribution } from "../quantile.ts";
import type { TableColumn } from "../table-column.ts";
import { columnMap } from "./column-maps.ts";
import { millisecondsOfDay, type StoredDate, weekdayOf } from "./date-map.ts";
import { type MixedCodec, mixedCodec } from "./mixed-codec.ts";
import type { GateLevel } from "./number-map.ts";
import { findSpikes, type SpikeRule, usualSpikes } from "./spikes.ts";
import type { StoredColumn, StoredMixed } from "./stored-mixed.ts";

/** Options of {@link fitMixed}. */
export interface FitMixedOptions {
  /** What counts as a spike of a number column, which makes it a category of its own; false for none. Default the usual rule. */
  readonly spikes?: SpikeRule | false;
  /** What a level is in the model's units; default 1. */
  readonly scale?: number;
}

const fitNumber = (name: string, cells: Float64Array, missing: boolean, rule: SpikeRule | false): StoredColumn => {
  const present = cells.filter((value) => !Number.isNaN(value));
  const infinite = present.find((value) => !Number.isFinite(value));
  if (infinite !== undefined) throw new ArgumentError(`column ${name}: expected finite numbers, found ${infinite}`);
  const spikes = new Set(rule ? findSpikes(present.slice().sort(), cells.length, rule) : []);
  const others = spikes.size === 0 ? present : present.filter((value) => !spikes.has(value));
  // What has one value takes no score.
  const single = others.every((value) => value === others[0]);
  if (single && others.length > 0) spikes.add(others[0]! + 0);
  const gate: GateLevel[] = [
    ...(single ? [] : (["value"] as const)),
    ...(missing ? (["missing"] as const) : []),
    ...[...spikes].sort((a, b) => a - b),
  ];
  if (single && gate.length < 2) {
    const [level = "missing"] = gate;
    return { kind: "constant", name, value: typeof level === "number" ? level : null };
  }
  return {
    kind: "number",
    name,
    ...(gate.length > 1 && { gate }),
    ...(!single && { distribution: fitDistribution(others) }),
  };
};

const fitLevels = (column: TableColumn, cells: Float64Array, missing: boolean): StoredColumn => {
  const { name, kind, levels } = column;
  if (!levels) throw new ArgumentError(`column ${name}: expected levels of a column of kind ${kind}, found none`);
  const unknown = cells.find(
    (code) => !Number.isNaN(code) && !(Number.isInteger(code) && code >= 0 && code < levels.length),
  );
  if (unknown !== undefined)
    throw new ArgumentError(`column ${name}: expected codes below ${levels.length} of its levels, found ${unknown}`);
  if (levels.length + (missing ? 1 : 0) < 2) return { kind: "constant", name, value: levels.length === 1 ? 0 : null };
  return { kind: "category", name, levels, ordered: kind === "ordered", missing };
};

// Days of the week are a category where the dates go over more than 8 weeks and the days of the week are used less evenly
// than by chance, or more evenly, as by one row a day. Both have a probability below 0.001 by chance (chi-squared, 6
// degrees of freedom).
const fewestDays = 56;
const [unlikelyEven, unlikelyUneven] = [0.381, 22.46];

const weekdaysMatter = (days: Float64Array): boolean => {
  const used = new Float64Array(7);
  for (const day of days) used[weekdayOf(day)]!++;
  const even = days.length / 7;
  const chiSquared = used.reduce((sum, n) => sum + (n - even) ** 2 / even, 0);
  return chiSquared < unlikelyEven || chiSquared > unlikelyUneven;
};

const fitDates = (name: string, cells: Float64Array, missing: boolean): StoredColumn => {
  const present = cells.filter((value) => !Number.isNaN(value));
  if (present.length === 0) return { kind: "constant", name, value: null };
  const days = present.map((value) => Math.floor(value / millisecondsOfDay));
  const times = present.map((value, i) => value - days[i]! * millisecondsOfDay);
  const unit = [3_600_000, 60_000, 1000, 1].find((unit) => unit === 1 || times.every((time) => time % unit === 0))!;
  const stored: StoredDate = {
    kind: "date",
    name,
    missing,
    days: fitDistribution(days),
    weekday:
      days.reduce((a, b) => Math.max(a, b)) - days.reduce((a, b) => Math.min(a, b)) > fewestDays &&
      weekdaysMatter(days),
    unit,
    times: fitDistribution(times.map((time) => time / unit)),
  };
  const single = !missing && stored.days.values.length === 1 && stored.times.values.length === 1;
  return single ? { kind: "constant", name, value: present[0]! } : stored;
};

const fitColumn = (column: TableColumn, cells: Float64Array, rule: SpikeRule | false): StoredColumn => {
  const missing = column.missing || cells.some(Number.isNaN);
  switch (column.kind) {
    case "ordered":
    case "category":
    case "yes-no":
      return fitLevels(column, cells, missing);
    case "date":
      return fitDates(column.name, cells, missing);
    case "number":
    case "whole":
    case "constant":
      return fitNumber(column.name, cells, missing, rule);
  }
};

const options = { spikes: true, scale: true } satisfies Known<FitMixedOptions>;

/**
 * Fits the codec to rows [n, columns]: numbers as themselves, codes of levels, milliseconds since 1970 UTC, NaN for missing
 * cells. A column has a level for missing cells where `missing` says so or a row lacks it.
 * @throws ArgumentError without rows, for cells that their columns do not allow, and where all columns are constant
 */
export const fitMixed = (
  columns: readonly TableColumn[],
  rows: NdArray<FloatType>,
  given: FitMixedOptions = {},
): MixedCodec => {
  checkOptions("fitMixed", given, options);
  const { spikes = usualSpikes, scale = 1 } = given;
  const [n = 0, width = 0] = rows.shape;
  if (rows.shape.length !== 2 || width !== columns.length)
    throw new ShapeError(
      `fitMixed: expected rows of ${columns.length} columns, found shape [${rows.shape.join(", ")}]`,
    );
  if (n === 0) throw new ArgumentError("fitMixed: expected rows to fit to, found none");
  const stored = columns.map((column, j) => fitColumn(column, new Float64Array(columnOf(rows, j)), spikes));
  const categories = stored.flatMap((column) => columnMap(column).slots).filter(({ size }) => size > 1);
  const fitted: StoredMixed = { kind: "mixed", columns: stored, scales: categories.map(() => scale) };
  return mixedCodec(fitted as unknown as StoredCodec);
};
