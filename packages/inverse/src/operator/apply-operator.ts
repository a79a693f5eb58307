/** An operator on host arrays. */
import {
  compile,
  type FloatType,
  type NdArray,
  type Runtime,
  type Spec,
  sizeOf,
  type Tensor,
  zeros,
} from "@scorefield/tensor";
import type { Operator } from "./operator.ts";

// About a million numbers at once.
const atOnce = (size: number): number => Math.max(1, Math.floor(2 ** 20 / Math.max(1, size)));

/**
 * A(x) of each sample, without noise.
 * @param x [n, ...operator.input], float32 or float64
 * @returns [n, ...operator.output], of the element type of x
 */
export const applyOperator = async <D extends FloatType>(
  operator: Operator,
  x: NdArray<D>,
  runtime?: Runtime,
): Promise<NdArray<D>> => {
  const [n = 0, ...shape] = x.shape;
  const { output } = operator;
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
