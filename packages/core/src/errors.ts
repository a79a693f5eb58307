/** Typed errors of the mathematics: each says what was expected, what was found and what to do. */

/** A number or option outside the range a function is defined for. */
export class ArgumentError extends Error {
  override readonly name: string = "ArgumentError";
}

/** Training cannot go on, for example because the loss is no longer finite. */
export class TrainingError extends Error {
  override readonly name = "TrainingError";
}

/** Sampling failed, for example because a sample is not finite. */
export class SamplingError extends Error {
  override readonly name = "SamplingError";
}

/** A recipe that names a kind or a setting that does not exist, or a value that the setting does not take. */
export class RecipeError extends ArgumentError {
  override readonly name = "RecipeError";
}
