/** How long a run trains: a number of steps, or until a time, of which some is reserved for the other work of a run. */
import type { Checkpoint, Deadline, Pace, TrainEvent } from "@scorefield/core";
import { shareOfPace } from "@scorefield/core/internal";
import type { Recipe } from "../recipe/resolve.ts";

/** The share of the time that pictures may take; there are fewer where all would take more. */
const pictureShare = 0.1;
/** The share that the last picture may take: it is drawn even where others are not. */
const lastPictureShare = 0.25;
/** The share of the time that learning the density ratio may take. */
export const refinementShare = 0.3;
/** Milliseconds for the page of the losses and the end of the process. */
const closing = 500;
/** Bytes that are written in a millisecond, until one knows. */
const writing = 1e5;

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
 * @param bytes of a checkpoint
 * @param refinement evaluations of the network and milliseconds of trees for the density ratio that is learnt afterwards
 */
export const runLength = (
  { steps, minutes, pace, batch }: Recipe["training"],
  {
    begun,
    checkpoint,
    picture,
    bytes,
    refinement,
  }: {
    begun: number;
    checkpoint?: Checkpoint | undefined;
    picture: number;
    bytes: number;
    refinement?: { readonly evaluations: number; readonly treesTime: number } | undefined;
  },
): RunLength => {
  const done = shareDone({ steps, pace }, checkpoint);
  const total = 60_000 * (minutes ?? 0) * (1 - done);
  const last = new Map<Extra, number>();
  let drawing = 0;
  // A training step evaluates the network about three times: forwards, and twice as much backwards.
  const pictureTime = (stepTime: number): number => last.get("picture") ?? (picture * stepTime) / (3 * batch);
  const drawsLast = (stepTime: number): boolean => pictureTime(stepTime) <= lastPictureShare * total;
  const refinementTime = (stepTime: number): number =>
    refinement
      ? Math.min(refinementShare * total, (refinement.evaluations * stepTime) / (3 * batch) + refinement.treesTime)
      : 0;
  const reserve = (stepTime: number): number =>
    closing +
    refinementTime(stepTime) +
    (drawsLast(stepTime) ? pictureTime(stepTime) : 0) +
    (last.get("saving") ?? bytes / writing) +
    (last.get("averages") ?? 0);

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
    mayDraw: ({ share, stepsPerSecond }) => {
      if (minutes === undefined) return true;
      const stepTime = 1000 / stepsPerSecond;
      return share === 1 ? drawsLast(stepTime) : drawing + 2 * pictureTime(stepTime) <= pictureShare * total;
    },
  };
};
