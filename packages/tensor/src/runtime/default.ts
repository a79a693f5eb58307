/** The runtime that compiled functions use when none is named. */
import { isRuntime } from "../check/is-runtime.ts";
import { showValue } from "../check/show-value.ts";
import { RuntimeError } from "../errors.ts";
import type { Runtime } from "./runtime.ts";

let current: Runtime | undefined;

/** Sets the runtime for functions compiled from now on. @throws RuntimeError for a value that is not a runtime */
export const setDefaultRuntime = (runtime: Runtime): void => {
  if (!isRuntime(runtime))
    throw new RuntimeError(`setDefaultRuntime: expected a runtime such as native(), found ${showValue(runtime)}`);
  current = runtime;
};

/** The runtime that was set. @throws RuntimeError when no runtime was set */
export const defaultRuntime = (): Runtime => {
  if (!current)
    throw new RuntimeError(
      'no runtime: pass { runtime } or call setDefaultRuntime, with native() from "@scorefield/tensor/native" or web() from "@scorefield/tensor/web"',
    );
  return current;
};
