/** Missing cells of rows, filled with draws from their distribution given the cells that are known. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { castArray, type FloatType, type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import type { RuleEffect } from "../../rules.ts";
import { bothEffects } from "../rules/count-violations.ts";
import { type DrawOptions, drawRows, knownDrawOptions, mostRows, perStream, streamSeed } from "./draw-rows.ts";
import { type CellSummary, summariseCell } from "./imputation-summary.ts";
import { type TableRun, tableModel } from "./table-model.ts";

/** Options of {@link impute}. */
export interface ImputeOptions extends DrawOptions {
  /** How many values to draw for each missing cell, 1 to 1,000; default 1. Cells of a row are drawn together. */
  readonly draws?: number;
  /** Default 0. Draw d of row i depends on the seed, d, i, and what is known of the row. */
  readonly seed?: number;
  /** @param done rows drawn, of `total`: rows that lack a cell times draws */
  readonly onProgress?: (done: number, total: number) => void;
}

/** A filled cell, with what the draws say of it. */
export interface FilledCell extends CellSummary {
  /** Row and column, from 0. */
  readonly row: number;
  readonly column: number;
}

/** Filled rows. */
export interface Imputed {
  readonly draws: number;
  /** Cells that were filled of each column, [columns], and rows with such cells. */
  readonly filled: readonly number[];
  readonly rowsFilled: number;
  /** How often filled rows, of all draws, broke the run's rules as they were drawn, and as they are; left out where none are kept. */
  readonly rules?: RuleEffect;
  /** All rows [n, columns] with the values of a draw, from 0. Known cells are as they were, bit for bit. */
  rows(draw?: number): NdArray<"float64">;
  /** All rows [n, columns] with one best guess for each cell: see {@link CellSummary.best}. */
  best(): NdArray<"float64">;
  /** What the draws say of each filled cell, row by row. */
  cells(): readonly FilledCell[];
}

const knownOptions = {
  draws: true,
  seed: true,
  ...knownDrawOptions,
  onProgress: true,
} satisfies Known<ImputeOptions>;

const rowsAtOnce = 16_384;
// Each draw of a row has sixteen candidates.
const mostFilled = mostRows / perStream;

/**
 * Fills the missing cells of rows. All cells of a row are drawn together from their distribution given the known cells of that
 * row, under the model of the run. So several draws show how uncertain each cell is, and how cells go together (multiple
 * imputation: Rubin 1987). The model takes missing cells to be missing at random: which cells lack a value may depend on
 * the known cells alone.
 * @param run of a table, such as one of `loadRun`
 * @param rows [n, columns] in the units of the data: see `TableColumn`; NaN for missing cells
 * @throws ArgumentError for a run that cannot be told what is known of a row, for cells that its columns cannot have, and bad
 *   options; ShapeError for other columns; as `sample`
 */
export const impute = async (
  run: TableRun,
  rows: NdArray<FloatType>,
  options: ImputeOptions = {},
): Promise<Imputed> => {
  checkOptions("impute", options, knownOptions);
  const known = tableModel("impute", run);
  const { draws = 1, seed = 0, onProgress, ...rest } = options;
  if (!Number.isInteger(draws) || draws < 1 || draws > 1000)
    throw new ArgumentError(`impute draws: expected a whole number from 1 to 1,000, found ${draws}`);
  const { table, codec } = known;
  const [n = 0, width] = rows.shape;
  if (rows.shape.length !== 2 || width !== table.length)
    throw new ShapeError(
      `impute: expected rows [n, ${table.length}], as the columns of the run, found shape [${rows.shape.join(", ")}]`,
    );
  if (n > mostFilled) throw new ArgumentError(`impute: expected at most 2^24 rows at once, found ${n}`);
  const given = castArray(rows, "float64").data.slice();
  const cells: number[] = [];
  for (let k = 0; k < given.length; k++) if (Number.isNaN(given[k])) cells.push(k);
  const incomplete = [...new Set(cells.map((k) => Math.floor(k / width)))];
  const total = incomplete.length * draws;
  /** [cells, draws] */
  const values = new Float64Array(cells.length * draws);
  const size = codec.observedSize;
  let done = 0;
  let rules: RuleEffect | undefined;
  for (let first = 0; first < draws; first += perStream) {
    const together = Math.min(perStream, draws - first);
    const stream = streamSeed(seed, first / perStream);
    const most = Math.max(1, Math.floor(rowsAtOnce / together));
    for (let start = 0, cell = 0; start < incomplete.length; start += most) {
      const some = incomplete.slice(start, start + most);
      const m = some.length;
      const own = new Float64Array(m * width);
      for (const [k, i] of some.entries()) own.set(given.subarray(i * width, (i + 1) * width), k * width);
      const observed = Array.from({ length: together }, (_, d) =>
        // Of repeated numbers each draw has another place.
        codec.observeRows(ndarray(own, [m, width]), { seed: streamSeed(seed, first + d), firstRow: start }),
      );
      const drawn = await drawRows(known, {
        ...rest,
        seed: stream,
        numbers: Array.from({ length: together }, (_, d) => some.map((i) => i + d * mostRows)).flat(),
        apart: mostFilled,
        complete: true,
        finish: (row, place, marks) => {
          for (let j = 0; j < width; j++) {
            const value = own[(place % m) * width + j]!;
            if (Number.isNaN(value)) continue;
            row[j] = value;
            marks[j] = 1;
          }
        },
        observed: (place) =>
          observed[Math.floor(place / m)]!.data.subarray((place % m) * size, ((place % m) + 1) * size),
        onProgress: (part) => onProgress?.(done + part, total),
      });
      rules = bothEffects(rules, drawn.rules);
      done += m * together;
      onProgress?.(done, total);
      for (const [k, i] of some.entries())
        for (; cell < cells.length && Math.floor(cells[cell]! / width) === i; cell++)
          for (let d = 0; d < together; d++)
            values[cell * draws + first + d] = drawn.rows.data[(d * m + k) * width + (cells[cell]! % width)]!;
    }
  }
  const filled = table.map(() => 0);
  for (const k of cells) filled[k % width]!++;
  const summary = (cell: number): CellSummary =>
    summariseCell(table[cells[cell]! % width]!, values.subarray(cell * draws, (cell + 1) * draws));
  const filledBy = (value: (cell: number) => number): NdArray<"float64"> => {
    const data = given.slice();
    for (const [cell, k] of cells.entries()) data[k] = value(cell);
    return ndarray(data, [n, width]);
  };
  return {
    draws,
    filled,
    rowsFilled: incomplete.length,
    ...(rules && { rules }),
    rows: (draw = 0) => {
      if (!Number.isInteger(draw) || draw < 0 || draw >= draws)
        throw new ArgumentError(`impute rows: expected a draw from 0 to ${draws - 1}, found ${draw}`);
      return filledBy((cell) => values[cell * draws + draw]!);
    },
    best: () => filledBy((cell) => summary(cell).best),
    cells: () => cells.map((k, cell) => ({ row: Math.floor(k / width), column: k % width, ...summary(cell) })),
  };
};
