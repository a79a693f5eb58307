import { compile, type NdArray, type Runtime, type Tensor } from "@scorefield/tensor";

/** Compiles and runs a function of one array. */
export const runOnce = async (f: (x: Tensor) => Tensor, x: NdArray, runtime: Runtime): Promise<NdArray> => {
  const compiled = await compile((v: Tensor) => ({ y: f(v) }), [{ shape: x.shape, dtype: x.dtype }], { runtime });
  try {
    return (await compiled(x as never)).y as NdArray;
  } finally {
    await compiled.dispose();
  }
};
