/** Counting what a runtime loads. */
import { isRuntime } from "../check/is-runtime.ts";
import { showValue } from "../check/show-value.ts";
import { RuntimeError } from "../errors.ts";
import type { Runtime } from "./runtime.ts";

/** Sessions of a counted runtime. */
export interface SessionCounts {
  /** Loaded and not yet disposed of. */
  readonly alive: number;
  /** Loaded so far. */
  readonly loaded: number;
  /** The most that were alive at once. */
  readonly most: number;
  /** Bytes of the models of those that are alive and of what stands beside them: mostly weights. */
  readonly bytes: number;
  /** The most bytes that were alive at once. */
  readonly mostBytes: number;
  /** Runs so far. */
  readonly runs: number;
}

/**
 * The same runtime, counting its sessions. Sessions that a runtime loads to test its processor are not counted.
 * @returns the runtime, with `counts` for the numbers up to now
 * @throws RuntimeError for a value that is not a runtime
 */
export const countSessions = (runtime: Runtime): Runtime & { counts(): SessionCounts } => {
  if (!isRuntime(runtime))
    throw new RuntimeError(`countSessions: expected a runtime such as native(), found ${showValue(runtime)}`);
  const counts = { alive: 0, loaded: 0, most: 0, bytes: 0, mostBytes: 0, runs: 0 };
  return {
    ...runtime,
    counts: () => ({ ...counts }),
    load: async (model, externalData = []) => {
      const bytes = externalData.reduce((sum, { data }) => sum + data.byteLength, model.byteLength);
      const session = await runtime.load(model, externalData);
      counts.loaded++;
      counts.alive++;
      counts.bytes += bytes;
      counts.most = Math.max(counts.most, counts.alive);
      counts.mostBytes = Math.max(counts.mostBytes, counts.bytes);
      let disposed = false;
      return {
        run: (inputs) => {
          counts.runs++;
          return session.run(inputs);
        },
        dispose: async () => {
          await session.dispose();
          if (disposed) return;
          disposed = true;
          counts.alive--;
          counts.bytes -= bytes;
        },
      };
    },
  };
};
