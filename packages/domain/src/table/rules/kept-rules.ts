/** The rules that a run keeps, with what it takes to keep them. */
import { ArgumentError } from "@scorefield/core";
import { DataError, takeRows } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { ColumnCondition } from "../mixed/allowed.ts";
import type { TableColumn } from "../table-column.ts";
import { checkRules } from "./check-rules.ts";
import { conditionRules } from "./condition-rules.ts";
import { countViolations, rowsBreaking, type Violations } from "./count-violations.ts";
import { isLinkText, linkRule } from "./link-rule.ts";
import { parseRule } from "./parse-rule.ts";
import { checkRows, type ProjectOptions, projectOnRules } from "./project-on-rules.ts";
import { rowRules } from "./row-rules.ts";
import type { LinearRule, TableRule } from "./rule.ts";
import { type RuleScales, ruleScales } from "./rule-scales.ts";

/** Rules, and the scales of the training rows. Plain JSON. */
export interface KeptRules {
  readonly rules: readonly TableRule[];
  readonly scales: RuleScales;
}

/**
 * Rules from their texts, with the scales of the training rows. A text is one that {@link parseRule} reads, or
 * `city determines country`, whose pairs are those of the rows. So texts that `findRules` lists can be given back.
 * @param rows [n, columns], the training rows
 * @throws ArgumentError for a text that is no rule, and for rules that contradict each other; DataError for a column that does
 *   not determine another in the rows
 */
export const keptRules = (texts: readonly string[], rows: NdArray, columns: readonly TableColumn[]): KeptRules => {
  checkRows("keptRules", rows, columns);
  if (!Array.isArray(texts)) throw new ArgumentError("keptRules: expected a list of the texts of rules");
  const rules = texts.flatMap((text): readonly TableRule[] =>
    typeof text === "string" && isLinkText(text) ? [linkRule(text, rows, columns)] : parseRule(text, columns),
  );
  checkRules(columns, rules);
  return { rules, scales: ruleScales(rows, columns) };
};

/** Rows that keep rules, and how many broke them. */
export interface KeptRows {
  /** [n, columns] */
  readonly rows: NdArray<"float64">;
  readonly before: Violations;
  /** Of the returned rows: none, unless known cells contradict a rule. */
  readonly after: Violations;
}

/** Options of {@link keepRules}. */
export interface KeepRowsOptions extends Omit<ProjectOptions, "scales"> {
  /** What all rows were conditioned on: rows within bounds stay within them, and other columns of conditions stay as they are. */
  readonly conditions?: readonly ColumnCondition[] | undefined;
}

/** The cells that stay: those that are known, and columns. */
const stayingCells = (rows: NdArray, known: Uint8Array | undefined, staying: readonly number[]) => {
  if (staying.length === 0) return known;
  const marks = known ? known.slice() : new Uint8Array(rows.data.length);
  const [n = 0, d = 0] = rows.shape;
  for (let i = 0; i < n; i++) for (const j of staying) marks[i * d + j] = 1;
  return marks;
};

/**
 * Rows that keep bounds are moved within them. A row that is outside of a bound as it was drawn is not moved into it: that would
 * pile rows up there.
 */
const keepBounded = (
  rows: NdArray,
  columns: readonly TableColumn[],
  {
    rules,
    bounds,
    known,
  }: {
    readonly rules: readonly TableRule[];
    readonly bounds: readonly LinearRule[];
    readonly known: Uint8Array | undefined;
  },
  options: ProjectOptions,
): NdArray<"float64"> => {
  const [n = 0, d = 0] = rows.shape;
  const outside = rowsBreaking(rows, columns, bounds);
  const kept = ndarray(new Float64Array(n * d), [n, d]);
  for (const beyond of [0, 1]) {
    const positions = Int32Array.from({ length: n }, (_, i) => i).filter((i) => outside[i] === beyond);
    if (positions.length === 0) continue;
    const marks = known && takeRows(ndarray(known, [n, d]), positions).data;
    const own = beyond === 1 ? rules : [...rules, ...bounds];
    try {
      const moved = projectOnRules(takeRows(rows, positions), columns, own, { ...options, known: marks });
      for (const [k, i] of positions.entries()) kept.data.set(moved.data.subarray(k * d, (k + 1) * d), i * d);
    } catch (error) {
      if (!(error instanceof DataError) || error.row === undefined) throw error;
      throw new DataError({ ...error.details, row: positions[error.row - 1]! + 1 });
    }
  }
  return kept;
};

