/** Running functions of tensors in tests. */
import type { Tensors } from "../differentiate/differentiate.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { NdArray } from "../ndarray.ts";
import { native } from "../runtime/native.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { MapTree } from "../tree.ts";
import { compileFor } from "./compile-for.ts";

let shared: Runtime | undefined;

/** One native runtime for all tests of a file. One thread: several test files run at the same time. */
export const testRuntime = (): Runtime => (shared ??= native({ threads: 1 }));

type Traced<A extends readonly object[]> = { [K in keyof A]: MapTree<A[K], { readonly data: unknown }, Tensor> };

const run = async (f: unknown, args: readonly unknown[]): Promise<unknown> => {
  const compiled = await compileFor(f, args, testRuntime());
  try {
    return await compiled(...args);
  } finally {
    await compiled.dispose();
  }
};

/** Compiles f for these arrays (trees of them), runs it once, and frees it. */
export const evaluate = <const A extends readonly object[], const R extends Tensors>(
  f: (...args: Traced<A>) => R,
  ...args: A
) => run(f, args) as Promise<MapTree<R, Tensor, NdArray>>;
