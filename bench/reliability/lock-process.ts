/**
 * A process that takes locks when it is asked to. With the argument `hold FOLDER` it takes one, says so and keeps it until
 * it is killed; without, it races as messages of its parent say.
 */
import { closeSync, openSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lockRun } from "../../packages/scorefield/src/run/lock.ts";

/** A race that a parent asks for. */
export interface Race {
  readonly folder: string;
  /** When all begin, in ms of `Date.now()`. */
  readonly at: number;
  /** `once`: one attempt, kept until `release`. `wait`: until it has had the lock, kept for a moment. */
  readonly kind: "once" | "wait";
  readonly holdMilliseconds: number;
}

/** What became of it. */
export interface Raced {
  readonly won: boolean;
  /** Another process had the lock at the same time. */
  readonly shared: boolean;
  readonly refusal?: string;
}

/** Marks the lock as had; false where another has marked it. */
const mark = (folder: string): boolean => {
  try {
    closeSync(openSync(join(folder, "marked"), "wx"));
    return true;
  } catch {
    return false;
  }
};

let release = async (): Promise<void> => {};

const race = async ({ folder, at, kind, holdMilliseconds }: Race): Promise<Raced> => {
  // A timer would let them begin one after the other.
  while (Date.now() < at);
  for (;;) {
    try {
      const unlock = await lockRun(folder);
      const alone = mark(folder);
      release = async () => {
        release = async () => {};
        if (alone) unlinkSync(join(folder, "marked"));
        await unlock();
      };
      if (kind === "wait") {
        await sleep(holdMilliseconds);
        await release();
      }
      return { won: true, shared: !alone };
    } catch (error) {
      const { name, message } = error as Error;
      if (name !== "RunError") throw error;
      if (kind === "once") return { won: false, shared: false, refusal: message };
      await sleep(0);
    }
  }
};

const [mode, folder] = process.argv.slice(2);
if (mode === "hold") {
  await lockRun(folder!).then(
    () => console.log(`held by ${process.pid}`),
    (error) => console.log(String(error)),
  );
  setInterval(() => {}, 1000);
} else {
  process.on("message", async (message: Race | "release") => {
    if (message !== "release") return process.send!(await race(message));
    await release();
    process.send!("released");
  });
  process.send!("ready");
}
