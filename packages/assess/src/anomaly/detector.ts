/** An anomaly detector: it scores how unlike the data a row is. */

import type { KindRecipe } from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";

/** Scores rows by how unlike the data they are. */
export interface AnomalyDetector {
  /** Its name and settings, as plain JSON. */
  readonly recipe: KindRecipe;
  /**
   * A score for each row, higher for more anomalous ones. Scores of different detectors are on different scales.
   * @param rows [n, ...shape], scaled as the data that the detector knows
   * @returns [n]
   */
  score(rows: NdArray): Promise<NdArray<"float64">>;
}
