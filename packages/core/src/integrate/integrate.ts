/**
 * The loop of every solver that chooses the length of its steps. Samples go through slots, each in its own steps. What
 * is solved and by which method is a {@link Method}; how long steps are a {@link Controller}. Neither is known here.
 */
import { type Controller, nextStep, roundedStep, type StepControl } from "./step-control.ts";

/** A quantity that rises or falls with time, in which the length of a step is measured. */
export interface Clock {
  /** Its value at a time. */
  at(t: number): number;
  /** The time at which it has a value. */
  timeOf(value: number): number;
}

/** A sample and the slot that it is in. */
export interface Placed {
  readonly slot: number;
  readonly sample: number;
}

/** A method that tries steps of the states in all slots at once. Lists of times have an entry for each slot. */
export interface Method {
  /** Takes up samples at the start of the way. Other slots stay as they are. */
  begin(fresh: readonly Placed[], at: Float64Array): Promise<void>;
  /**
   * Tries a step of every active slot, in the others from a time to the same one.
   * @returns the error of each slot, in units of what is allowed: at most 1 is good enough to go on from
   */
  attempt(from: Float64Array, to: Float64Array, active: readonly Placed[]): Promise<ArrayLike<number>>;
  /** Goes on from the states that the last attempt proposed in these slots. In the others nothing has happened. */
  accept(slots: readonly Placed[]): void;
  /** Keeps the state of a sample that is at the end, after a number of attempts. Its slot is free then. */
  finish?(placed: Placed, attempts: number): void;
}

/** Why a sample is given up: too many steps, a step too short, or an error that is not finite in fixed steps. */
export type GivenUp = "steps" | "step" | "error";

/** What is solved, for which samples, along which way. */
export interface Integration {
  readonly method: Method;
  /** How many samples, and how many are under way at once. A slot whose sample is done takes up the next one. */
  readonly count: number;
  readonly slots: number;
  /** The times at both ends, in either order. */
  readonly from: number;
  readonly to: number;
  /** Default time itself. */
  readonly clock?: Clock;
  /** Rounds a time to the element type of the method. Default: no rounding. */
  readonly round?: (t: number) => number;
  /** How long steps are, or a number of equal ones, for any error. */
  readonly control: Controller | number;
  /** Attempts after which a sample is given up. Default no limit. */
  readonly mostSteps?: number;
  /** The error to throw where a sample is given up, at a time. */
  readonly error: (reason: GivenUp, sample: number, t: number) => Error;
  readonly signal?: AbortSignal | undefined;
}

/** How far samples are, before an attempt or after the last. Not valid after the next attempt. */
export interface Progress {
  /** Attempts so far. */
  readonly attempt: number;
  /** Samples that have not reached the end. */
  readonly left: number;
  /** The time in each slot. */
  readonly at: Float64Array;
}

const ownClock: Clock = { at: (t) => t, timeOf: (value) => value };

/**
 * Solves from one end of the way to the other. Every slot has its own step length, one of a few ({@link roundedStep}),
 * except the first and the last. A slow sample holds up nothing while others wait for a slot.
 * @yields before each attempt, and after the last
 * @throws what `error` gives; the signal's reason when aborted
 */
export async function* integrate(problem: Integration): AsyncGenerator<Progress, void> {
  const { method, count, slots, from, to, clock = ownClock, round = Number, control, signal } = problem;
  const { mostSteps = Number.POSITIVE_INFINITY } = problem;
  const [first, last] = [clock.at(from), clock.at(to)];
  const way = Math.abs(last - first);
  const [sense, direction] = [Math.sign(to - from), Math.sign(last - first)];
  const fixed = typeof control === "number";
  const start = fixed ? way / control : Math.min(1, control.firstStep) * way;

  const at = new Float64Array(slots).fill(round(from));
  const next = at.slice();
  const value = new Float64Array(slots).fill(first);
  const attempts = new Int32Array(slots);
  const controls: StepControl[] = [];
  const free = Array.from({ length: slots }, (_, slot) => slot);
  let active: readonly Placed[] = [];
  let waiting = 0;

  /** Puts the next samples into free slots. */
  const refill = (): Placed[] => {
    const fresh = free.splice(0, count - waiting).map((slot) => ({ slot, sample: waiting++ }));
    for (const { slot } of fresh) {
      at[slot] = next[slot] = round(from);
      value[slot] = first;
      attempts[slot] = 0;
      controls[slot] = { step: start, lastError: 1, failed: false };
    }
    return fresh;
  };

  /** The length of a slot's next step. */
  const lengthOf = (slot: number): number => {
    const { step } = controls[slot]!;
    if (fixed || attempts[slot] === 0) return step;
    return Math.min(roundedStep(step), control.longest ?? Number.POSITIVE_INFINITY);
  };

  for (let attempt = 0; ; attempt++) {
    const fresh = refill();
    active = [...active, ...fresh];
    if (fresh.length > 0) await method.begin(fresh, at);
    yield { attempt, left: active.length + count - waiting, at };
    if (active.length === 0) return;
    signal?.throwIfAborted();
    for (const { slot, sample } of active) {
      const length = lengthOf(slot);
      // What would be left by a hair is taken along.
      next[slot] =
        Math.abs(last - value[slot]!) - length <= 1e-3 * length
          ? round(to)
          : round(clock.timeOf(value[slot]! + direction * length));
      const tooShort = !((next[slot]! - at[slot]!) * sense > 0) || (!fixed && length < (control.shortest ?? 0));
      const tooMany = attempts[slot]! >= mostSteps;
      if (tooMany || tooShort) throw problem.error(tooMany ? "steps" : "step", sample, at[slot]!);
    }
    const errors = await method.attempt(at, next, active);
    const accepted: Placed[] = [];
    for (const placed of active) {
      const { slot, sample } = placed;
      const error = Number(errors[slot]);
      attempts[slot]!++;
      if (fixed) {
        if (!Number.isFinite(error)) throw problem.error("error", sample, at[slot]!);
      } else {
        // The last step is shorter than it may be.
        const step = Math.min(controls[slot]!.step, Math.abs(clock.at(next[slot]!) - value[slot]!));
        controls[slot] = nextStep(control, { ...controls[slot]!, step }, error);
      }
      if (fixed || error <= 1) accepted.push(placed);
    }
    method.accept(accepted);
    for (const placed of accepted) {
      const { slot } = placed;
      at[slot] = next[slot]!;
      value[slot] = clock.at(next[slot]!);
      if (at[slot] !== round(to)) continue;
      method.finish?.(placed, attempts[slot]!);
      free.push(slot);
    }
    active = active.filter(({ slot }) => at[slot] !== round(to));
  }
}
