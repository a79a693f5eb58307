/** Whether JSON is a codec of mixed columns: a run may be a stranger's. No Node module is used here. */
import { ArgumentError } from "@scorefield/core";
import type { StoredCodec } from "../../codec.ts";
import { checkDistribution } from "../check-scaling.ts";
import { columnMap } from "./column-maps.ts";
import type { StoredColumn, StoredMixed } from "./stored-mixed.ts";

type Fields = Readonly<Record<string, unknown>>;

const refuse = (problem: string): never => {
  throw new ArgumentError(`scaling: ${problem}`);
};

const listAt = (fields: Fields, name: string): readonly unknown[] => {
  const value = fields[name];
  return Array.isArray(value) ? value : refuse(`expected a list as ${name}, found another value`);
};

const booleanAt = (fields: Fields, name: string): void => {
  if (typeof fields[name] !== "boolean") refuse(`expected true or false as ${name}, found another value`);
};

const checkGate = (gate: readonly unknown[], hasScore: boolean): void => {
  if (gate.length < 2) refuse("a gate of fewer than two levels");
  for (const level of gate)
    if (level !== "value" && level !== "missing" && !Number.isFinite(level))
      refuse("expected numbers, value or missing as levels of a gate, found another value");
  if (new Set(gate).size !== gate.length) refuse("a gate with a level twice");
  if (gate.includes("value") !== hasScore) refuse("a gate whose level value does not fit its numbers");
};

/** @param fewest distinct values */
const distributionAt = (fields: Fields, name: string, fewest: number): void => {
  checkDistribution(fields[name]);
  if ((fields[name] as { readonly values: readonly number[] }).values.length < fewest)
    refuse("a score of a column with one value");
};

const checkColumn = (column: unknown): void => {
  if (typeof column !== "object" || column === null) refuse("expected a fitted column, found another value");
  const fields = column as Fields;
  if (typeof fields.name !== "string") refuse("expected a text as name, found another value");
  switch (fields.kind) {
    case "constant":
      if (fields.value !== null && !Number.isFinite(fields.value)) refuse("expected a number or null as value");
      return;
    case "number":
      if (fields.gate === undefined && fields.distribution === undefined) refuse("a column of numbers without any");
      if (fields.gate !== undefined) checkGate(listAt(fields, "gate"), fields.distribution !== undefined);
      if (fields.distribution !== undefined) distributionAt(fields, "distribution", 2);
      return;
    case "category":
      booleanAt(fields, "ordered");
      booleanAt(fields, "missing");
      if (!listAt(fields, "levels").every((level) => typeof level === "string")) refuse("expected texts as levels");
      if (listAt(fields, "levels").length + (fields.missing ? 1 : 0) < 2) refuse("a category of fewer than two levels");
      return;
    case "date":
      booleanAt(fields, "missing");
      booleanAt(fields, "weekday");
      distributionAt(fields, "days", 1);
      distributionAt(fields, "times", 1);
      if (!(Number.isInteger(fields.unit) && (fields.unit as number) >= 1))
        refuse("expected whole milliseconds as unit");
      return;
    default:
      refuse(`expected number, category, date or constant as kind of a column, found ${fields.kind}`);
  }
};

/** @throws ArgumentError for what {@link fitMixed} never stores */
export const checkMixed = (stored: StoredCodec): StoredMixed => {
  if (stored.kind !== "mixed") refuse(`expected mixed for columns of several kinds, found ${stored.kind}`);
  const columns = listAt(stored, "columns");
  for (const column of columns) checkColumn(column);
  const slots = (columns as readonly StoredColumn[]).flatMap((column) => columnMap(column).slots);
  const scales = listAt(stored, "scales");
  if (!scales.every((scale) => Number.isFinite(scale) && (scale as number) > 0)) refuse("expected scales above 0");
  if (scales.length !== slots.filter(({ size }) => size > 1).length)
    refuse("other numbers of scales than of categories");
  if (slots.length === 0)
    refuse(
      "expected a column that is not constant in the rows to learn from, found none; give more rows, which differ",
    );
  return stored as unknown as StoredMixed;
};
