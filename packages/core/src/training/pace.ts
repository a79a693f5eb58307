/** How far training is at each step, as a share of the whole: by the number of steps, or by the clock. */
import { ArgumentError } from "../errors.ts";

/**
 * The share of training done after each of some steps, in rising order. Between them it rises evenly, from (0, 0) on.
 * Where the time was up early, the last step stands twice: with the share that the schedule had reached, and with 1.
 * A training by the clock records it. It repeats that training without a clock.
 */
export type Pace = readonly (readonly [step: number, share: number])[];

/** A time at which training ends, instead of a number of steps. */
export interface Deadline {
  /** The time, in milliseconds of `now`. */
  readonly at: number;
  /** The clock, in milliseconds, default `performance.now`. */
  readonly now?: () => number;
  /**
   * Milliseconds to leave for what follows the last step, default 0. Asked for again on the way, with the milliseconds
   * that a step took last.
   */
  readonly reserve?: (stepTime: number) => number;
}

/** The course of a training. */
export interface Course {
  /** Decides how training goes on after `step` steps, where that is not decided. Called before every block. */
  plan(step: number): void;
  /** The step up to which all is decided. */
  planned(): number;
  /** Whether no step is left after `step` steps. */
  ended(step: number): boolean;
  /** Notes that a block of `steps` steps is done. It began with the last call of `plan`. */
  note(steps: number): void;
  /** The clock, in milliseconds. */
  now(): number;
  /** Milliseconds since the first block; Infinity for a course without a clock. */
  elapsed(): number;
  /** The share of training done after `step` steps, which are decided, in [0, 1]. */
  share(step: number): number;
  /** How many steps there are in all, as it looks after `step` steps. */
  steps(step: number): number;
  /** What repeats this course, where a number of steps does not. */
  pace(): Pace | undefined;
}

/** @throws ArgumentError unless steps rise, and shares rise within [0, 1] */
export const checkPace = (name: string, pace: Pace): void => {
  if (!Array.isArray(pace) || pace.length === 0)
    throw new ArgumentError(
      `${name} pace: expected a list of [step, share], found ${pace?.length === 0 ? "[]" : pace}`,
    );
  for (const [i, point] of pace.entries()) {
    const [step, share] = Array.isArray(point) ? (point as unknown as number[]) : [];
    const [before, least] = pace[i - 1] ?? [0, 0];
    const endsEarly = i > 0 && i === pace.length - 1 && step === before && share === 1;
    if (!(Number.isInteger(step) && (step! > before || endsEarly) && share! >= least && share! <= 1))
      throw new ArgumentError(
        `${name} pace: expected steps that rise and shares that rise within [0, 1], found [${point}] after [${before}, ${least}]`,
      );
  }
};

/** The share after `step` steps. */
export const shareOfPace = (pace: Pace, step: number): number => {
  const end = pace.at(-1);
  if (end && step >= end[0]) return end[1];
  let [low, high] = [0, pace.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pace[middle]![0] < step) low = middle + 1;
    else high = middle;
  }
  const [to, last] = pace[low] ?? [step, 0];
  const [from, first] = pace[low - 1] ?? [0, 0];
  return step === to ? last : first + ((last - first) * (step - from)) / (to - from);
};

/** A course of a fixed number of steps. */
export const courseOfSteps = (steps: number): Course => ({
  plan: () => {},
  planned: () => steps,
  ended: (step) => step >= steps,
  note: () => {},
  now: () => performance.now(),
  elapsed: () => Number.POSITIVE_INFINITY,
  share: (step) => step / steps,
  steps: () => steps,
  pace: () => undefined,
});

/** The course that a pace repeats. */
export const courseOfPace = (pace: Pace): Course => {
  const steps = pace.at(-1)![0];
  return { ...courseOfSteps(steps), share: (step) => shareOfPace(pace, step), pace: () => pace };
};

// Decisions in a whole training: enough to follow a machine whose speed changes, few enough to keep a record of.
const decisions = 500;
/** Milliseconds that any block takes; some clocks are coarse. */
const leastBlock = 0.01;

/**
 * A course that ends at a time. Before some blocks it is decided how far they go, from the time that is left and how
 * long the last blocks took. The schedule that is left is spread evenly over the time that is left. The first block
 * leaves the schedule at its start, as nothing is known yet. The last decision ends at share 1, less than a block before
 * the deadline. Where steps became slower and no other block would end in time, training ends after the block that is done.
 * @param block steps per block
 * @param before the pace so far of a training that is resumed
 */
export const courseInTime = (
  { at, now = () => performance.now(), reserve = () => 0 }: Deadline,
  block: number,
  before: Pace = [],
): Course => {
  const pace = [...before];
  const last = (): readonly [number, number] => pace.at(-1) ?? [0, 0];
  const left = (stepTime: number): number => at - reserve(stepTime) - now();
  let begun: number | undefined;
  let done = 0;
  let blockBegun = 0;
  let inBlocks = 0;
  let stepsDone = 0;
  /** Since the last decision. */
  let recent = { steps: 0, milliseconds: 0 };
  /** Milliseconds of a step in the last blocks. */
  let perStep: number | undefined;
  let blocksBefore = 1;
  /** Milliseconds between blocks for each step, averaged over all blocks, as previews are rare. */
  const between = (time: number): number => Math.max(0, time - begun! - inBlocks) / stepsDone;
  const blockTime = (stepTime: number): number => Math.max(leastBlock, block * (stepTime + between(now())));

  const decide = (step: number): void => {
    const [end, share] = last();
    if (step < end || (share === 1 && step === end)) return;
    const next = (blocks: number): number => (Math.floor(step / block) + blocks) * block;
    if (recent.steps > 0) perStep = recent.milliseconds / recent.steps;
    recent = { steps: 0, milliseconds: 0 };
    const room = left(perStep ?? 0);
    if (perStep === undefined) {
      pace.push([next(1), room > 0 ? share : 1]);
      return;
    }
    const perBlock = blockTime(perStep);
    const blocksLeft = Math.max(0, room / perBlock);
    // A block that seemed short may have been an exception.
    const blocks = Math.max(1, Math.min(2 * blocksBefore, Math.round((at - begun!) / decisions / perBlock)));
    blocksBefore = blocks;
    if (blocksLeft < blocks + 1) pace.push([next(Math.max(1, Math.floor(blocksLeft))), 1]);
    else pace.push([next(blocks), share + ((1 - share) * blocks) / blocksLeft]);
  };

  return {
    plan: (step) => {
      begun ??= now();
      decide(step);
      done = step;
      blockBegun = now();
    },
    planned: () => last()[0],
    ended: (step) => last()[1] === 1 && step >= last()[0],
    note: (steps) => {
      const milliseconds = now() - blockBegun;
      inBlocks += milliseconds;
      stepsDone += steps;
      recent = { steps: recent.steps + steps, milliseconds: recent.milliseconds + milliseconds };
      done += steps;
      const [end, share] = last();
      const stepTime = milliseconds / steps;
      if (done === end && share < 1 && left(stepTime) < blockTime(stepTime)) pace.push([end, 1]);
    },
    now,
    elapsed: () => (begun === undefined ? 0 : now() - begun),
    share: (step) => shareOfPace(pace, step),
    steps: (step) => {
      const [end, share] = last();
      if (share === 1) return end;
      const stepTime = perStep ?? inBlocks / stepsDone;
      const mean = stepTime + between(now());
      const more = mean > 0 ? Math.floor(left(stepTime) / mean) : 0;
      return Math.max(step + 1, end, step + more);
    },
    pace: () => [...pace],
  };
};
