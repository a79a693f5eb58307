/** The error that readers and writers of data throw. */

/** Where and what {@link DataError} reports. */
export interface DataErrorDetails {
  /** The file, as the caller named it. */
  readonly path?: string | undefined;
  /** Counted from 1 as a person counts in the file: the line of a text file, header included; the row of an array. */
  readonly row?: number | undefined;
  /** A column's name. */
  readonly column?: string | undefined;
  readonly expected: string;
  readonly found: string;
  /** What to do about it: one sentence without its full stop. */
  readonly fix?: string | undefined;
  readonly cause?: unknown;
}

/** Data or a file that cannot be read or written as asked. The message says what was expected, found, and what to do. */
export class DataError extends Error {
  override readonly name = "DataError";
  readonly path: string | undefined;
  readonly row: number | undefined;
  readonly column: string | undefined;

  constructor({ path, row, column, expected, found, fix, cause }: DataErrorDetails) {
    const place = [path, row && `row ${row}`, column !== undefined && `column ${JSON.stringify(column)}`];
    const where = place.filter(Boolean).join(", ");
    super(`${where && `${where}: `}expected ${expected}, found ${found}.${fix ? ` ${fix}.` : ""}`, { cause });
    this.path = path;
    this.row = row;
    this.column = column;
  }
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "no permission",
  EPERM: "no permission",
  EISDIR: "a folder",
  ENOTDIR: "a file where a folder should be",
  EROFS: "a read-only file system",
  ENOSPC: "no space left on the disk",
  EDQUOT: "no disk quota left",
  EFBIG: "a file larger than allowed here",
  EMFILE: "too many open files",
};

/** True of errors that the operating system raised, such as a full disk. */
export const isSystemError = (error: unknown): error is Error & { readonly code?: string } =>
  error instanceof Error && "syscall" in error && typeof error.syscall === "string";

/** Puts an operating system's error into words a person can act on; other errors pass unchanged. */
export const describeSystemError = (error: unknown, path: string, expected: string, fix?: string): unknown =>
  isSystemError(error)
    ? new DataError({ path, expected, found: systemErrors[error.code ?? ""] ?? error.message, fix, cause: error })
    : error;
