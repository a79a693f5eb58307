/** Traced functions, compiled, run once and freed. */
import { compile, type NdArray, ndarray, type Runtime, type Tensor } from "@scorefield/tensor";

/** @param f of one tensor for each array @returns its results on the arrays */
export const evaluate = async (
  f: (...tensors: Tensor[]) => readonly Tensor[],
  arrays: readonly NdArray[],
  runtime: Runtime,
): Promise<NdArray[]> => {
  const compiled = await compile(
    (list: Tensor[]) => [...f(...list)],
    [arrays.map(({ shape, dtype }) => ({ shape, dtype }))],
    {
      runtime,
      name: "check",
    },
  );
  try {
    return await compiled([...arrays]);
  } finally {
    await compiled.dispose();
  }
};

/** Float64 numbers of an array. */
export const numbers = ({ data }: NdArray): Float64Array => Float64Array.from(data as Float64Array);

/** The same number in every row: a time for a batch. */
export const filled = (count: number, value: number): NdArray<"float64"> =>
  ndarray(new Float64Array(count).fill(value));
