/** The error that readers and writers of data throw. */

/** Where and what {@link DataError} reports. */
export interface DataErrorDetails {
  /** The file, as the caller named it. */
  readonly path?: string | undefined;
  /** Counted from 1: the line of a text file, with its header, or the row of an array. */
  readonly row?: number | undefined;
  /** A column's name. */
  readonly column?: string | undefined;
  readonly expected: string;
  readonly found: string;
  /** What to do about it: one sentence without its full stop. */
  readonly fix?: string | undefined;
  readonly cause?: unknown;
}

const longestFound = 2000;

/** What a damaged file holds where a name or a header should be is cut short. */
const shortened = (text: string): string => (text.length > longestFound ? `${text.slice(0, longestFound)}...` : text);

/** Data or a file that cannot be read or written as asked. The message says what was expected, found, and what to do. */
export class DataError extends Error {
  override readonly name = "DataError";
  readonly path: string | undefined;
  readonly row: number | undefined;
  readonly column: string | undefined;
  /** What the message is made of. */
  readonly details: DataErrorDetails;

  constructor(details: DataErrorDetails) {
    const { path, row, column, expected, found, fix, cause } = details;
    const place = [path, row && `row ${row}`, column !== undefined && `column ${JSON.stringify(column)}`];
    const where = place.filter(Boolean).join(", ");
    super(`${where && `${where}: `}expected ${expected}, found ${shortened(found)}.${fix ? ` ${fix}.` : ""}`, {
      cause,
    });
    this.path = path;
    this.row = row;
    this.column = column;
    this.details = details;
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
  ENFILE: "too many open files on this machine",
  ELOOP: "a symbolic link that leads back to itself",
  ENOMEM: "too little memory",
};

const systemFixes: Readonly<Record<string, string>> = {
  EMFILE: "Raise the limit (ulimit -n), or close what this program holds open",
  ENFILE: "Close other programs, or raise the machine's limit",
  ENOMEM: "Close other programs, or raise the limit (ulimit -v)",
};

/** True of errors that the operating system raised, such as a full disk. */
export const isSystemError = (error: unknown): error is Error & { readonly code?: string } =>
  error instanceof Error && "syscall" in error && typeof error.syscall === "string";

// What V8 and zlib say when the system grants no more memory. These errors have no codes.
const memoryMessages = /^(Array buffer allocation failed|Invalid (typed )?array length|Zlib initialization failed)/;

/** True of the errors of an allocation that the system, or the engine, refused. */
const isMemoryError = (error: unknown): boolean =>
  error instanceof Error &&
  (memoryMessages.test(error.message) ||
    ["ERR_MEMORY_ALLOCATION_FAILED", "ERR_BUFFER_TOO_LARGE", "Z_MEM_ERROR", "ERR_FS_FILE_TOO_LARGE"].includes(
      (error as { code?: string }).code ?? "",
    ));

/**
 * Gives an operating system's error, or the error of a refused allocation, a text that says what to do; other errors pass
 * unchanged.
 */
export const describeSystemError = (error: unknown, path: string, expected: string, fix?: string): unknown => {
  if (isSystemError(error)) {
    const code = error.code ?? "";
    const found = systemErrors[code] ?? error.message;
    const fixes = [systemFixes[code], fix].filter((text) => text !== undefined).join(". ");
    return new DataError({ path, expected, found, fix: fixes || undefined, cause: error });
  }
  if (!isMemoryError(error)) return error;
  return new DataError({
    path,
    expected: `${expected} that fits into memory`,
    found: `no memory for it (${(error as Error).message})`,
    fix: fix ?? "Read fewer columns or a smaller file, or give the program more memory (ulimit -v)",
    cause: error,
  });
};
