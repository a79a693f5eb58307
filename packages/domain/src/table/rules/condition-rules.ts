/** What conditions on columns mean to rules. */
import type { ColumnCondition } from "../mixed/allowed.ts";
import type { TableColumn } from "../table-column.ts";
import { gridOf } from "./grid.ts";
import type { LinearRule } from "./rule.ts";
import { finestStep, tidy } from "./rule-steps.ts";
import { nameText } from "./rule-text.ts";

/** Conditions, which rows that are moved have to keep too. */
export interface ConditionRules {
  /** Bounds of numbers and dates. */
  readonly bounds: readonly LinearRule[];
  /** Numbers of the columns that stay as they are. */
  readonly staying: readonly number[];
}

const boundOf = ({ name, kind, time }: TableColumn, sign: 1 | -1, bound: number): LinearRule => {
  const written = kind === "date" ? new Date(bound).toISOString().slice(0, time ? 19 : 10) : `${bound}`;
  return {
    kind: "linear",
    coefficients: { [name]: sign },
    relation: "<=",
    constant: tidy(sign * bound) + 0,
    text: `${nameText(name)} ${sign > 0 ? "<=" : ">="} ${written}`,
  };
};

/**
 * Bounds as rules of one column. Columns whose conditions are no bounds of numbers stay as they are: those of values and levels,
 * of missing cells, and open bounds of numbers without decimals.
 */
export const conditionRules = (
  conditions: readonly ColumnCondition[],
  columns: readonly TableColumn[],
): ConditionRules => {
  const bounds: LinearRule[] = [];
  const staying = new Set<number>();
  for (const { column: name, is, low, high, lowOpen = false, highOpen = false, missing } of conditions) {
    const at = columns.findIndex((column) => column.name === name);
    const column = columns[at];
    if (!column) continue;
    const step = column.levels ? undefined : finestStep({ [name]: 1 }, [column]);
    const open = (lowOpen || highOpen) && step === undefined;
    if (is !== undefined || missing !== undefined || open || column.levels || !gridOf(column)) {
      staying.add(at);
      continue;
    }
    if (low !== undefined) bounds.push(boundOf(column, -1, lowOpen ? low + step! : low));
    if (high !== undefined) bounds.push(boundOf(column, 1, highOpen ? high - step! : high));
  }
  return { bounds, staying: [...staying] };
};
