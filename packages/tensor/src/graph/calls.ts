/** What becomes of calls of shared functions while a function is traced. */

import type { Tree } from "../tree.ts";
import type { Tensor } from "./tensor.ts";

/** Takes the call of a shared function: its results are tensors that stand for the results of the call. */
export type TakeCall = (f: (...args: never[]) => Tree<Tensor>, name: string, args: readonly unknown[]) => Tree<Tensor>;

let current: TakeCall | undefined;

/** What `build` returns. Calls of shared functions in it go to `take`, or are inlined without `take`. */
export const takingCalls = <T>(take: TakeCall | undefined, build: () => T): T => {
  const outer = current;
  current = take;
  try {
    return build();
  } finally {
    current = outer;
  }
};

/** What `build` returns, with all calls inlined: a derivative needs what is inside of them. */
export const inliningCalls = <T>(build: () => T): T => takingCalls(undefined, build);

/** Who takes calls now, if anybody. */
export const callTaker = (): TakeCall | undefined => current;
