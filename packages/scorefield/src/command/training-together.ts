/** Trains a run over a queue while the user watches. */
import { grouped } from "../figure/grouped.ts";
import { openStore } from "../job/open-store.ts";
import type { TogetherOptions } from "../job/together-options.ts";
import type { TogetherEvent } from "../job/train-in-rounds.ts";
import { trainTogether } from "../job/train-together.ts";
import { fixedNumber } from "../report/number-text.ts";
import type { PreparedRun } from "../run/prepared-run.ts";
import { Interrupted } from "./interrupt.ts";
import type { Output } from "./output.ts";
import { progress } from "./progress.ts";
import { type QueueFlags, queueOf, type StoreFlags, storeOf } from "./queue-options.ts";
import { finished, type Trained, writeLossPage } from "./training.ts";

/** Options of a training over a queue. */
export interface TogetherFlags extends QueueFlags, StoreFlags {
  readonly places?: number;
  readonly every?: number;
  readonly synchronous?: boolean;
  readonly roundDeadline?: number;
}

/** A training over machines: what it came to, and the bytes that it moved. */
export interface TrainedTogether extends Trained {
  readonly rounds: number;
  readonly traffic: TogetherEvent["traffic"];
}

/** The least held-out loss so far. */
const leastOf = (before: Trained["leastHeldOut"], step: number, loss: number): NonNullable<Trained["leastHeldOut"]> =>
  before === undefined || loss < before.loss ? { step, loss } : before;

/** Who does how much, in words. */
const whoText = ({ contributions, missing, stale }: TogetherEvent): string[] => {
  const workers = new Set(contributions.map(({ worker }) => worker)).size;
  return [
    `${workers} ${workers === 1 ? "worker" : "workers"}`,
    ...(missing.length > 0 ? [`${missing.length} missing`] : []),
    ...(stale.length > 0 ? [`${stale.length} too late`] : []),
  ];
};

/**
 * Trains on the workers of a queue to the end, or until the signal is aborted: the rounds before it are saved.
 * @param remark says what is worth saying of a round
 * @throws Interrupted when stopped, saying how to resume
 */
const watched = async (
  run: PreparedRun,
  options: TogetherOptions & { readonly signal: AbortSignal },
  remark: (text: string) => void,
): Promise<TrainedTogether> => {
  const { signal } = options;
  const steps = run.data.recipe.training.steps!;
  let step = run.checkpoint?.step ?? 0;
  const line = progress("training", steps, { start: step });
  const begun = performance.now();
  let last: Pick<Trained, "loss" | "heldOutLoss" | "leastHeldOut"> = {};
  let rounds = 0;
  let traffic = { up: 0, down: 0 };
  let words: string[] = [];
  const onRemark = (text: string): void => {
    line.clear();
    remark(text);
  };
  try {
    for await (const event of trainTogether(run, {
      ...options,
      onRemark,
      onProgress: (now) => line.update(now, words),
    })) {
      const { loss, heldOutLoss, missing, stale } = event;
      step = event.step;
      rounds += 1;
      traffic = { up: traffic.up + event.traffic.up, down: traffic.down + event.traffic.down };
      last = {
        ...last,
        loss,
        ...(heldOutLoss !== undefined && { heldOutLoss, leastHeldOut: leastOf(last.leastHeldOut, step, heldOutLoss) }),
      };
      words = [
        `loss ${fixedNumber(loss)}`,
        ...(last.heldOutLoss === undefined ? [] : [`held out ${fixedNumber(last.heldOutLoss)}`]),
        ...whoText(event),
      ];
      line.update(step, words);
      for (const { place, why } of missing)
        remark(`round ${event.round + 1} closed without place ${place + 1}: ${why}`);
      for (const { round, place, worker } of stale)
        remark(`place ${place + 1} of round ${round + 1} came too late from ${worker}, and was left out`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    if (step > 0) await writeLossPage(run.path);
    throw new Interrupted(
      step > 0
        ? `stopped after step ${grouped(step)} of ${grouped(steps)}, saved; continue with: scorefield train ${run.path} --resume --queue ...`
        : "stopped before the first round was done; nothing is saved",
    );
  } finally {
    line.end();
  }
  const lossCurve = step > 0 ? await writeLossPage(run.path) : undefined;
  return { ...(await finished(run, { step, ...last, losses: [] }, { signal, begun, lossCurve })), rounds, traffic };
};

/** Trains a run on the workers of the queue that options name. @throws UsageError; Interrupted when stopped */
export const trainOverQueue = async (
  run: PreparedRun,
  flags: TogetherFlags,
  { out, signal }: { readonly out: Output; readonly signal: AbortSignal },
): Promise<TrainedTogether> => {
  const { places, every, synchronous, roundDeadline: deadline } = flags;
  const place = storeOf(flags);
  const queue = await queueOf(flags, out);
  try {
    const store = await openStore(place);
    const given = Object.fromEntries(
      Object.entries({ places, every, synchronous, deadline }).filter(([, value]) => value !== undefined),
    );
    out.remark("work is in the queue; workers do it: scorefield worker --queue ... --store ...");
    return await watched(run, { queue, store, signal, ...given }, (text) => out.remark(text));
  } finally {
    await queue.close();
  }
};
