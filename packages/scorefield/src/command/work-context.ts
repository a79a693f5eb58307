/** What the work of a command needs around it, at a terminal or on a worker of a queue. */
import type { KeptSteps } from "@scorefield/core";
import { loadDrawn, loadRun } from "../run/load.ts";
import { interruptible } from "./interrupt.ts";
import { type Output, output } from "./output.ts";
import { type Progress, progress } from "./progress.ts";
import { rangeOf } from "./shard-option.ts";

/** Around the work of a command: how it is stopped, how runs are loaded, and where its words go. */
export interface WorkContext {
  readonly signal: AbortSignal;
  /** Whether a part has a receipt beside it. A queue keeps its own. */
  readonly receipts: boolean;
  /** Keeps compiled samplers for the next part; left out where there is none. */
  readonly keep?: KeptSteps;
  /** Which things of the whole belong to the part. */
  readonly range: typeof rangeOf;
  readonly loadRun: typeof loadRun;
  readonly loadDrawn: typeof loadDrawn;
  /** @param taken whether a file goes to standard output */
  output(flags: { readonly json?: boolean }, taken?: boolean): Output;
  /** A line that tells how far a part of the work is. */
  progress(title: string, total: number): Pick<Progress, "update" | "end">;
}

/** The context of a command at a terminal. */
export const atTerminal = (signal: AbortSignal): WorkContext => ({
  signal,
  receipts: true,
  range: rangeOf,
  loadRun,
  loadDrawn,
  output,
  progress,
});

/** The action of a command: its work at a terminal, which Ctrl-C stops. */
export const terminalAction =
  <F>(work: (path: string, flags: F, context: WorkContext) => Promise<void>) =>
  (path: string, flags: F): Promise<void> =>
    interruptible((signal) => work(path, flags, atTerminal(signal)), "stopping (Ctrl-C again quits at once)");
