/** How many things a command works on, as the command itself finds it. */
import { loadDrawn, loadRun } from "../run/load.ts";
import type { WorkContext } from "./work-context.ts";

/** What a command works on. */
export interface Counted {
  readonly count: number;
  /** What they are, such as "rows". */
  readonly things: string;
}

/** Ends a command that has said how many things there are. */
class Found extends Error {
  readonly counted: Counted;
  constructor(counted: Counted) {
    super("counted");
    this.counted = counted;
  }
}

/**
 * Begins a command, up to where it asks which things belong to its part. So what it refuses is refused here, and not first where parts
 * are done.
 * @throws what the command throws before
 */
export const countThings = async <F>(
  work: (path: string, flags: F, context: WorkContext) => Promise<void>,
  path: string,
  flags: F,
  signal: AbortSignal,
): Promise<Counted> => {
  const context: WorkContext = {
    signal,
    receipts: false,
    loadRun,
    loadDrawn,
    range: (count, _, things) => {
      throw new Found({ count, things });
    },
    output: () => ({ json: false, text: () => {}, result: () => {}, remark: () => {} }),
    progress: () => ({ update: () => {}, end: () => {} }),
  };
  try {
    await work(path, flags, context);
  } catch (error) {
    if (error instanceof Found) return error.counted;
    throw error;
  }
  throw new Error("expected a command that asks for its part, found one that ended");
};
