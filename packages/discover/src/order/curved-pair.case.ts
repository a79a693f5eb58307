/** Rows of the smallest model whose direction shows: x2 = x1^2 + noise, with a child of x2 that sums both up. */
import { normal } from "@scorefield/core";
import type { Observations } from "../graph/observations.ts";

/** c causes a, a causes b, all by curves; names say nothing of the order. */
export const curvedChain = (rows: number, seed: number): Observations => {
  const z = normal([rows, 3], { seed, dtype: "float64" }).data;
  const values = new Float64Array(rows * 3);
  for (let i = 0; i < rows; i++) {
    const c = z[3 * i]!;
    const a = c * c + 0.6 * z[3 * i + 1]!;
    const b = 2 * Math.sin(a) + 0.6 * z[3 * i + 2]!;
    values.set([a, b, c], 3 * i);
  }
  return { names: ["a", "b", "c"], values };
};

/** The same rows with columns in another order and in other units. */
export const rearranged = ({ names, values }: Observations, columns: readonly number[]): Observations => {
  const d = names.length;
  const moved = new Float64Array(values.length);
  for (let i = 0; i < values.length / d; i++)
    for (const [to, from] of columns.entries()) moved[i * d + to] = 4 ** (from + 1) * values[i * d + from]! + 3;
  return { names: columns.map((column) => names[column]!), values: moved };
};
