/** How long the next step is, from the error of the last. */

/** Settings of step size control. */
export interface Controller {
  /** Length of the first step, as a share of the way. */
  readonly firstStep: number;
  /** The factor below 1 that keeps the next step from just failing. */
  readonly safety: number;
  /** The next step is as long as error^-proportional allows. */
  readonly proportional: number;
  /** ... times the error before to this power: 0 for a controller without memory. */
  readonly integral: number;
  /** The least and greatest factor from a step to the next. */
  readonly shrink: number;
  readonly grow: number;
  /** The greatest factor from a step that succeeds right after one that failed. Default 1. */
  readonly growAfterFailure?: number;
  /**
   * Smaller errors count as this one. They only say that a step was far too short, and in float32 they may be rounding.
   * So a step that seems exact does not make the next step endless. Default 0.01.
   */
  readonly leastError?: number;
  /** The shortest step, below which a sample is given up, and the longest. Defaults 0 and no limit. */
  readonly shortest?: number;
  readonly longest?: number;
}

/** The length of a sample's next step, and what is kept to find the one after. */
export interface StepControl {
  readonly step: number;
  /** Error of the last accepted step. */
  readonly lastError: number;
  readonly failed: boolean;
}

/**
 * step' = step min(grow, max(shrink, safety error^-proportional lastError^integral)), the controller of Gustafsson 1991
 * (Hairer & Wanner 1996, section IV.2, equation 2.43c). After a failed attempt the last factor is left out, and the
 * next step grows by `growAfterFailure` at most.
 * @param error in units of the tolerance. At most 1 is a success. NaN is a failure
 */
export const nextStep = (
  { safety, proportional, integral, shrink, grow, growAfterFailure = 1, leastError = 1e-2 }: Controller,
  { step, lastError, failed }: StepControl,
  error: number,
): StepControl => {
  const bounded = Math.max(error, leastError);
  if (!(error <= 1))
    return {
      step:
        step * (Number.isFinite(error) ? Math.min(0.9, Math.max(shrink, safety * bounded ** -proportional)) : shrink),
      lastError,
      failed: true,
    };
  const factor = safety * bounded ** -proportional * lastError ** integral;
  return {
    step: step * Math.min(failed ? growAfterFailure : grow, Math.max(shrink, factor)),
    lastError: error > leastError ? error : 1,
    failed: false,
  };
};

/**
 * The longest of the lengths 2^(k / 8) that is at most a thousandth longer than this. Errors differ by rounding from
 * one shape of batch to another. If step lengths did too, a sample drawn in a batch and the same sample drawn alone
 * would end at different places, by as much as the tolerance allows. With a few lengths both take the same length,
 * unless an error is within its rounding of where the next length begins. Of samples of a small network in float32, 70
 * % differed by more than rounding at a tolerance of 1e-3, the most by 5e-2. With a few lengths none of 2,048 did, and
 * five at 1e-5, by up to 2e-4.
 */
export const roundedStep = (step: number): number => 2 ** (Math.floor(8 * Math.log2(step) + slack) / 8);

/** In units of a length's place among the others: a step of one of these lengths keeps it, rounded though times are. */
const slack = 1e-2;
