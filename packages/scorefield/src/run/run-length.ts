/** How long a run trains: a number of steps, or until a time, of which some is reserved for the other work of a run. */
import type { Checkpoint, Deadline, Pace, TrainEvent } from "@scorefield/core";
import { shareOfPace } from "@scorefield/core/internal";
import type { Recipe } from "../recipe/resolve.ts";

/** The share of the time that pictures may take; there are fewer where all would take more. The last one is always drawn. */
const pictureShare = 0.1;
/** Milliseconds for the page of the losses and the end of the process. */
const closing = 500;

/** The share of a run's training that a checkpoint has behind it, in [0, 1]. */
export const shareDone = (
  { steps, pace }: Pick<Recipe["training"], "steps" | "pace">,
  checkpoint: Checkpoint | undefined,
): number => {
  if (!checkpoint) return 0;
  if (steps !== undefined) return checkpoint.step / steps;
  return shareOfPace(checkpoint.pace ?? (pace as Pace) ?? [], checkpoint.step);
};

/** What a run does beside its steps. */
type Extra = "picture" | "saving" | "averages";

/** The length of a run, and the time that its work takes. */
export interface RunLength {
  /** For `train`. */
  readonly length: { readonly steps?: number; readonly deadline?: Deadline; readonly pace?: Pace };
  /** Where training begins and ends, in a unit in which even marks fall on the same steps whenever it is stopped. */
  readonly from: number;
  readonly total: number;
  /** Where it is, in that unit. */
  position(event: TrainEvent): number;
  /** Does work, and notes how long it takes. */
  timed<T>(what: Extra, work: () => Promise<T>): Promise<T>;
  /** Whether there is time for a picture. */
  mayDraw(event: TrainEvent): boolean;
}

/**
 * @param begun when the time of the run began, as `performance.now()` says it
 * @param picture evaluations of the network for a picture; 0 where there are no pictures
 */
export const runLength = (
  { steps, minutes, pace }: Recipe["training"],
  { begun, checkpoint, picture }: { begun: number; checkpoint?: Checkpoint | undefined; picture: number },
): RunLength => {
  const done = shareDone({ steps, pace }, checkpoint);
  const total = 60_000 * (minutes ?? 0) * (1 - done);
  const last = new Map<Extra, number>();
  let drawing = 0;
  let samplesPerSecond = 0;
  // A training step evaluates the network about three times: forwards, and twice as much backwards.
  const pictureTime = (): number =>
    last.get("picture") ?? (samplesPerSecond > 0 ? (1000 * picture) / (3 * samplesPerSecond) : 0);
  const reserve = (): number =>
    closing + (picture > 0 ? pictureTime() : 0) + (last.get("saving") ?? 0) + (last.get("averages") ?? 0);

  return {
    length:
      minutes !== undefined
        ? { deadline: { at: begun + total, reserve } }
        : pace
          ? { pace: pace as Pace }
          : { steps: steps! },
    ...(steps === undefined
      ? { from: done, total: 1, position: ({ share }) => share }
      : { from: checkpoint?.step ?? 0, total: steps, position: ({ step }) => step }),
    timed: async (what, work) => {
      const start = performance.now();
      const result = await work();
      // A picture that was not due took no time.
      if (result === undefined && what === "picture") return result;
      const time = performance.now() - start;
      last.set(what, time);
      if (what === "picture") drawing += time;
      return result;
    },
    mayDraw: (event) => {
      samplesPerSecond = event.samplesPerSecond;
      return minutes === undefined || event.share === 1 || drawing + 2 * pictureTime() <= pictureShare * total;
    },
  };
};
