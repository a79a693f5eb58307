/** Errors of runs on disk and of the command. Errors of data, recipes and the mathematics come from the packages below. */

/** A checkpoint that is missing, damaged or of another network. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/** A run folder that is missing, not a run, or in the way. */
export class RunError extends Error {
  override readonly name = "RunError";
}

/** A command line that asks for something that cannot be done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A check of `scorefield verify` that failed. */
export class VerificationError extends Error {
  override readonly name = "VerificationError";
}
