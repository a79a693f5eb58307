/** An operator that is linear as a matrix: for closed forms in few dimensions. */
import { ArgumentError } from "@scorefield/core";
import { compile, ndarray, type Runtime, sizeOf } from "@scorefield/tensor";
import type { Operator } from "./operator.ts";

// 4096 x 4096 numbers of float64 are 128 MB.
const most = 4096;

/**
 * The matrix of an operator, row-major [m, d] with the numbers of y down and those of x across: what it makes of the unit vectors.
 * @param operator linear, which is not checked
 * @throws ArgumentError where it is applied to samples of more than 4096 numbers
 */
export const operatorMatrix = async (
  owner: string,
  { input, output, apply }: Operator,
  runtime?: Runtime,
): Promise<Float64Array> => {
  const [d, m] = [sizeOf(input), sizeOf(output)];
  if (d > most)
    throw new ArgumentError(`${owner}: expected samples of at most ${most} numbers for a closed form, found ${d}`);
  const unit = new Float64Array(d * d);
  for (let i = 0; i < d; i++) unit[i * d + i] = 1;
  const compiled = await compile((x) => apply(x), [{ shape: [d, ...input], dtype: "float64" }], {
    runtime,
    name: owner,
  });
  try {
    const { data } = await compiled(ndarray(unit, [d, ...input]));
    const matrix = new Float64Array(m * d);
    for (let j = 0; j < d; j++) for (let i = 0; i < m; i++) matrix[i * d + j] = Number(data[j * m + i]);
    return matrix;
  } finally {
    await compiled.dispose();
  }
};