/**
 * Rows moved to keep rules ({@link projectOnRules}), and the violations before and after. Rows that break inequalities are
 * mirrored at them first, so that they do not all end where the inequality does.
 * @param rows [n, columns]
 * @throws as {@link projectOnRules}; ArgumentError for conditions that contradict the rules
 */
export const keepRules = (
  rows: NdArray,
  columns: readonly TableColumn[],
  { rules, scales }: KeptRules,
  { conditions = [], known, ...options }: KeepRowsOptions = {},
): KeptRows => {
  checkRows("keepRules", rows, columns);
  const { bounds, staying } = conditionRules(conditions, columns);
  if (bounds.length > 0) checkRules(columns, [...rules, ...bounds]);
  if (known && known.length !== rows.data.length)
    throw new ArgumentError(`keepRules known: expected ${rows.data.length} marks, found ${known.length}`);
  const moving = { mirror: true, ...options, scales };
  const kept =
    bounds.length === 0
      ? projectOnRules(rows, columns, rules, { ...moving, known: stayingCells(rows, known, staying) })
      : keepBounded(rows, columns, { rules, bounds, known: stayingCells(rows, known, staying) }, moving);
  return {
    rows: kept,
    before: countViolations(rows, columns, rules),
    after: countViolations(kept, columns, rules),
  };
};

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNumbers = (value: unknown): boolean => isFields(value) && Object.values(value).every(Number.isFinite);
const areLists = (value: unknown, length?: number): boolean =>
  isFields(value) &&
  Object.values(value).every(
    (list) => Array.isArray(list) && list.every(Number.isFinite) && (length === undefined || list.length === length),
  );

const isRule = (rule: unknown): boolean => {
  if (!isFields(rule) || typeof rule.text !== "string") return false;
  if (rule.kind === "determines")
    return (
      typeof rule.from === "string" &&
      typeof rule.to === "string" &&
      Array.isArray(rule.map) &&
      rule.map.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(Number.isFinite))
    );
  return (
    rule.kind === "linear" &&
    isNumbers(rule.coefficients) &&
    (rule.relation === "<=" || rule.relation === "=") &&
    Number.isFinite(rule.constant) &&
    (rule.within === undefined || (Number.isFinite(rule.within) && Number(rule.within) >= 0))
  );
};

/** @throws ArgumentError unless plain JSON describes rules of these columns: a run may be a stranger's */
export const checkKeptRules = (value: unknown, columns: readonly TableColumn[]): KeptRules => {
  const refuse = (expected: string): never => {
    throw new ArgumentError(`rules: expected ${expected}, found another value`);
  };
  if (!isFields(value) || !Array.isArray(value.rules)) return refuse("an object with a list of rules");
  if (!value.rules.every(isRule)) refuse("rules with their columns, numbers and text");
  const { scales } = value;
  if (!isFields(scales) || !isNumbers(scales.deviations) || !areLists(scales.ranges, 2) || !areLists(scales.spikes))
    refuse("standard deviations, ranges and spikes by name of column");
  if (Object.values((scales as unknown as RuleScales).deviations).some((deviation) => !(deviation > 0)))
    refuse("standard deviations above 0");
  const kept = value as unknown as KeptRules;
  rowRules(columns, kept.rules);
  return kept;
};
