/** What a person who waits for work would not see: attempts that fail, and that nobody works any more. */
import type { Clock } from "./clock.ts";
import type { JobFacts } from "./job-queue.ts";

/** How many failures are said one by one. */
const shown = 4;
/** Milliseconds until it is said that nobody works. */
const idle = 60_000;

/**
 * Says trouble, once.
 * @returns a function that takes the facts of the work, again and again
 */
export const sayTrouble = ({ clock, say }: { readonly clock: Clock; readonly say: (text: string) => void }) => {
  const failures = new Set<string>();
  let workedAt = clock.now();
  let doneBefore = 0;
  let saidIdle = false;
  return (facts: readonly JobFacts[]): void => {
    for (const { id, state, what, error } of facts) {
      const failure = `${id} ${error}`;
      if (state !== "delayed" || error === undefined || failures.has(failure)) continue;
      failures.add(failure);
      if (failures.size <= shown) say(`${what}: failed, and is tried again: ${error}`);
      else if (failures.size === shown + 1)
        say("more attempts failed, which are not listed here; see scorefield jobs list");
    }
    const done = facts.filter(({ state }) => state === "done").length;
    if (done !== doneBefore || facts.some(({ state }) => state === "active")) {
      workedAt = clock.now();
      doneBefore = done;
      saidIdle = false;
    }
    const left = facts.filter(({ state }) => state === "waiting" || state === "delayed").length;
    if (saidIdle || left === 0 || clock.now() - workedAt < idle) return;
    saidIdle = true;
    say(
      `nobody has worked on it for ${idle / 1000} s, and ${left} ${left === 1 ? "piece waits" : "pieces wait"}; see what the workers say, or start one`,
    );
  };
};
