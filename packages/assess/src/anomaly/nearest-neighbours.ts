/** Distances to the nearest rows of the data, and anomalies by them. */

import { ArgumentError } from "@scorefield/core";
import { type Rows, toRowPair, toRows } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { AnomalyDetector } from "./detector.ts";

/**
 * Squared Euclidean distances from each query to its k nearest rows of the data, ascending, [n, k]. All pairs are
 * compared: O(n m d).
 */
export const nearestSquares = (data: Rows, queries: Rows, k: number): Float64Array => {
  const { d } = data;
  const nearest = new Float64Array(queries.n * k).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < queries.n; i++) {
    const row = nearest.subarray(i * k, (i + 1) * k);
    for (let j = 0; j < data.n; j++) {
      let square = 0;
      const furthest = row[k - 1]!;
      for (let c = 0; c < d && square < furthest; c++) {
        const difference = queries.data[i * d + c]! - data.data[j * d + c]!;
        square += difference * difference;
      }
      if (square >= furthest) continue;
      let place = k - 1;
      for (; place > 0 && row[place - 1]! > square; place--) row[place] = row[place - 1]!;
      row[place] = square;
    }
  }
  return nearest;
};

/** @throws ArgumentError unless there are k rows to be near to */
export const checkNeighbours = (name: string, k: number, rows: number): void => {
  if (!(Number.isInteger(k) && k > 0 && k <= rows))
    throw new ArgumentError(`${name}: expected k from 1 to the ${rows} rows of the data, found ${k}`);
};

/** Options of {@link nearestNeighbours}. */
export interface NeighbourOptions {
  /** Neighbours, default 5. */
  readonly k?: number;
  /** The distance to the k-th neighbour (the default), or the mean over all k. */
  readonly distance?: "largest" | "mean";
}

/**
 * Scores by the distance to the nearest rows of the data (Ramaswamy, Rastogi & Shim 2000; the mean: Angiulli & Pizzuti
 * 2002). Rows of the data themselves count as their own nearest neighbour.
 * @param data [m, ...shape], best standardised
 * @throws ShapeError without rows; ArgumentError for values not finite or options out of range
 */
export const nearestNeighbours = (
  data: NdArray,
  { k = 5, distance = "largest" }: NeighbourOptions = {},
): AnomalyDetector => {
  const known = toRows("nearestNeighbours", data);
  checkNeighbours("nearestNeighbours", k, known.n);
  if (distance !== "largest" && distance !== "mean")
    throw new ArgumentError(`nearestNeighbours: expected the distance largest or mean, found ${distance}`);
  return {
    recipe: { kind: "nearest-neighbours", k, distance },
    score: async (rows) => {
      const [, queries] = toRowPair("nearestNeighbours", data, rows);
      const roots = nearestSquares(known, queries, k).map(Math.sqrt);
      const of = (row: Float64Array): number =>
        distance === "largest" ? row[k - 1]! : row.reduce((sum, value) => sum + value, 0) / k;
      return ndarray(Float64Array.from({ length: queries.n }, (_, i) => of(roots.subarray(i * k, (i + 1) * k))));
    },
  };
};
