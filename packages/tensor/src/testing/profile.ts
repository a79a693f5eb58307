/** Where the time of compiled functions goes, operation by operation, by ONNX Runtime's own profile. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import type { NdArray } from "../ndarray.ts";
import { execute, harmfulOptimisers } from "../runtime/execute.ts";
import { native } from "../runtime/native.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** What one kind of operation took. */
export interface Share {
  readonly operation: string;
  readonly milliseconds: number;
  readonly nodes: number;
}

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly op_name: string; readonly node_index: string };
}

/**
 * The time of each operation while `work` compiles for the runtime it is handed and calls what it compiled, once or several
 * times: the least time of every node, added up. The runtime executes in this thread, which it blocks; nothing else differs
 * from the native one.
 */
export const profile = async (work: (runtime: Runtime) => Promise<void>): Promise<Share[]> => {
  const folder = await mkdtemp(join(tmpdir(), "scorefield-profile-"));
  const target = native();
  const runtime: Runtime = {
    name: "profiling",
    prepare: () => {},
    target: (question) => target.target(question),
    load: async (model) => {
      const made = await ort.InferenceSession.create(model, {
        graphOptimizationLevel: "all",
        enableMemPattern: false,
        logSeverityLevel: 4,
        enableProfiling: true,
        profileFilePrefix: join(folder, "profile"),
        extra: {
          session: { force_spinning_stop: "1" },
          optimization: { disable_specified_optimizers: harmfulOptimisers },
        },
      });
      return {
        run: (inputs: readonly NdArray[]) => execute(made, inputs, ort.Tensor),
        dispose: async () => {
          made.endProfiling();
          await made.release();
        },
      };
    },
    dispose: () => target.dispose(),
  };
  try {
    await work(runtime);
    const files = (await readdir(folder)).map((file) => readFile(join(folder, file), "utf8"));
    const events = (await Promise.all(files)).flatMap((text) => JSON.parse(text) as Event[]);
    const least = new Map<string, Event>();
    for (const event of events) {
      // A scan's time is the time of the nodes inside it.
      if (event.cat !== "Node" || !event.name.endsWith("_kernel_time") || event.args.op_name === "Scan") continue;
      const key = `${event.args.node_index} ${event.name}`;
      if (!(event.dur >= (least.get(key)?.dur ?? Number.POSITIVE_INFINITY))) least.set(key, event);
    }
    const shares = new Map<string, Share>();
    for (const { dur, args } of least.values()) {
      const { milliseconds = 0, nodes = 0 } = shares.get(args.op_name) ?? {};
      shares.set(args.op_name, {
        operation: args.op_name,
        milliseconds: milliseconds + dur / 1000,
        nodes: nodes + 1,
      });
    }
    return [...shares.values()].sort((a, b) => b.milliseconds - a.milliseconds);
  } finally {
    await runtime.dispose();
    await rm(folder, { recursive: true });
  }
};
