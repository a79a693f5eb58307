/** The commands whose work may be done in parts by workers of a queue. Each is loaded when it is needed. */
import type { Command } from "commander";
import type { ShardWork } from "../job/work.ts";
import type { WorkContext } from "./work-context.ts";

/** What adds a command to a program, and its work. */
interface ShardCommand {
  readonly add: (program: Command) => void;
  readonly run: (path: string, flags: never, context: WorkContext) => Promise<void>;
}

export const shardCommands: Readonly<Record<ShardWork["command"], () => Promise<ShardCommand>>> = {
  sample: async () => {
    const { addSample: add, runSample: run } = await import("./sample.ts");
    return { add, run };
  },
  likelihood: async () => {
    const { addLikelihood: add, runLikelihood: run } = await import("./likelihood.ts");
    return { add, run };
  },
  anomaly: async () => {
    const { addAnomaly: add, runAnomaly: run } = await import("./anomaly.ts");
    return { add, run };
  },
  restore: async () => {
    const { addRestore: add, runRestore: run } = await import("./restore.ts");
    return { add, run };
  },
};
