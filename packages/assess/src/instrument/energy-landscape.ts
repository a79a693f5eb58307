/** The energy of a model of two dimensions on a grid, at several times: data for a figure of how noise flattens it. */

import type { Given, GivenValues, ScoreModel } from "@scorefield/core";
import { ArgumentError } from "@scorefield/core";
import { checkMade, checkModel, givenRows } from "@scorefield/core/internal";
import { compile, type NdArray, ndarray, type Runtime, ShapeError, sizeOf, type Tensor } from "@scorefield/tensor";

/** Where {@link energyLandscape} looks. */
export interface LandscapeOptions {
  /** Coordinates of the grid's columns and rows, in units of x_t. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly times: readonly number[];
  /** What the model is conditioned on, by name, such as `{ class: 3 }`: one value for the whole grid. Default nothing. */
  readonly given?: GivenValues;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
}

/**
 * -log p_t, up to a constant for each time where that is all the model knows.
 * @returns [times, y, x] in nats
 * @throws ArgumentError for a model without `logDensity`, or a list of conditions; ShapeError for a model whose samples
 *   are not two numbers
 */
export const energyLandscape = async (model: ScoreModel, options: LandscapeOptions): Promise<NdArray<"float64">> => {
  checkModel("energyLandscape", model);
  checkMade("energyLandscape options", options, ["x", "y", "times"], "options with a grid, x and y, and times");
  const { x, y, times, given, runtime, signal } = options;
  const { logDensity, shape } = model;
  if (!logDensity) throw new ArgumentError("energyLandscape: expected a model with logDensity, found one without");
  if (sizeOf(shape) !== 2) throw new ShapeError(`energyLandscape: expected samples of two numbers, found [${shape}]`);
  const n = x.length * y.length;
  const points = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) points.set([x[i % x.length]!, y[Math.floor(i / x.length)]!], 2 * i);
  const states = ndarray(points, [n, ...shape]);
  const energies = new Float64Array(times.length * n);
  const conditions = givenRows("energyLandscape", model, given, 1, "float64");
  const rows = conditions.rows(new Int32Array(n));
  const compiled = await compile(
    (at: Tensor, t: Tensor, own: Given) => logDensity(at, t, own).negate(),
    [states, { shape: [n], dtype: "float64" }, conditions.specs(n)],
    { runtime, name: "energy" },
  );
  try {
    for (const [k, t] of times.entries()) {
      signal?.throwIfAborted();
      const found = await compiled(states, ndarray(new Float64Array(n).fill(t)), rows);
      energies.set(found.data as Float64Array, k * n);
    }
  } finally {
    await compiled.dispose();
  }
  return ndarray(energies, [times.length, y.length, x.length]);
};
