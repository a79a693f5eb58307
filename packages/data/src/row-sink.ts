/** What readers of every format hand their rows to: tables of numbers, or cells of any kind. */

/** Takes rows one after the other, and gives what became of them. */
export interface RowSink<T> {
  /** Rows that wait to be taken. A sink that gives everything at the end says 0. */
  readonly rows: number;
  /** Whether there is anything to take. */
  readonly pending: boolean;
  /** Adds a row. @param row its number in the file, counted from 1. @throws DataError naming row and column */
  add(cells: ArrayLike<unknown>, row: number): void;
  /** What was added since the last time. */
  take(): T;
}

/** What a reader found out about a file before its first row. */
export interface FoundFormat {
  /** Of text files, as the Encoding Standard (WHATWG) names it: `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`, ... */
  readonly encoding?: string;
  /** Of text files: the character between fields. */
  readonly delimiter?: string;
  /** Excel: the name of the sheet. */
  readonly sheet?: string;
  /** SQLite: the name of the table. */
  readonly table?: string;
  /** What a person should know about how the file was read. One sentence each. */
  readonly remarks?: readonly string[];
}

/**
 * Makes the sink once the columns' names are known. Readers call it before the first row, so that a wrong name of a column
 * is refused at once. @param found what is known by then; `encoding` may turn out later, so it is asked for at the end
 */
export type OpenSink<T> = (names: readonly string[], found: () => FoundFormat) => RowSink<T>;

/** What readers of all formats take, whatever they give the rows to. */
export interface SourceOptions {
  /** The columns to read, in this order. Default: all of them, in the file's order. */
  readonly columns?: readonly string[] | undefined;
  /** Columns to leave out. Default: none. */
  readonly exclude?: readonly string[] | undefined;
  /** Text files and Excel: whether the first record holds names. Default: found, by what stands below it. */
  readonly header?: boolean | undefined;
  /** Text files: one character between fields. Default: a tab in `.tsv`, else whichever of `,`, `;`, tab and `|` cuts the first lines alike. */
  readonly delimiter?: string | undefined;
  /** Text files: an encoding such as `utf-16le` or `latin1`. Default: found. */
  readonly encoding?: string | undefined;
  /** NPZ: the array to read. Default: `X`, or the only one with two axes. */
  readonly array?: string | undefined;
  /** Excel: the sheet's name, or its number from 1. Default: the first. */
  readonly sheet?: string | number | undefined;
  /** SQLite: the table. Default: the only one. */
  readonly table?: string | undefined;
  /** Rows of each piece that `streamRows` yields. Default 4096. */
  readonly chunkRows?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}
