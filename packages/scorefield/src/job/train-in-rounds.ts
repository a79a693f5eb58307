/** Trains a run on many machines: rounds of work over a queue, and a folder behind them. */
import { dividedTraining, evenMarks } from "@scorefield/core/internal";
import { type Recipe, recipeParts } from "../recipe/resolve.ts";
import { dropAveragesAfter, keepAverages } from "../run/average-snapshots.ts";
import { writeCheckpoint } from "../run/checkpoint.ts";
import { keepData, makeRunFolder, removeTemporaries } from "../run/folder.ts";
import { lockRun } from "../run/lock.ts";
import { openMetrics } from "../run/metrics.ts";
import { type PreparedRun, trainedLayoutOf, trainOptions } from "../run/prepared-run.ts";
import { writeRecord } from "../run/record-file.ts";
import { layoutOf } from "../run/run-model.ts";
import { countedStore, type Traffic, trafficOf } from "./counted-store.ts";
import { keepProject } from "./project.ts";
import { queueNews } from "./queue-news.ts";
import { type TogetherOptions, togetherSettings } from "./together-options.ts";
import { apartRound, togetherRound } from "./together-rounds.ts";
import { type RoundRecord, readTogether, type TogetherState, writeTogether } from "./together-state.ts";

/** News of a training over machines, one event per round. */
export interface TogetherEvent extends RoundRecord {
  /** Steps done, out of `steps`. */
  readonly step: number;
  readonly steps: number;
  /** Mean training loss of the round. */
  readonly loss: number;
  /** The loss of the averaged parameters on held-out data, where it was taken: about 20 times, the end among them. */
  readonly heldOutLoss?: number;
  readonly learningRate: number;
  readonly samplesPerSecond: number;
  /** The path of the checkpoint. */
  readonly saved: string;
}

/** Rounds after which nobody waits for a late result any more. */
const lateRounds = 10;
const looks = 20;

