/** Running functions of tensors on arrays that are inputs, or constants of the graph. */
import { compile } from "../compile.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { NdArray } from "../ndarray.ts";
import { constant } from "../operation/source.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Runs a function of nothing else than these arrays; as constants, they are folded where that is possible. */
export const runFolded = async (
  runtime: Runtime,
  f: (...x: Tensor[]) => Tensor[],
  arrays: readonly NdArray[],
  folded: boolean,
): Promise<NdArray[]> => {
  const specs = folded ? [] : arrays.map(({ shape, dtype }) => ({ shape, dtype }));
  const g = folded ? () => f(...arrays.map((array) => constant(array))) : f;
  const compiled = await compile(g as (...x: Tensor[]) => Tensor[], specs as never, { runtime });
  try {
    return await (compiled as unknown as (...x: readonly NdArray[]) => Promise<NdArray[]>)(...(folded ? [] : arrays));
  } finally {
    await compiled.dispose();
  }
};
