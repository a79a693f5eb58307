/** How far draws are from the measurement, beside how far the noise alone takes it. */
import { compile, type FloatType, type NdArray, type Runtime, type Shape, sizeOf } from "@scorefield/tensor";
import type { Noise } from "../noise/noise.ts";
import { atOnce } from "../operator/apply-operator.ts";
import type { Operator } from "../operator/operator.ts";
import { rowsFrom } from "./draw-rows.ts";

/** A misfit, in units of the measurement. */
export interface Misfit {
  /** Root mean square of y - A(x), over draws and numbers of y. */
  readonly found: number;
  /**
   * What it is when nothing but noise is left: root mean square of the noise at A(x). Infinite for noise without a variance. Much more
   * says that draws do not explain the measurement; much less, that they explain its noise too.
   */
  readonly allowed: number;
  /** The misfit of each draw. */
  readonly ofDraws: Float64Array;
}

/** The misfit of draws of one measurement, compiled for a number of them. */
export const compileMisfit = async (
  operator: Operator,
  noise: Noise,
  {
    draws: n,
    dtype,
    runtime,
  }: { readonly draws: number; readonly dtype: FloatType; readonly runtime: Runtime | undefined },
) => {
  const shape = operator.input;
  const measured: Shape = [1, ...operator.output];
  const rows = Math.min(n, atOnce(Math.max(sizeOf(shape), sizeOf(measured))));
  const compiled = await compile(
    (x, seen) => {
      const z = operator.apply(x);
      return { square: z.subtract(seen).square().reshape([rows, -1]).mean(1), allowed: noise.variance(z) };
    },
    [
      { shape: [rows, ...shape], dtype },
      { shape: measured, dtype },
    ],
    { runtime, name: "misfit" },
  );
  return {
    /** @param y [1, ...operator.output] @param draws [n, ...operator.input] */
    of: async (y: NdArray<FloatType>, draws: NdArray<FloatType>): Promise<Misfit> => {
      const squares = new Float64Array(n);
      let allowed = 0;
      for (let from = 0; from < n; from += rows) {
        const first = Math.min(from, n - rows);
        const found = await compiled(rowsFrom(draws, first, rows) as NdArray, y as NdArray);
        for (let i = from - first; i < rows; i++) {
          squares[first + i] = Number(found.square.data[i]);
          allowed += Number(found.allowed.data[i]);
        }
      }
      return {
        found: Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / n),
        allowed: Math.sqrt(allowed / n),
        ofDraws: squares.map(Math.sqrt),
      };
    },
    dispose: () => compiled.dispose(),
  };
};
