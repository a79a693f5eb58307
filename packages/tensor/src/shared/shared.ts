/** Marking a function of tensors, so that many compiled functions can use one loaded copy of it. */
import { checkOptions } from "../check/options.ts";
import { showValue } from "../check/show-value.ts";
import type { Tensors } from "../differentiate/differentiate.ts";
import { callerLocation, TraceError } from "../errors.ts";
import { callTaker } from "../graph/calls.ts";
import { Tensor } from "../graph/tensor.ts";
import { isTensorOrOdd } from "../trace.ts";
import { flattenTree } from "../tree.ts";

/**
 * The same function, marked as shared. Compiled with `sessions`, it becomes one separate session for each set of
 * argument types, with its constants inside. All functions compiled with these sessions call it. Anywhere else, and
 * wherever a derivative is taken, it is part of the function that calls it.
 * @param f takes and returns trees of tensors; an argument may be left out. It must depend on its arguments alone: called
 * again with arguments of the same types, it may not be traced again
 * @param options.name shown in error messages
 * @returns f, which throws TraceError when called with other values than tensors
 * @throws TraceError for a value that is not a function; RuntimeError for bad options
 */
export const shared = <A extends readonly unknown[], R extends Tensors>(
  f: (...args: A) => R,
  options: { readonly name?: string } = {},
): ((...args: A) => R) => {
  if (typeof f !== "function") throw new TraceError(`shared: expected a function of tensors, found ${showValue(f)}`);
  checkOptions("shared", options, { name: true });
  const { name = f.name || "shared function" } = options;
  const marked = (...args: A): R => {
    const { leaves, paths } = flattenTree<unknown>(args, isTensorOrOdd);
    const odd = leaves.findIndex((leaf) => !(leaf instanceof Tensor || leaf === undefined));
    if (odd >= 0) {
      const place = callerLocation();
      throw new TraceError(
        `${name}: expected tensors as arguments, found ${String(leaves[odd])} at ${paths[odd]}; turn numbers into tensors ` +
          `with constant()${place ? ` (${place})` : ""}`,
      );
    }
    const take = callTaker();
    return take ? (take(f as unknown as Parameters<typeof take>[0], name, args) as R) : f(...args);
  };
  return marked;
};
