/** Typed errors of the mathematics: each says what was expected, what was found and what to do. */

/** A number or option outside the range a function is defined for. */
export class ArgumentError extends Error {
  override readonly name: string = "ArgumentError";
}

/** Training that cannot go on, such as a loss that is no longer finite. */
export class TrainingError extends Error {
  override readonly name = "TrainingError";
}

/** Sampling whose result cannot be used. */
export class SamplingError extends Error {
  override readonly name = "SamplingError";
}

/** A recipe that names a kind or a setting that does not exist, or a value that the setting does not take. */
export class RecipeError extends ArgumentError {
  override readonly name = "RecipeError";
}
