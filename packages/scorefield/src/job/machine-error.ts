/** Errors of a machine, not of the work that it does. */
import { JobError } from "./job-error.ts";

/** A disk that is full, read-only or broken, files that may not be written, and too few handles or too little memory. */
const codes = new Set([
  "EACCES",
  "EDQUOT",
  "EFBIG",
  "EIO",
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ENOSPC",
  "EPERM",
  "EROFS",
  "ERR_MEMORY_ALLOCATION_FAILED",
]);

/** Whether an error, or what caused it, is one of the system's. */
const isOfMachine = (error: unknown): boolean =>
  error instanceof Error && (codes.has((error as NodeJS.ErrnoException).code ?? "") || isOfMachine(error.cause));

/**
 * An error after which another machine may succeed, where it was this machine's: a worker reads and writes nothing but its own folder and
 * the store. Others pass unchanged.
 */
export const orOfMachine = (error: unknown): unknown =>
  isOfMachine(error) && !(error instanceof JobError)
    ? new JobError((error as Error).message, { again: true, cause: error })
    : error;
