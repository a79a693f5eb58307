/** A simulator run on many parameters, and what it returns checked. */
import { ArgumentError } from "@scorefield/core";
import { checkOptions, checkPositive, checkWhole, type Known } from "@scorefield/core/internal";
import { isNdArray, type NdArray, ndarray, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { boundsOf, drawPrior, type ParameterPrior, pointRows } from "./prior.ts";

/** What a simulator gets beside parameters. */
export interface SimulatorCall {
  /** Of its random numbers: another one in every call. */
  readonly seed: number;
  readonly signal?: AbortSignal;
}

/** Parameters [n, d] to data [n, ...shape]: a plain function, which may be async. */
export type Simulator = (parameters: NdArray<"float64">, call: SimulatorCall) => NdArray | Promise<NdArray>;

/** Parameters [n, d] and what a simulator made of each, [n, ...shape]. */
export interface Simulations {
  readonly parameters: NdArray<"float64">;
  readonly data: NdArray<"float64">;
  /** How many were left out because the simulator gave numbers that are not finite. */
  readonly leftOut: number;
}

/** How a simulator is run. */
export interface SimulatorOptions {
  /** Parameters in one call, default 1,000. */
  readonly batch?: number;
  /**
   * What to do about simulations that are not finite. `refuse` (default) stops with an error. `leave-out` goes on without them: the
   * posterior is then that of simulations that succeed, which is right for an observation only if a failed one could not be observed.
   */
  readonly failed?: "refuse" | "leave-out";
  readonly signal?: AbortSignal;
  /** Simulations done, and of how many. */
  readonly onSimulated?: (done: number, count: number) => void;
}

/** Options of {@link simulate}. */
export interface SimulateOptions extends SimulatorOptions {
  readonly prior: ParameterPrior;
  readonly simulator: Simulator;
  /** How many simulations. */
  readonly count: number;
  /** Default 0. */
  readonly seed?: number;
}

/** A simulator failed, or what it returned cannot be used. */
export class SimulatorError extends Error {
  override readonly name = "SimulatorError";
}

/** The names of {@link SimulatorOptions}. */
const simulatorOptions = {
  batch: true,
  failed: true,
  signal: true,
  onSimulated: true,
} satisfies Known<SimulatorOptions>;

/** @throws ArgumentError for options out of range */
export const checkSimulator = (owner: string, simulator: unknown, { batch, failed }: SimulatorOptions): void => {
  if (typeof simulator !== "function")
    throw new ArgumentError(
      `${owner} simulator: expected a function from parameters [n, d] to data [n, ...], found ${showValue(simulator)}`,
    );
  if (batch !== undefined) checkWhole(`${owner} batch`, batch);
  if (failed !== undefined && failed !== "refuse" && failed !== "leave-out")
    throw new ArgumentError(`${owner} failed: expected refuse or leave-out, found ${showValue(failed)}`);
};

const shown = (row: ArrayLike<number>): string =>
  `[${Array.from(row, (value) => Number(value.toPrecision(6))).join(", ")}]`;

/** The data of one batch of parameters. @throws SimulatorError for what cannot be used */
const runBatch = async (
  owner: string,
  simulator: Simulator,
  parameters: NdArray<"float64">,
  call: SimulatorCall,
  first: number,
): Promise<NdArray> => {
  const n = parameters.shape[0]!;
  let data: NdArray;
  try {
    // A copy: a simulator that writes into its input must not change what is learnt from.
    data = await simulator({ ...parameters, data: parameters.data.slice() }, call);
  } catch (error) {
    if (call.signal?.aborted) throw call.signal.reason;
    throw new SimulatorError(
      `${owner}: the simulator failed on simulations ${first} to ${first + n - 1}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
  if (!isNdArray(data))
    throw new SimulatorError(
      `${owner}: expected the simulator to return an NdArray [${n}, ...], found ${showValue(data)}; make one with ndarray or fromNested`,
    );
  if (data.shape.length < 2 || data.shape[0] !== n || sizeOf(data.shape) === 0)
    throw new SimulatorError(
      `${owner}: expected the simulator to return one row of numbers for each of ${n} rows of parameters, [${n}, ...], found [${data.shape.join(", ")}]`,
    );
  return data;
};

/**
 * Runs a simulator on rows of parameters, in batches.
 * @throws SimulatorError when it throws, returns another shape, or numbers that are not finite; the signal's reason when aborted
 */
export const runSimulator = async (
  owner: string,
  simulator: Simulator,
  parameters: NdArray<"float64">,
  { batch = 1000, failed = "refuse", signal, onSimulated, seed }: SimulatorOptions & { readonly seed: number },
): Promise<Simulations> => {
  const [n = 0, d = 0] = parameters.shape;
  let all: NdArray<"float64"> | undefined;
  const kept: number[] = [];
  for (let from = 0; from < n; from += batch) {
    signal?.throwIfAborted();
    const count = Math.min(batch, n - from);
    const part = ndarray(parameters.data.slice(from * d, (from + count) * d), [count, d]);
    const call = { seed: seed + from, ...(signal && { signal }) };
    const made = await runBatch(owner, simulator, part, call, from);
    signal?.throwIfAborted();
    const shape = made.shape.slice(1);
    all ??= zeros([n, ...shape], "float64");
    if (shape.join() !== all.shape.slice(1).join())
      throw new SimulatorError(
        `${owner}: expected data [n, ${all.shape.slice(1).join(", ")}], as in the first call, found [${made.shape.join(", ")}]`,
      );
    const size = sizeOf(shape);
    const values = Float64Array.from(made.data as ArrayLike<number>, Number);
    all.data.set(values, from * size);
    for (let i = 0; i < count; i++) {
      const row = values.subarray(i * size, (i + 1) * size);
      if (row.every((value) => Number.isFinite(value))) kept.push(from + i);
      else if (failed === "refuse")
        throw new SimulatorError(
          `${owner}: expected finite data, found ${row.find((value) => !Number.isFinite(value))} in simulation ${from + i} of parameters ${shown(part.data.subarray(i * d, (i + 1) * d))}; ` +
            'correct the simulator, or leave such simulations out with failed: "leave-out"',
        );
    }
    onSimulated?.(from + count, n);
  }
  if (kept.length === 0)
    throw new SimulatorError(`${owner}: expected data that are finite, found none in ${n} simulations`);
  const taken = (array: NdArray<"float64">): NdArray<"float64"> => {
    if (kept.length === n) return array;
    const size = sizeOf(array.shape.slice(1));
    const rows = zeros([kept.length, ...array.shape.slice(1)], "float64");
    for (const [i, row] of kept.entries()) rows.data.set(array.data.subarray(row * size, (row + 1) * size), i * size);
    return rows;
  };
  return { parameters: taken(parameters), data: taken(all!), leftOut: n - kept.length };
};

/**
 * Draws parameters from a prior and simulates data of each.
 *
 *     const prior = uniformPrior({ low: [0, 0], high: [1, 5] });
 *     const simulations = await simulate({ prior, simulator, count: 2_500 });
 *
 * @throws ArgumentError for bad options; SimulatorError when the simulator throws, returns another shape or numbers that are not
 *   finite; the signal's reason when aborted
 */
export const simulate = async (options: SimulateOptions): Promise<Simulations> => {
  const known = {
    ...simulatorOptions,
    prior: true,
    simulator: true,
    count: true,
    seed: true,
  } satisfies Known<SimulateOptions>;
  checkOptions("simulate", options, known);
  const { prior, simulator, count, seed = 0, ...how } = options;
  boundsOf("simulate", prior);
  checkSimulator("simulate", simulator, how);
  checkPositive("simulate count", count);
  checkWhole("simulate count", count);
  return runSimulator("simulate", simulator, drawPrior("simulate", prior, count, seed), { ...how, seed });
};

/**
 * Simulations of a caller, checked.
 * @throws ShapeError | ArgumentError unless parameters are [n, size] and data [n, ...], all finite
 */
export const checkSimulations = (
  owner: string,
  { parameters, data }: { readonly parameters: NdArray; readonly data: NdArray },
  size: number,
): Pick<Simulations, "parameters" | "data"> => {
  const rows = pointRows(`${owner} parameters`, parameters, size);
  if (!isNdArray(data) || data.shape.length < 2 || data.shape[0] !== rows.n || sizeOf(data.shape) === 0)
    throw new ShapeError(
      `${owner} data: expected [${rows.n}, ...], a row for each row of parameters, found ${isNdArray(data) ? `[${(data as NdArray).shape.join(", ")}]` : showValue(data)}`,
    );
  const values = Float64Array.from(data.data as ArrayLike<number>, Number);
  for (const [name, all] of [
    ["parameters", rows.data],
    ["data", values],
  ] as const) {
    const bad = all.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new ArgumentError(
        `${owner} ${name}: expected finite numbers, found ${all[bad]} in simulation ${Math.floor((bad * rows.n) / all.length)}`,
      );
  }
  return { parameters: ndarray(rows.data, [rows.n, size]), data: ndarray(values, data.shape) };
};
