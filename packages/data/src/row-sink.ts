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
  readonly columns?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly header?: boolean | undefined;
  readonly delimiter?: string | undefined;
  readonly encoding?: string | undefined;
  readonly array?: string | undefined;
  readonly sheet?: string | number | undefined;
  readonly table?: string | undefined;
  readonly chunkRows?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}
