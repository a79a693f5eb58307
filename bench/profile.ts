/** Where the time of a compiled step goes, operation by operation, by the runtime's own profile. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NdArray, Runtime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import * as ort from "onnxruntime-node";
import { execute, harmfulOptimisers } from "../packages/tensor/src/runtime/execute.ts";
import type { Step } from "./steps.ts";

/** What one kind of operation took in a step. */
export interface Share {
  readonly operation: string;
  readonly milliseconds: number;
  readonly nodes: number;
}

interface Event {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly op_name: string; readonly node_index: string; readonly provider?: string };
}

/**
 * Calls a step made for a profiling runtime `calls` times and adds up, by operation, the least time of every node.
 * The runtime executes in this thread, which it blocks; nothing else differs from the native one.
 */
export const profile = async (make: (runtime: Runtime) => Promise<Step>, calls = 4): Promise<Share[]> => {
  const folder = await mkdtemp(join(tmpdir(), "scorefield-profile-"));
  const target = native();
  let session: ort.InferenceSession | undefined;
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
      session = made;
      return {
        run: (inputs: readonly NdArray[]) => execute(made, inputs, ort.Tensor),
        dispose: () => made.release(),
      };
    },
    dispose: () => target.dispose(),
  };
  try {
    const step = await make(runtime);
    for (let i = 0; i < calls; i++) await step.run();
    session!.endProfiling();
    await step.dispose();
    const [file] = await (await import("node:fs/promises")).readdir(folder);
    const events = JSON.parse(await readFile(join(folder, file!), "utf8")) as Event[];
    const least = new Map<string, Event>();
    for (const event of events) {
      if (event.cat !== "Node" || !event.name.endsWith("_kernel_time")) continue;
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
