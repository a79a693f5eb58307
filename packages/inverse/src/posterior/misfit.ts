/** How far draws are from the measurement, beside how far the noise alone takes it. */
import { compile, type FloatType, type NdArray, type Runtime, type Shape } from "@scorefield/tensor";
import type { Noise } from "../noise/noise.ts";
import type { Operator } from "../operator/operator.ts";

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

// About a million numbers of y at once.
const atOnce = (size: number): number => Math.max(1, Math.floor(2 ** 20 / Math.max(1, size)));

/** @param draws [n, ...operator.input] @param y [...operator.output], or one for each draw [n, ...] */
export const misfitOf = async (
  operator: Operator,
  noise: Noise,
  y: NdArray<FloatType>,
  draws: NdArray<FloatType>,
  runtime?: Runtime,
): Promise<Misfit> => {
  const { dtype } = draws;
  const [n = 0, ...shape] = draws.shape;
  const rows = Math.min(n, atOnce(Math.max(size(shape), size(y.shape))));
  const measured: Shape = [1, ...operator.output];
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
  try {
    const squares = new Float64Array(n);
    let allowed = 0;
    for (let from = 0; from < n; from += rows) {
      const first = Math.min(from, n - rows);
      const part = { ...draws, shape: [rows, ...shape], data: rowsOf(draws, first, rows) } as NdArray;
      const found = await compiled(part, { ...y, shape: measured } as NdArray);
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
  } finally {
    await compiled.dispose();
  }
};

const size = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

const rowsOf = ({ data, shape }: NdArray<FloatType>, first: number, rows: number) => {
  const width = size(shape.slice(1));
  return data.slice(first * width, (first + rows) * width);
};
