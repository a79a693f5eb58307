/** Observations as columns in the order of their names. */
import { ArgumentError } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import { checkNames } from "../graph/check-graph.ts";
import type { Observations } from "../graph/observations.ts";

/** Checked observations, columns sorted by name. */
export interface Columns {
  /** Ascending. */
  readonly names: readonly string[];
  /** In the caller's order. */
  readonly shown: readonly string[];
  readonly rows: number;
  /** A column for each name, [rows]. */
  readonly columns: readonly Float64Array[];
  /** Levels of each column, 0 for numbers. */
  readonly levels: readonly number[];
  /** Sets of variables that were set from outside, each once, ascending; of plain rows the empty set. */
  readonly targets: readonly (readonly number[])[];
  /** For each row, its set among `targets`. */
  readonly targetOf: Int32Array;
}

/** Names in ascending order of their code units, whatever the language of the machine. */
export const sortedNames = (names: readonly string[]): string[] => [...names].sort((a, b) => (a < b ? -1 : 1));

const checkCategory = (name: string, column: Float64Array, levels: number): void => {
  for (const code of column)
    if (!Number.isInteger(code) || code < 0 || code >= levels)
      throw new ArgumentError(`${name}: expected codes from 0 to ${levels - 1}, found ${code}`);
};

/**
 * @param least rows
 * @throws ArgumentError for what are no observations, values that are not finite, codes without a level, and fewer rows
 */
export const columnsOf = (name: string, observations: Observations, least = 2): Columns => {
  checkMade(
    name,
    observations,
    ["names", "values"],
    "observations such as { names: ['a', 'b'], values: Float64Array of rows }",
  );
  const { names: shown, values, categories, targets } = observations;
  checkNames(`${name} names`, shown);
  const d = shown.length;
  if (d === 0) throw new ArgumentError(`${name} names: expected at least one variable, found none`);
  if (!(values instanceof Float64Array) || values.length % d !== 0)
    throw new ArgumentError(
      `${name} values: expected a Float64Array of rows of ${d} numbers, found ${values instanceof Float64Array ? `${values.length} numbers` : showValue(values)}`,
    );
  const rows = values.length / d;
  if (rows < least) throw new ArgumentError(`${name} values: expected at least ${least} rows, found ${rows}`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new ArgumentError(
      `${name} values: expected finite numbers, found ${values[bad]} in row ${Math.floor(bad / d) + 1}, ${shown[bad % d]}; fill or leave out such rows`,
    );
  if (categories !== undefined && (!Array.isArray(categories) || categories.length !== d))
    throw new ArgumentError(`${name} categories: expected ${d} numbers of levels, found ${showValue(categories)}`);
  if (targets !== undefined && (!Array.isArray(targets) || targets.length !== rows))
    throw new ArgumentError(`${name} targets: expected a list for each of ${rows} rows, found ${showValue(targets)}`);
  const names = sortedNames(shown);
  const places = new Map(names.map((word, i) => [word, i]));
  const columns = names.map(() => new Float64Array(rows));
  const levels = names.map(() => 0);
  for (const [j, word] of shown.entries()) {
    const place = places.get(word)!;
    const column = columns[place]!;
    for (let i = 0; i < rows; i++) column[i] = values[i * d + j]!;
    const count = categories?.[j] ?? 0;
    if (!Number.isInteger(count) || count < 0)
      throw new ArgumentError(`${name} categories: expected numbers of levels, found ${showValue(count)}`);
    if (count > 0) checkCategory(`${name} ${word}`, column, count);
    levels[place] = count;
  }
  const sets = new Map<string, number>();
  const distinct: number[][] = [];
  const targetOf = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const given = targets?.[i] ?? [];
    if (given.length === 0 && sets.has("")) {
      targetOf[i] = sets.get("")!;
      continue;
    }
    const set = [...new Set<number>(given)].map((target) => {
      if (!Number.isInteger(target) || target < 0 || target >= d)
        throw new ArgumentError(
          `${name} targets: expected numbers of variables below ${d}, found ${showValue(target)}`,
        );
      return places.get(shown[target]!)!;
    });
    set.sort((a, b) => a - b);
    const key = set.join();
    let place = sets.get(key);
    if (place === undefined) {
      place = distinct.length;
      sets.set(key, place);
      distinct.push(set);
    }
    targetOf[i] = place;
  }
  return { names, shown: [...shown], rows, columns, levels, targets: distinct, targetOf };
};

/** Of each set of targets, whether a variable is in it; undefined where it is in none. */
export const excludedBy = (targets: readonly (readonly number[])[], variable: number): Uint8Array | undefined => {
  const excluded = Uint8Array.from(targets, (set) => (set.includes(variable) ? 1 : 0));
  return excluded.some((flag) => flag === 1) ? excluded : undefined;
};
