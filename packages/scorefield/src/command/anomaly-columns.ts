/** Which columns make rows anomalous, for `scorefield anomaly --explain`. */
import { oddParts, type RowPart } from "@scorefield/assess";
import { takeRows } from "@scorefield/data";
import { cellText } from "@scorefield/domain/table";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { shortNumber } from "../report/number-text.ts";
import { textTable } from "../report/text-table.ts";
import type { LoadedRun } from "../run/load.ts";
import type { ScoredRows } from "./anomaly-scores.ts";

/** A column of an anomalous row. */
interface OddColumn {
  readonly column: string;
  /** Its value in the row, and one of a training row that would make the row least anomalous; null where missing. */
  readonly value: number | string | null;
  readonly suits: number | string | null;
  /** By how much the averaged negative log-density would fall with that value, in nats. */
  readonly nats: number;
}

/** An anomalous row with its columns, those first that make it most so. */
export interface ExplainedRow {
  /** Its place among the rows scored. */
  readonly position: number;
  readonly score: number;
  readonly columns: readonly OddColumn[];
}

/** Positions of the highest scores, in falling order. */
const highest = (scores: Float64Array, count: number): number[] =>
  [...scores.keys()].sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, count);

/** A cell as people read it: the text of a level or of a date, or the number. */
const cellOf = (run: LoadedRun, column: number, value: number): number | string | null => {
  const own = run.made.table?.[column];
  if (Number.isNaN(value)) return null;
  return own && (own.levels || own.kind === "date") ? cellText(own, value) : value;
};

/**
 * The most anomalous rows and what makes them so, by the first score.
 * @param rows [n, columns] and @param training [m, columns], in the units of the data
 */
export const explainRows = async (
  run: LoadedRun,
  { scored, detector, rows: encoded, known }: ScoredRows,
  { rows, training }: Record<"rows" | "training", NdArray<FloatType>>,
  count: number,
  signal: AbortSignal,
): Promise<ExplainedRow[]> => {
  const scores = scored[0]!.scores.data;
  const positions = highest(scores, count);
  const width = rows.shape[1]!;
  const names = run.made.columns ?? Array.from({ length: width }, (_, j) => `column ${j + 1}`);
  const parts: readonly (RowPart & { readonly column: number })[] =
    run.codec.parts?.filter(({ size }) => size > 0) ??
    Array.from({ length: width }, (_, column) => ({ column, from: column, size: 1 }));
  const { drops, better } = await oddParts(detector, takeRows(encoded, positions), known, parts, { signal });
  return positions.map((position, i) => {
    const columns = parts.map(({ column }, p): OddColumn => {
      const at = i * parts.length + p;
      return {
        column: names[column]!,
        value: cellOf(run, column, rows.data[position * width + column]!),
        suits: cellOf(run, column, training.data[better.data[at]! * width + column]!),
        nats: drops.data[at]!,
      };
    });
    return { position, score: scores[position]!, columns: columns.sort((a, b) => b.nats - a.nats) };
  });
};

const most = 3;
/** Columns of less than this share of the first one's nats are not shown. */
const leastShare = 0.1;

const shown = (cell: number | string | null): string =>
  cell === null ? "missing" : typeof cell === "string" ? cell : shortNumber(cell);

/** @param nameOf what the file calls a row, by its place among the rows scored */
export const explainedTable = (explained: readonly ExplainedRow[], nameOf: (position: number) => number): string =>
  textTable([
    ["row", "score", "column", "value", "would suit", "nats less"],
    ...explained.flatMap(({ position, score, columns }) =>
      columns
        .slice(0, most)
        .filter(({ nats }, k) => k === 0 || nats > leastShare * columns[0]!.nats)
        .map(({ column, value, suits, nats }, k) => [
          k === 0 ? `${nameOf(position)}` : "",
          k === 0 ? shortNumber(score) : "",
          column,
          shown(value),
          shown(suits),
          shortNumber(nats),
        ]),
    ),
  ]);

/** A column for each column of the table: what `nats` says of the rows that were explained, NaN for the others. */
export const explainedColumns = (
  explained: readonly ExplainedRow[],
  count: number,
): Readonly<Record<string, Float64Array>> => {
  const found: Record<string, Float64Array> = {};
  for (const { position, columns } of explained)
    for (const { column, nats } of columns)
      (found[`nats: ${column}`] ??= new Float64Array(count).fill(Number.NaN))[position] = nats;
  return found;
};