/** Trains in rounds: see {@link "./train-together.ts"}. */
export async function* trainInRounds(run: PreparedRun, options: TogetherOptions): AsyncGenerator<TogetherEvent, void> {
  const settings = togetherSettings(run, options);
  const { queue, places, every, synchronous, deadline, outer, lookEvery, clock, code, signal, onProgress, onRemark } =
    settings;
  const { path, data, fresh } = run;
  const { steps, keepCheckpoints, average } = data.recipe.training as Recipe["training"] & { readonly steps: number };
  const store = countedStore(options.store);
  const parts = recipeParts(data.recipe);
  const layout = trainedLayoutOf(run.record, parts);
  const training = await dividedTraining(trainOptions(data, parts));
  // Before the folder is made: a store that cannot be written leaves nothing behind. Data that came through a pipe are kept by the run first.
  const early = fresh && fresh.keptData === undefined ? await keepProject(run, store) : undefined;
  const unlock = fresh ? await makeRunFolder(path, fresh) : await lockRun(path);
  const ended = new AbortController();
  let metrics: Awaited<ReturnType<typeof openMetrics>> | undefined;
  try {
    await removeTemporaries(path);
    if (fresh?.keptData !== undefined) await keepData(path, fresh.keptData);
    await writeRecord(path, run.record);
    const averages = 1 + (training.initial.otherAverages?.length ?? 0);
    const stored = fresh ? undefined : await readTogether(path, { size: layout.size, averages });
    const { checkpoint } = run;
    // A machine that went on alone is further.
    const own = stored && stored.record.step >= (checkpoint?.step ?? 0) ? stored : undefined;
    let state: TogetherState = own?.state ?? checkpoint?.state ?? training.initial;
    let step = own?.record.step ?? checkpoint?.step ?? 0;
    const save = (): Promise<string> =>
      writeCheckpoint(path, { step, average: state.average, training: { step, state } }, layout, {
        keep: keepCheckpoints,
      });
    if (own && step > (checkpoint?.step ?? 0)) await save();
    // A run may go on with another store than it began with.
    const before = stored?.record.project;
    const kept = before && (await store.has(before)) ? before : early;
    const project = kept ?? (await keepProject(run, store));
    const rounds: RoundRecord[] = [...(stored?.record.rounds ?? [])].filter(({ to }) => to <= step);
    metrics = await openMetrics(path, step);
    await dropAveragesAfter(path, step);

    const shares = new Map<string, number>();
    let progressOf: (share: number) => void = () => {};
    const news = queueNews(queue, ended.signal);
    news.listen(({ id, state, share }) => {
      if (share !== undefined) shares.set(id, share);
      if (state === "done") shares.set(id, 1);
      progressOf([...shares.values()].reduce((sum, one) => sum + one, 0) / places);
    });

    const late = new Map(
      rounds
        .slice(-lateRounds)
        .flatMap(({ round, missing }) => missing.map((one) => [one.work, { round, place: one.place }])),
    );
    const staleNow = async (round: number): Promise<RoundRecord["stale"]> => {
      const found: RoundRecord["stale"] = [];
      for (const [id, missed] of late) {
        const receipt = await store.receipt(id).catch(() => undefined);
        if (receipt) found.push({ ...missed, worker: receipt.worker });
        if (receipt || missed.round < round - lateRounds) late.delete(id);
      }
      return found;
    };
    const lookDue = evenMarks(looks, step, steps);
    const shared = {
      queue,
      store,
      title: `train ${path}`,
      patience: 1000 * deadline,
      clock,
      lookEvery,
      news,
      signal,
      say: onRemark ?? (() => {}),
      training,
      project,
      code,
      places,
      outer,
    };
    while (step < steps) {
      signal.throwIfAborted();
      const begun = clock.now();
      const before = store.traffic();
      const round = {
        round: (rounds.at(-1)?.round ?? -1) + 1,
        from: step,
        to: Math.min(steps, step - (step % every) + every),
      };
      shares.clear();
      progressOf = (share) => synchronous || onProgress?.(round.from + share * (round.to - round.from));
      const { state: next, ...found } = await (synchronous ? togetherRound : apartRound)(state, round, shared);
      const stale = await staleNow(round.round);
      const missing = found.missing.map(({ work, id, why }) => ({ place: work.place, work: id, why }));
      for (const { place, work } of missing) late.set(work, { round: round.round, place });
      state = next;
      step = round.to;
      const after = store.traffic();
      const mine: Traffic = { up: after.up - before.up, down: after.down - before.down };
      const record: RoundRecord = {
        ...round,
        contributions: found.contributions,
        missing,
        stale,
        traffic: trafficOf([mine, found.traffic]),
      };
      rounds.push(record);
      const samples = record.contributions.reduce((sum, one) => sum + one.samples, 0);
      const loss = record.contributions.reduce((sum, one) => sum + (one.loss * one.samples) / samples, 0);
      const heldOutLoss = lookDue(step) || step === steps ? await training.heldOutLoss(state.average) : undefined;
      const line = {
        step,
        loss,
        ...(heldOutLoss !== undefined && { heldOutLoss }),
        gradientNorm: found.gradientNorm,
        learningRate: training.learningRate(step - 1),
        samplesPerSecond: samples / Math.max(1e-3, (clock.now() - begun) / 1000),
      };
      await metrics.add(line);
      await metrics.flush();
      await writeTogether(path, { format: "scorefield-together-1", project, step, rounds }, state);
      if (average && average.snapshots > 0) {
        const vectors = [state.average, ...(state.otherAverages ?? [])];
        const byWidth = new Map(average.widths.map((width, k) => [width, vectors[k]!]));
        await keepAverages(path, step, byWidth, layoutOf(run.record, parts.network), average.snapshots);
      }
      const saved = await save();
      const { gradientNorm: _, ...told } = line;
      onProgress?.(step);
      yield { ...record, ...told, steps, saved };
    }
  } finally {
    ended.abort();
    await metrics?.close();
    await training.dispose();
    await unlock();
  }
}
