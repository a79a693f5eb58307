/** Work in progress, to be waited for before what it needs is freed. */
export interface InFlight {
  /** What `work` returns. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Settles once all work that was begun has. */
  settled(): Promise<void>;
}

export const inFlight = (): InFlight => {
  const running = new Set<Promise<unknown>>();
  return {
    during: async (work) => {
      const run = work();
      running.add(run);
      try {
        return await run;
      } finally {
        running.delete(run);
      }
    },
    settled: async () => void (await Promise.allSettled(running)),
  };
};
