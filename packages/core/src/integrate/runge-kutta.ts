/** Explicit Runge-Kutta methods on the host, in float64, as a {@link Method} of the integrator. */
import type { Method, Placed } from "./integrate.ts";
import type { Tableau } from "./tableau.ts";

/** The right-hand side at one state per slot. */
export interface Rates {
  /** dy/du, [slots, size] flattened. */
  readonly slope: Float64Array;
  /** What is integrated along the way besides, [slots, channels] flattened. */
  readonly integrands: Float64Array;
}

/** A step as it was tried in a slot. */
export interface TriedStep {
  /** Where it ends. */
  readonly u: number;
  /** The state and its slope there, and the state's local error, [size] each; not valid after the call. */
  readonly y: Float64Array;
  readonly slope: Float64Array;
  readonly error: Float64Array;
  /** The local error of the integrals, [channels]. */
  readonly integralError: Float64Array;
}

/** A row at the end of its way. */
export interface Solution {
  readonly y: Float64Array;
  /** The integral of each channel. */
  readonly integrals: Float64Array;
  /** The sum of what `judge` called the error of each step. */
  readonly error: number;
  /** Evaluations of the right-hand side. */
  readonly evaluations: number;
}

/** What is solved: dy/du = f(u, y), and integrals along the way. */
export interface RungeKuttaProblem {
  readonly tableau: Tableau;
  readonly slots: number;
  /** Numbers of a row's state, and of its integrals. */
  readonly size: number;
  readonly channels: number;
  /** Writes the state that a sample starts from into the row of a slot. */
  load(y: Float64Array, placed: Placed): void;
  rates(y: Float64Array, u: Float64Array): Promise<Rates>;
  /** The error of a step in units of one's own, and in units of what is allowed. */
  judge(step: TriedStep): { readonly error: number; readonly share: number };
  /** Keeps what came of a sample; not valid after the call. */
  keep(sample: number, solution: Solution): void;
  readonly signal?: AbortSignal | undefined;
}

/** The solution of the higher order goes on. */
export const rungeKutta = (problem: RungeKuttaProblem): Method => {
  const { tableau, slots, size, channels, load, rates, judge, keep, signal } = problem;
  const { a, c } = tableau;
  const last = c.length - 1;
  const y = new Float64Array(slots * size);
  const integrals = new Float64Array(slots * channels);
  const errors = new Float64Array(slots);
  const h = new Float64Array(slots);
  const stageY = new Float64Array(slots * size);
  const stageU = new Float64Array(slots);
  const stages: Rates[] = [];
  const tried = new Float64Array(slots);

  /** sum_i weights_i k_i for one number of one part of the stages. */
  const combine = (weights: readonly number[], part: keyof Rates, index: number): number => {
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i]! * stages[i]![part][index]!;
    return sum;
  };
  const judged = (slot: number) => {
    const [start, end] = [slot * size, (slot + 1) * size];
    const errorOf = (length: number, part: keyof Rates): Float64Array =>
      Float64Array.from({ length }, (_, j) => h[slot]! * combine(tableau.error, part, slot * length + j));
    return judge({
      u: stageU[slot]!,
      y: stageY.subarray(start, end),
      slope: stages[last]!.slope.subarray(start, end),
      error: errorOf(size, "slope"),
      integralError: errorOf(channels, "integrands"),
    });
  };

  return {
    begin: async (fresh, at) => {
      for (const placed of fresh) {
        load(y, placed);
        integrals.fill(0, placed.slot * channels, (placed.slot + 1) * channels);
        errors[placed.slot] = 0;
      }
      stages[0] = await rates(y, at);
    },
    attempt: async (from, to, active) => {
      for (let slot = 0; slot < slots; slot++) h[slot] = to[slot]! - from[slot]!;
      for (let s = 1; s <= last; s++) {
        signal?.throwIfAborted();
        for (let slot = 0; slot < slots; slot++) {
          stageU[slot] = c[s] === 1 ? to[slot]! : from[slot]! + c[s]! * h[slot]!;
          for (let j = slot * size; j < (slot + 1) * size; j++)
            stageY[j] = y[j]! + h[slot]! * combine(a[s]!, "slope", j);
        }
        stages[s] = await rates(stageY, stageU);
      }
      const shares = new Float64Array(slots);
      for (const { slot } of active) {
        const { error, share } = judged(slot);
        tried[slot] = error;
        shares[slot] = share;
      }
      return shares;
    },
    accept: (accepted) => {
      for (const { slot } of accepted) {
        errors[slot]! += tried[slot]!;
        for (let k = slot * channels; k < (slot + 1) * channels; k++) {
          integrals[k]! += h[slot]! * combine(a[last]!, "integrands", k);
          stages[0]!.integrands[k] = stages[last]!.integrands[k]!;
        }
        for (let j = slot * size; j < (slot + 1) * size; j++) {
          y[j] = stageY[j]!;
          stages[0]!.slope[j] = stages[last]!.slope[j]!;
        }
      }
    },
    finish: ({ slot, sample }, attempts) =>
      keep(sample, {
        y: y.subarray(slot * size, (slot + 1) * size),
        integrals: integrals.subarray(slot * channels, (slot + 1) * channels),
        error: errors[slot]!,
        evaluations: 1 + attempts * last,
      }),
  };
};
