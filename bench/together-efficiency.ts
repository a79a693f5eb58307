/**
 * How much of two cores a training on two workers uses, by the clock: two processes of one thread each, over a real Redis server, against one
 * process of one thread, at the same number of samples.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { redisQueue } from "@scorefield/queue";
import { startFleet } from "../packages/queue/src/testing/fleet.ts";
import { startRedis } from "../packages/queue/src/testing/redis-server.ts";
import { trainRun } from "../packages/scorefield/src/index.ts";
import { folderStore } from "../packages/scorefield/src/job/folder-store.ts";
import { trainTogether } from "../packages/scorefield/src/job/train-together.ts";
import type { PreparedRun } from "../packages/scorefield/src/run/prepared-run.ts";
import { spent } from "./harness.ts";

/** What a training took, by the clock and to the step that is given. */
interface Taken {
  readonly seconds: number;
  /** Of the steps after the first round alone: what is compiled, and data that are read, are before. */
  readonly later: number;
  /** Of the processor, which other work on the machine hardly changes. */
  readonly processor: number;
  readonly heldOutLoss: number;
}

const workers = 2;
const seconds = (since: number): number => (performance.now() - since) / 1000;

const alone = async (run: PreparedRun, first: number): Promise<Taken> => {
  const [begun, own] = [performance.now(), spent()];
  let [after, heldOutLoss] = [Number.NaN, Number.NaN];
  for await (const event of trainRun(run)) {
    if (event.step >= first && Number.isNaN(after)) after = performance.now();
    heldOutLoss = event.heldOutLoss ?? heldOutLoss;
  }
  return { seconds: seconds(begun), later: seconds(after), processor: (spent() - own) / 1000, heldOutLoss };
};

/**
 * Prints the efficiency: the time of one process, by twice the time of two workers. 1 would be twice as fast.
 * @param newRun makes a run of so many steps of so many samples
 */
export const efficiency = async (
  newRun: (name: string, training: { readonly steps: number; readonly batch: number }) => Promise<PreparedRun>,
  {
    steps,
    batch,
    every,
    folder,
  }: { readonly steps: number; readonly batch: number; readonly every: number; readonly folder: string },
): Promise<void> => {
  const server = await startRedis(["--appendfsync", "everysec"]);
  const place = join(folder, "efficiency-store");
  mkdirSync(place);
  const queue = await redisQueue(server.url);
  const one = await alone(await newRun("alone", { steps, batch }), every);
  console.log(
    `one process:  ${steps} steps of ${batch}: ${one.seconds.toFixed(1)} s, ${one.processor.toFixed(1)} s of the processor, held-out loss ${one.heldOutLoss.toFixed(4)}`,
  );
  const fleet = startFleet(workers, ["--queue", server.url, "--store", place, "--threads", "1"]);
  // Places have the batch of one process each, in half the steps; or half its batch, in as many.
  for (const [name, training] of [
    ["each place has the batch", { steps: steps / workers, batch: batch * workers }],
    ["the batch is cut", { steps, batch }],
  ] as const) {
    const [begun, own, theirs] = [performance.now(), spent(), fleet.seconds()];
    let [after, heldOutLoss] = [Number.NaN, Number.NaN];
    const run = await newRun(name, training);
    const busy: number[] = [];
    for await (const event of trainTogether(run, { queue, store: folderStore(place), places: workers, every })) {
      if (Number.isNaN(after)) after = performance.now();
      else busy.push(...event.contributions.map((one) => one.seconds));
      heldOutLoss = event.heldOutLoss ?? heldOutLoss;
    }
    const two: Taken = {
      seconds: seconds(begun),
      later: seconds(after),
      processor: (spent() - own) / 1000 + fleet.seconds() - theirs,
      heldOutLoss,
    };
    // Of what comes after the first round there are as many samples less as it has.
    const share = (of: number, from: number): number => of / (1 - from);
    const oneAll = share(one.later, every / steps);
    const twoAll = share(two.later, every / training.steps);
    console.log(
      `two workers, ${name}: ${training.steps} steps of ${training.batch}, rounds of ${every}: ${two.seconds.toFixed(1)} s, ${two.processor.toFixed(1)} s of the processor, held-out loss ${two.heldOutLoss.toFixed(4)}; ` +
        `efficiency ${(one.seconds / workers / two.seconds).toFixed(2)}, after the first round ${(oneAll / workers / twoAll).toFixed(2)}; ` +
        `places work for ${((100 * busy.reduce((sum, one) => sum + one, 0)) / workers / two.later).toFixed(0)} % of that time`,
    );
  }
  await fleet.close();
  await queue.close();
  await server.close();
};
