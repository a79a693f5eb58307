/** Knowledge of rows as a condition of a model: for each slot what it may be. No Node module is used here. */
import { ArgumentError, didYouMean } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { type FloatType, type NdArray, ShapeError, zeros } from "@scorefield/tensor";
import type { EncodeDraw } from "../../codec.ts";
import { type Allowed, type ColumnCondition, holds, isBounded, mergeConditions, snapScore } from "./allowed.ts";
import type { ColumnMap } from "./column-map.ts";
import { eachRowDraws } from "./slot-draws.ts";

/** Options of `observeRows`. */
export interface ObserveRowsOptions extends Partial<Pick<EncodeDraw, "seed" | "part">> {
  /** [n * columns]: whether each cell is known. Default: all that are not missing. A known missing cell is known to be missing. */
  readonly known?: ArrayLike<number | boolean>;
  /** Whether cells that are not known have values, which are not missing; default yes. */
  readonly complete?: boolean;
  /** The number of the first row, which draws go by; default 0. */
  readonly firstRow?: number;
  /** The numbers of all rows, [n], where they are not one after the other. */
  readonly numbers?: readonly number[];
}

/** Knowledge of rows in a model's units. */
export interface Observing {
  /**
   * Numbers that say what is known of one row: 2 for a number, k for a category of k levels. Of a number
   * (16 + low, 16 - high) in scores, 0 for no bound; known exactly where low = high. Of a category 1 for each level that it is
   * not. All are 0 where nothing is known.
   */
  readonly observedSize: number;
  /**
   * What conditions say of a row, [observedSize]: the same for all samples. Each row that is encoded and satisfies the
   * conditions is within, and what is decoded from within satisfies them, apart from three cases, in which `satisfies` tells:
   * - a range that holds a spike and other numbers: the number is left free, as an interval for it would hold for the
   *   draw in place of a spike as well, and change how frequent spikes are;
   * - several values of a number: the interval around them;
   * - dates with a day of the week or a time: days near the ends of the range.
   *
   * @throws ArgumentError for a column that does not exist, and for what no sample can satisfy
   */
  observe(conditions: readonly ColumnCondition[]): Float32Array<ArrayBuffer>;
  /**
   * What rows [n, columns] with unknown cells say, [n, observedSize]. Repeated numbers and the draws in place of others are
   * placed by draws of `seed` and `part`, defaults 0 and 2, as in encoding.
   */
  observeRows(rows: NdArray<FloatType>, options?: ObserveRowsOptions): NdArray<"float32">;
  /** For each of rows [n, columns] whether it satisfies conditions: 1 or 0. */
  satisfies(conditions: readonly ColumnCondition[], rows: NdArray<FloatType>): Uint8Array;
}

const shift = 16;
const rowOptions = {
  known: true,
  complete: true,
  seed: true,
  part: true,
  firstRow: true,
  numbers: true,
} satisfies Known<ObserveRowsOptions>;

/** @param firstSlots of each column */
export const observing = (maps: readonly ColumnMap[], firstSlots: readonly number[]): Observing => {
  const slots = maps.flatMap((map) => map.slots);
  const places: number[] = [];
  let observedSize = 0;
  for (const { size } of slots) {
    places.push(observedSize);
    observedSize += size === 1 ? 2 : size;
  }
  const writeAllowed = (out: Float32Array, start: number, slot: number, allowed: Allowed): void => {
    const at = start + places[slot]!;
    if ("excluded" in allowed) for (const [k, no] of allowed.excluded.entries()) out[at + k] = no ? 1 : 0;
    else {
      if (allowed.low !== undefined) out[at] = shift + allowed.low;
      if (allowed.high !== undefined) out[at + 1] = shift - allowed.high;
    }
  };
  const writeKnown = (out: Float32Array, start: number, slot: number, value: number): void => {
    const at = start + places[slot]!;
    const { size } = slots[slot]!;
    if (size > 1) for (let k = 0; k < size; k++) out[at + k] = k === value ? 0 : 1;
    else {
      const score = snapScore(value);
      out[at] = shift + score;
      out[at + 1] = shift - score;
    }
  };
  const byColumn = (conditions: readonly ColumnCondition[]) => {
    const names = maps.map(({ name }) => name);
    const grouped = new Map<number, ColumnCondition[]>();
    for (const condition of conditions) {
      const j = names.indexOf(condition.column);
      if (j < 0)
        throw new ArgumentError(
          `condition: expected one of the columns ${names.join(", ")}, found ${condition.column}${didYouMean(condition.column, names)}`,
        );
      grouped.set(j, [...(grouped.get(j) ?? []), condition]);
    }
    return [...grouped].map(([j, ofColumn]) => ({ j, merged: mergeConditions(ofColumn) }));
  };
  const checkRows = ({ shape }: NdArray<FloatType>): number => {
    if (shape.length === 2 && shape[1] === maps.length) return shape[0]!;
    throw new ShapeError(`rows: expected [n, ${maps.length}], as in training, found shape [${shape.join(", ")}]`);
  };
  return {
    observedSize,
    observe: (conditions) => {
      const result = new Float32Array(observedSize);
      for (const { j, merged } of byColumn(conditions))
        for (const [s, allowed] of maps[j]!.allow(merged).entries())
          writeAllowed(result, 0, firstSlots[j]! + s, allowed);
      return result;
    },
    observeRows: (rows, options = {}) => {
      checkOptions("observeRows", options, rowOptions);
      const n = checkRows(rows);
      const { known, complete = true, seed = 0, part = 2, firstRow = 0, numbers } = options;
      if (known && known.length !== n * maps.length)
        throw new ArgumentError(
          `observeRows known: expected ${n * maps.length} entries, one for each cell, found ${known.length}`,
        );
      if (numbers && numbers.length !== n)
        throw new ArgumentError(`observeRows numbers: expected ${n}, one for each row, found ${numbers.length}`);
      const result = zeros([n, observedSize], "float32");
      const row = new Float64Array(slots.length);
      eachRowDraws(n, slots.length, { seed, part, firstRow, numbers }, (u, i) => {
        for (const [j, map] of maps.entries()) {
          const cell = i * maps.length + j;
          const value = rows.data[cell]!;
          const first = firstSlots[j]!;
          if (known ? known[cell] : !Number.isNaN(value)) {
            map.write(value, u, row, first);
            for (let s = first; s < first + map.slots.length; s++)
              writeKnown(result.data, i * observedSize, s, row[s]!);
          } else if (complete && map.missingLevel !== undefined)
            result.data[i * observedSize + places[first]! + map.missingLevel] = 1;
        }
      });
      return result;
    },
    satisfies: (conditions, rows) => {
      const n = checkRows(rows);
      const result = new Uint8Array(n).fill(1);
      for (const { j, merged } of byColumn(conditions))
        for (let i = 0; i < n; i++) {
          const value = rows.data[i * maps.length + j]!;
          const right = Number.isNaN(value)
            ? merged.missing !== false
            : merged.missing !== true && (!isBounded(merged) || holds(merged, value));
          if (!right) result[i] = 0;
        }
      return result;
    },
  };
};
