/** The runtime that compiled functions use when none is named. */
import { RuntimeError } from "../errors.ts";
import type { Runtime } from "./runtime.ts";

let current: Runtime | undefined;

/** Sets the runtime for functions compiled from now on. */
export const setDefaultRuntime = (runtime: Runtime): void => {
  if (typeof runtime?.load !== "function" || typeof runtime.prepare !== "function")
    throw new RuntimeError(
      `setDefaultRuntime: expected a runtime such as native(), found ${runtime === null ? null : typeof runtime}`,
    );
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
