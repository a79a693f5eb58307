/** Errors of work on other machines. */

/** Thrown by stores, queues and workers. The message names worker, work and cause, and says what to do. */
export class JobError extends Error {
  override readonly name = "JobError";
  /** Whether another attempt, or another machine, may succeed. */
  readonly again: boolean;
  /** Whether the machine was at fault, as one with a full disk is. */
  readonly ofMachine: boolean;

  constructor(
    message: string,
    {
      again = false,
      ofMachine = false,
      cause,
    }: { readonly again?: boolean; readonly ofMachine?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.again = again;
    this.ofMachine = ofMachine;
  }
}
