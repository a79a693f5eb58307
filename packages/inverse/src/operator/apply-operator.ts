/** An operator on host arrays. */
import { checkArray } from "@scorefield/core/internal";
import {
  compile,
  type FloatType,
  type NdArray,
  type Runtime,
  ShapeError,
  type Spec,
  sizeOf,
  type Tensor,
  zeros,
} from "@scorefield/tensor";
import { checkOperator, type Operator } from "./operator.ts";

/** How many samples of a size are computed at once: about a million numbers. */
export const atOnce = (size: number): number => Math.max(1, Math.floor(2 ** 20 / Math.max(1, size)));

/**
 * A(x) of each sample, without noise. With `noise.draw` it simulates measurements.
 * @param x [n, ...operator.input], float32 or float64
 * @returns [n, ...operator.output], of the element type of x
 * @throws ArgumentError for what is not an operator or an array; ShapeError for samples of another shape
 */
export const applyOperator = async <D extends FloatType>(
  operator: Operator,
  x: NdArray<D>,
  runtime?: Runtime,
): Promise<NdArray<D>> => {
  checkOperator("applyOperator", operator);
  checkArray("applyOperator x", x);
  const [n = 0, ...shape] = x.shape;
  const { input, output } = operator;
  if (x.shape.length === 0 || shape.join() !== input.join())
    throw new ShapeError(
      `applyOperator: expected samples [${["n", ...input].join(", ")}] of ${operator.kind}, found [${x.shape.join(", ")}]`,
    );
  const [width, measured] = [sizeOf(shape), sizeOf(output)];
  const result = zeros([n, ...output], x.dtype);
  const rows = Math.min(n, atOnce(Math.max(width, measured)));
  if (rows === 0) return result;
  const spec: Spec = { shape: [rows, ...shape], dtype: x.dtype };
  const compiled = await compile((points: Tensor) => operator.apply(points), [spec], { runtime, name: operator.kind });
  try {
    for (let done = 0; done < n; done += rows) {
      // The last part begins earlier, so that all have one size.
      const from = Math.min(done, n - rows);
      const data = (x.data as Float64Array).slice(from * width, (from + rows) * width);
      const found = await compiled({ ...x, data, shape: [rows, ...shape] } as NdArray);
      (result.data as Float64Array).set(found.data as Float64Array, from * measured);
    }
    return result;
  } finally {
    await compiled.dispose();
  }
};
