/** Functions of tensors in tests. */
import { compile, type NdArray, type Runtime, type Tensor } from "@scorefield/tensor";

/** Runs a function of tensors on arrays once. */
export const evaluated = async (
  f: (...tensors: Tensor[]) => Readonly<Record<string, Tensor>>,
  arrays: readonly NdArray[],
  runtime: Runtime,
): Promise<Readonly<Record<string, NdArray>>> => {
  const run = await compile((list: Tensor[]) => f(...list), [arrays.map(({ shape, dtype }) => ({ shape, dtype }))], {
    runtime,
    name: "test",
  });
  try {
    return await run([...arrays]);
  } finally {
    await run.dispose();
  }
};
