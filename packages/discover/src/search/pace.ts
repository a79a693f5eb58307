/** Pauses of long searches, so that they can be aborted and pages stay alive. */

/** Milliseconds between pauses. */
const interval = 50;

export interface Pace {
  /** Lets other work go on if it is time, and reports how much is done. */
  turn(done: number, total: number): Promise<void>;
}

/** @param signal aborts at the next turn, with its reason */
export const pace = (
  signal: AbortSignal | undefined,
  onProgress?: ((done: number, total: number) => void) | undefined,
): Pace => {
  signal?.throwIfAborted();
  let last = performance.now();
  return {
    turn: async (done, total) => {
      if (performance.now() - last < interval) return;
      onProgress?.(done, total);
      await new Promise<void>((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
      last = performance.now();
    },
  };
};
