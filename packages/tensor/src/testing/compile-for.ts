/** Compiling for given arrays, in Node and in browsers. */
import { type Compiled, compile, type FunctionOptions } from "../compile.ts";
import { isNdArray } from "../ndarray.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { SharedSessions } from "../shared/sessions.ts";
import { type Specs, specOf } from "../trace.ts";
import { mapTree } from "../tree.ts";

/** Compiles f for the types of these arrays (trees of them). The types of the trees are not tracked. */
export const compileFor = (
  f: unknown,
  arrays: readonly unknown[],
  runtime: Runtime,
  sessions?: SharedSessions,
): Promise<Compiled<readonly unknown[], unknown>> =>
  (compile as unknown as UntypedCompile)(f, mapTree(arrays, specOf as never, isNdArray) as Specs, {
    runtime,
    sessions,
  });

type UntypedCompile = (
  f: unknown,
  specs: Specs,
  options: FunctionOptions,
) => Promise<Compiled<readonly unknown[], unknown>>;
