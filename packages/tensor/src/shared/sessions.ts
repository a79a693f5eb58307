/** Sessions of shared functions: each is traced and loaded once for all that is compiled with them. */
import { checkOptions, type Known } from "../check/options.ts";
import { showValue } from "../check/show-value.ts";
import { RuntimeError } from "../errors.ts";
import { type TakeCall, takingCalls } from "../graph/calls.ts";
import { type Graph, topologicalOrder } from "../graph/graph.ts";
import type { ElementType, NdArray } from "../ndarray.ts";
import { cast, constantOperation } from "../operation/source.ts";
import { defaultRuntime } from "../runtime/default.ts";
import type { Runtime, Session } from "../runtime/runtime.ts";
import type { Traced } from "../trace.ts";
import { inFlight } from "./in-flight.ts";
import { loadProgram } from "./program.ts";
import { type CallOperation, call, callOperation } from "./shared-call.ts";
import { argumentsOf, signatureOf, type TracedCall, traceCall } from "./trace-call.ts";

/** Where functions marked with `shared` are loaded: each of them once for every set of argument types. */
export interface SharedSessions {
  /** Runs them, and all that is compiled with them. */
  readonly runtime: Runtime;
  /** For `compile`: makes a call of a shared function a node of the graph. */
  readonly take: TakeCall;
  /** For `compile`: a run that may call shared functions. */
  during<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Frees them once the runs before it have settled. What was compiled with them rejects further calls. */
  dispose(): Promise<void>;
}

/** A shared function for arguments of certain types. */
interface Entry extends Pick<TracedCall, "results" | "unflatten"> {
  readonly operation: CallOperation;
}

/** Settings of {@link sharedSessions}. */
export interface SharedSessionsOptions {
  /** Where to run. Default as for `compile`. */
  readonly runtime?: Runtime | undefined;
  /**
   * Functions with fewer bytes of constants are inlined. Each call of a session, with what is cut off before and after
   * it, takes 0.1 ms more. Copies of small constants cost little. Default 1 MiB; 0 inlines none.
   */
  readonly leastBytes?: number;
}

const known = { runtime: true, leastBytes: true } satisfies Known<SharedSessionsOptions>;

const constantBytes = ({ outputs }: Graph): number =>
  topologicalOrder(outputs)
    .filter(({ operation }) => operation === constantOperation)
    .reduce((sum, { attributes }) => sum + (attributes as NdArray<ElementType>).data.byteLength, 0);

/**
 * Sessions for functions marked with `shared`, for `compile(f, specs, { sessions })`. A function is loaded when the first
 * compiled function that calls it is, and freed by `dispose` alone.
 * @throws RuntimeError for bad options
 */
export const sharedSessions = (options: SharedSessionsOptions = {}): SharedSessions => {
  checkOptions("sharedSessions", options, known);
  const { runtime = defaultRuntime(), leastBytes = 2 ** 20 } = options;
  if (!(leastBytes >= 0))
    throw new RuntimeError(`sharedSessions: expected leastBytes of at least 0, found ${showValue(leastBytes)}`);
  const entries = new Map<unknown, Map<string, Entry | "inlined">>();
  const loading = new Set<Promise<Session>>();
  const runs = inFlight();
  let disposed = false;
  const checkAlive = (name: string): void => {
    if (disposed) throw new RuntimeError(`${name}: its shared sessions were disposed`);
  };

  const loader = (traced: Traced): (() => Promise<Session>) => {
    let graph: Traced | undefined = traced;
    let session: Promise<Session> | undefined;
    return () => {
      if (session) return session;
      const begun = loadProgram(runtime, graph!);
      session = begun;
      loading.add(begun);
      begun.then(
        // The session holds the constants now.
        () => (graph = undefined),
        () => {
          session = undefined;
          loading.delete(begun);
        },
      );
      return begun;
    };
  };

  const take: TakeCall = (f, name, args) => {
    checkAlive(name);
    const variants = entries.get(f) ?? new Map<string, Entry | "inlined">();
    entries.set(f, variants);
    const signature = signatureOf(args);
    let entry = variants.get(signature);
    if (!entry) {
      // Calls inside of it are calls of sessions, too.
      const { traced, ...rest } = takingCalls(take, () => traceCall(f, name, args));
      entry =
        constantBytes(traced.graph) < leastBytes
          ? "inlined"
          : { ...rest, operation: callOperation(name, traced.graph.outputs, loader(traced)) };
      variants.set(signature, entry);
    }
    if (entry === "inlined") return f(...(args as never[]));
    const { operation, results, unflatten } = entry;
    const values = call(operation, argumentsOf(args), results.length);
    return unflatten(values.map((value, i) => cast(value, results[i]!.dtype)));
  };

  return {
    runtime,
    take,
    during: async (name, run) => {
      checkAlive(name);
      return runs.during(run);
    },
    dispose: async () => {
      if (disposed) return;
      disposed = true;
      await runs.settled();
      for (const session of loading) await (await session.catch(() => undefined))?.dispose();
      entries.clear();
    },
  };
};
