/** Tables of cells of any kind: numbers, texts, dates and missing cells, as `readCells` gives them. */
import { type CellColumn, type ColumnBuilder, columnBuilder } from "./cell-column.ts";
import { DataError } from "./errors.ts";
import { decideStyles } from "./number-style.ts";
import type { FoundFormat, RowSink, SourceOptions } from "./row-sink.ts";
import { describeCell, quoteNames, selectColumns } from "./table.ts";

/** The cells of a table, column by column. */
export interface CellTable {
  readonly rows: number;
  readonly columns: readonly CellColumn[];
  /** What was found about the file, or what the options said. */
  readonly found: {
    readonly encoding?: string;
    readonly delimiter?: string;
    /** The mark before decimals, where the file has numbers as text. */
    readonly decimal?: "." | ",";
    /** What sets thousands apart, where something does. */
    readonly thousands?: string;
    readonly sheet?: string;
    readonly table?: string;
  };
  /** What a person should know about how the file was read. One or two sentences each. */
  readonly remarks: readonly string[];
  /** The row in the file of a row of cells from 0, counted from 1: the line of a text file. */
  readonly rowOf: (row: number) => number;
}

/** What {@link readCells} takes. */
export interface CellOptions extends Omit<SourceOptions, "chunkRows"> {
  /** The mark before decimals. Default: found. */
  readonly decimal?: "." | "," | undefined;
  /** What sets thousands apart: `,`, `.`, a blank or `'`; empty for nothing. Default: found. */
  readonly thousands?: string | undefined;
  /** More words for missing cells, in capitals or not, such as `["unknown", "-999"]`. */
  readonly missingWords?: readonly string[] | undefined;
  /**
   * Reads a text in another way: as a date, whose milliseconds since 1970 UTC are then the number of the cell. Default:
   * texts are texts. @returns undefined for a text that is no date
   */
  readonly date?: ((text: string, column: string) => Date | undefined) | undefined;
}

/** The options that say how to find rows, which readers of every format take. */
export const sourceOptions = (options: CellOptions): SourceOptions => {
  const { decimal: _, thousands: __, missingWords: ___, date: ____, ...rest } = options;
  return rest;
};

/**
 * Collects rows whose cells stand in the order of `names` into the cells of the columns that the options choose. It gives
 * everything at the end.
 */
export const cellsSink = (
  path: string,
  names: readonly string[],
  options: CellOptions,
  found: () => FoundFormat,
  keepsTypes: boolean,
): RowSink<CellTable> => {
  const chosen = selectColumns(path, names, options);
  const words = options.missingWords && new Set(options.missingWords.map((word) => word.trim().toLowerCase()));
  const rules = { decimal: options.decimal, thousands: options.thousands };
  const builders: ColumnBuilder[] = chosen.map((i) => columnBuilder(names[i]!, rules, words, keepsTypes));
  const { date } = options;
  let rows = 0;
  // Where rows of the file are no rows of cells, such as blank lines: the row from which on, and its number in the file.
  const starts: { readonly row: number; readonly inFile: number }[] = [];
  const rowOf = (row: number): number => {
    let last = 0;
    for (let [low, high] = [0, starts.length]; low < high; ) {
      const middle = (low + high) >> 1;
      if (starts[middle]!.row <= row) low = (last = middle) + 1;
      else high = middle;
    }
    const start = starts[last] ?? { row: 0, inFile: 1 };
    return start.inFile + row - start.row;
  };
  return {
    rows: 0,
    pending: true,
    add(cells, row) {
      const start = starts.at(-1);
      if (!start || row - start.inFile !== rows - start.row) starts.push({ row: rows, inFile: row });
      for (let j = 0; j < builders.length; j++) {
        const own = cells[chosen[j]!];
        const cell = (date && typeof own === "string" ? date(own, names[chosen[j]!]!) : undefined) ?? own;
        if (builders[j]!.add(cell)) continue;
        const column = names[chosen[j]!]!;
        throw new DataError({
          path,
          row,
          column,
          expected: "a number, a text, yes or no, or a date",
          found: describeCell(cell),
          fix: `Leave the column out with exclude: [${quoteNames([column])}]`,
        });
      }
      rows++;
    },
    take() {
      const { remarks = [], ...format } = found();
      const { decimal, columns: styles } = decideStyles(
        builders.map((builder) => builder.evidence()),
        format.delimiter,
      );
      const columns: CellColumn[] = [];
      const said = [...remarks];
      let thousands = options.thousands ?? "";
      for (const style of styles) {
        // Each column goes once it is finished, which keeps the peak near one table instead of two.
        const finished = builders.shift()!.finish(style);
        columns.push(finished.column);
        said.push(...finished.remarks, ...(style.remark ? [style.remark] : []));
        thousands ||= finished.thousands;
      }
      return {
        rows,
        columns,
        found: {
          ...format,
          ...(!keepsTypes && { decimal: options.decimal ?? decimal }),
          ...(thousands && { thousands }),
        },
        remarks: said,
        rowOf,
      };
    },
  };
};
