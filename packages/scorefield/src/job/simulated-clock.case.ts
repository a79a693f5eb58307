/** A clock that stands still until told, for schedules that are the same whenever they run. */
import type { Clock } from "./clock.ts";

/** A simulated clock. */
export interface SimulatedClock extends Clock {
  /** Lets time pass, to the next who sleeps, and on, until `ended` or for so many milliseconds. @returns whether it ended */
  run(milliseconds: number, ended?: () => boolean): Promise<boolean>;
}

/** All that can go on without time does so: promises that are settled call those who wait. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A clock at 0. */
export const simulatedClock = (): SimulatedClock => {
  let [time, order] = [0, 0];
  const sleepers: { at: number; order: number; wake: () => void }[] = [];
  return {
    now: () => time,
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const stop = (): void => {
          sleepers.splice(sleepers.indexOf(sleeper), 1);
          resolve();
        };
        const wake = (): void => {
          signal?.removeEventListener("abort", stop);
          resolve();
        };
        const sleeper = { at: time + Math.max(0, milliseconds), order: order++, wake };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", stop);
      }),
    run: async (milliseconds, ended = () => false) => {
      const until = time + milliseconds;
      for (;;) {
        await quiet();
        if (ended()) return true;
        let next = -1;
        for (const [i, sleeper] of sleepers.entries()) {
          const best = sleepers[next];
          if (!best || sleeper.at < best.at || (sleeper.at === best.at && sleeper.order < best.order)) next = i;
        }
        const [sleeper] = next < 0 || sleepers[next]!.at > until ? [] : sleepers.splice(next, 1);
        if (!sleeper) {
          time = until;
          await quiet();
          return ended();
        }
        time = sleeper.at;
        sleeper.wake();
      }
    },
  };
};
