/** Trains a run while the user watches: what `train` and `demo` share. */
import { join } from "node:path";
import { atomicWrite } from "@scorefield/data";
import { grouped } from "../figure/grouped.ts";
import { recipeParts } from "../recipe/resolve.ts";
import { duration } from "../report/duration.ts";
import { fixedNumber } from "../report/number-text.ts";
import { readRunFacts } from "../report/run-facts.ts";
import { lossPage } from "../run/folder.ts";
import type { PreparedRun } from "../run/prepared-run.ts";
import { refineRun } from "../run/refine-run.ts";
import { readRefinement } from "../run/refinement.ts";
import { refines } from "../run/refinement-work.ts";
import { shareDone } from "../run/run-length.ts";
import { trainRun } from "../run/train-run.ts";
import { Interrupted } from "./interrupt.ts";
import { progress } from "./progress.ts";

/** What a training came to. */
export interface Trained {
  readonly step: number;
  readonly loss?: number;
  readonly heldOutLoss?: number;
  /** The least held-out loss of this session, and its step. */
  readonly leastHeldOut?: { readonly step: number; readonly loss: number };
  /** The loss of every step of this session. */
  readonly losses: { step: number; loss: number }[];
  readonly seconds: number;
  /** The rows that the density ratio was learnt on, and its log-loss: log 2 where trees find no difference. */
  readonly refinement?: { readonly rows: number; readonly loss: number };
  /** The page with the loss curve, where it could be written. */
  readonly lossCurve?: string;
}

const perSecond = (rate: number): string =>
  `${rate >= 1e6 ? `${(rate / 1e6).toFixed(1)}M` : rate >= 1e3 ? `${(rate / 1e3).toFixed(0)}k` : rate.toFixed(0)} samples/s`;

/** Writes the page with the loss curve into the run. The run itself is safe by then, so that a failure is a remark. */
export const writeLossPage = async (run: string): Promise<string | undefined> => {
  const path = join(run, lossPage);
  try {
    const { lossReport } = await import("../report/loss-report.ts");
    await atomicWrite(path, lossReport(await readRunFacts(run)));
    return path;
  } catch (error) {
    process.stderr.write(`the loss curve was not written: ${(error as Error).message}\n`);
    return undefined;
  }
};

/** Learns the density ratio of a trained run, if its recipe asks for it and it has none. @throws Interrupted when stopped */
const refineWatched = async (run: PreparedRun, step: number, signal: AbortSignal): Promise<Trained["refinement"]> => {
  if (!refines(run.data, recipeParts(run.data.recipe)) || (await readRefinement(run.path, step, run.data.table!)))
    return undefined;
  const line = progress("refining", 1000, { percent: true });
  try {
    const found = await refineRun(run, { signal, onProgress: (share) => line.update(1000 * share) });
    return found && { rows: found.rows, loss: found.loss };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Interrupted(
      `stopped before the density ratio was learnt; the trained run is saved and can be used. Learn it with: scorefield train ${run.path} --resume`,
    );
  } finally {
    line.end();
  }
};

/** What follows the last step: the density ratio is learnt. */
export const finished = async (
  run: PreparedRun,
  trained: Omit<Trained, "seconds">,
  { signal, begun, lossCurve }: { signal: AbortSignal; begun: number; lossCurve: string | undefined },
): Promise<Trained> => {
  const refinement = await refineWatched(run, trained.step, signal);
  return {
    ...trained,
    ...(refinement && { refinement }),
    seconds: (performance.now() - begun) / 1000,
    ...(lossCurve !== undefined && { lossCurve }),
  };
};

/**
 * Trains to the end, or until the signal is aborted: the block in flight is then finished and saved.
 * @throws Interrupted when stopped, saying how to resume
 */
export const trainWatched = async (run: PreparedRun, signal: AbortSignal): Promise<Trained> => {
  const { training } = run.data.recipe;
  const { minutes } = training;
  const steps = training.steps ?? training.pace?.at(-1)?.[0];
  const start = run.checkpoint?.step ?? 0;
  let share = shareDone(training, run.checkpoint);
  // By the clock, the number of steps is not known: the share of the time is shown.
  // Of a latent run one line: first the autoencoder, then the model.
  const codecShare = run.data.recipe.latent && !run.latentCodec ? run.data.recipe.latent.share : 0;
  const line =
    steps === undefined || codecShare > 0
      ? progress("training", 1000, { start: 1000 * share, percent: true })
      : progress("training", steps, { start });
  const begun = performance.now();
  const losses: { step: number; loss: number }[] = [];
  let step = start;
  let last: Pick<Trained, "loss" | "heldOutLoss" | "leastHeldOut"> = {};
  // Single losses jump about; this is their mean over about the last 300 steps.
  let smooth: number | undefined;
  try {
    for await (const event of trainRun(run)) {
      if (event.stage === "codec") {
        line.update(1000 * codecShare * event.share, [
          `autoencoder step ${grouped(event.step)}`,
          `loss ${fixedNumber(event.loss)}`,
          perSecond(event.samplesPerSecond),
        ]);
        if (signal.aborted) break;
        continue;
      }
      const count = event.losses.length;
      for (const [k, loss] of event.losses.entries()) losses.push({ step: event.step - count + k + 1, loss });
      const weight = 1 - Math.exp(-count / 300);
      smooth =
        smooth === undefined ? event.loss : smooth + (event.loss - smooth) * Math.max(weight, count / event.step);
      ({ step, share } = event);
      last = { ...last, loss: smooth };
      const { heldOutLoss } = event;
      if (heldOutLoss !== undefined) {
        const least = last.leastHeldOut;
        const lower = least === undefined || heldOutLoss < least.loss;
        last = { ...last, heldOutLoss, leastHeldOut: lower ? { step, loss: heldOutLoss } : least };
      }
      const byShare = steps === undefined || codecShare > 0;
      line.update(byShare ? 1000 * (codecShare + (1 - codecShare) * share) : step, [
        ...(byShare ? [`step ${grouped(step)}`] : []),
        `loss ${fixedNumber(smooth)}`,
        ...(last.heldOutLoss === undefined ? [] : [`held out ${fixedNumber(last.heldOutLoss)}`]),
        perSecond(event.samplesPerSecond),
      ]);
      if (signal.aborted) break;
    }
  } finally {
    line.end();
  }
  const lossCurve = step > 0 ? await writeLossPage(run.path) : undefined;
  if (share < 1)
    throw new Interrupted(
      `stopped at step ${grouped(step)}${steps === undefined ? `, at ${Math.floor(100 * share)} % of ${duration(60 * minutes!)}` : ` of ${grouped(steps)}`}, saved; continue with: scorefield ${run.record.flowMap ? "distil" : "train"} ${run.path} --resume`,
    );
  return finished(run, { step, ...last, losses }, { signal, begun, lossCurve });
};
