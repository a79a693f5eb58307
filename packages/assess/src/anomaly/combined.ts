/** Several scores of the same rows as one. */
import { ArgumentError } from "@scorefield/core";
import { checkArray, checkMade } from "@scorefield/core/internal";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";

/** Scores of rows by one detector, and its scores of reference rows such as training rows. */
export interface ScoresOfDetector {
  /** [n] */
  readonly scores: NdArray;
  /** [m], m > 1, of rows that it was not made of, or each compared with the others */
  readonly reference: NdArray;
}

/**
 * The mean over detectors of their scores, each in standard deviations of its scores of reference rows from their mean. Detectors
 * on different scales count alike, and one that sees more of an anomaly than of any reference row outweighs others.
 * @returns [n]
 * @throws ShapeError for scores of different numbers of rows; ArgumentError for a reference without spread
 */
export const combinedScores = (detectors: readonly ScoresOfDetector[]): NdArray<"float64"> => {
  checkMade("combinedScores detectors", detectors, ["length", "map"], "a list of { scores, reference }");
  for (const detector of detectors)
    checkMade("combinedScores detector", detector, ["scores", "reference"], "{ scores, reference }");
  for (const { scores, reference } of detectors)
    for (const array of [scores, reference]) checkArray("combinedScores", array);
  const n = detectors[0]?.scores.data.length ?? 0;
  const sum = new Float64Array(n);
  for (const { scores, reference } of detectors) {
    const known = Float64Array.from(reference.data as Float64Array, Number);
    if (scores.shape.length !== 1 || scores.data.length !== n || known.length < 2)
      throw new ShapeError(
        `combinedScores: expected scores [${n}] and a reference [m] of at least 2, found [${scores.shape}] and [${reference.shape}]`,
      );
    const mean = known.reduce((total, value) => total + value, 0) / known.length;
    const variance = known.reduce((total, value) => total + (value - mean) ** 2, 0) / (known.length - 1);
    if (!(variance > 0 && Number.isFinite(variance)))
      throw new ArgumentError(`combinedScores: expected a reference with spread, found a variance of ${variance}`);
    for (let i = 0; i < n; i++) sum[i]! += (Number(scores.data[i]) - mean) / Math.sqrt(variance) / detectors.length;
  }
  return ndarray(sum);
};
