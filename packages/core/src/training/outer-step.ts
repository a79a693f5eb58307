/** What brings places that train apart together again: a mean of their parameters, and a step of the outer optimiser towards it. */
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { checkOptions, type Known } from "../part/check-options.ts";

/** A vector of a place, and by how much it counts. */
export interface Contribution {
  readonly vector: NdArray;
  /** How many samples it was made from. */
  readonly samples: number;
}

/** @throws ShapeError for vectors of other lengths */
const numbersOf = ({ shape, data }: NdArray, size: number): Float32Array => {
  if (shape.length !== 1 || shape[0] !== size || !(data instanceof Float32Array))
    throw new ShapeError(`expected vectors float32[${size}], found one of [${shape}]`);
  return data;
};

/**
 * The mean of vectors, weighed by samples. It is summed in double precision and in the order given.
 * @throws ArgumentError for no vector; ShapeError for vectors of different lengths
 */
export const weighedMean = (contributions: readonly Contribution[]): NdArray => {
  const all = contributions.reduce((sum, { samples }) => sum + samples, 0);
  if (!(all > 0)) throw new ArgumentError(`weighedMean: expected vectors made from samples, found ${all} samples`);
  const size = contributions[0]!.vector.data.length;
  const sum = new Float64Array(size);
  for (const { vector, samples } of contributions) {
    const weight = samples / all;
    const data = numbersOf(vector, size);
    for (let i = 0; i < size; i++) sum[i]! += weight * data[i]!;
  }
  return ndarray(Float32Array.from(sum), [size]);
};

/** Settings of the outer optimiser. The paper's are 0.7 and 0.9, of trainings of hundreds of rounds. */
export interface Outer {
  /** Default 1. */
  readonly learningRate?: number;
  /** Default 0.8: measured to be better than the paper's where there are tens of rounds. */
  readonly momentum?: number;
}

/** Settings with their defaults. @throws ArgumentError for unknown settings and values out of range */
export const outerSettings = (outer: Outer = {}): Required<Outer> => {
  checkOptions("outer", outer, { learningRate: true, momentum: true } satisfies Known<Outer>);
  const { learningRate = 1, momentum = 0.8 } = outer;
  if (!(learningRate > 0)) throw new ArgumentError(`outer: expected a positive learningRate, found ${learningRate}`);
  if (!(momentum >= 0 && momentum < 1))
    throw new ArgumentError(`outer: expected momentum in [0, 1), found ${momentum}`);
  return { learningRate, momentum };
};

/**
 * A step of the outer optimiser (Douillard et al. 2023, "DiLoCo", algorithm 1, lines 12 and 14). The outer gradient is
 * Delta = theta - mean of the places' parameters; with Nesterov's momentum b' = mu b + Delta and theta' = theta - eta (Delta + mu b').
 * @param parameters theta, [n]
 * @param momentum b, [n]; none before the first round, where it is 0
 * @param change mean of how the places changed the parameters, -Delta, [n]
 */
export const outerStep = (
  { parameters, momentum }: { readonly parameters: NdArray; readonly momentum?: NdArray | undefined },
  change: NdArray,
  { learningRate, momentum: mu }: Required<Outer>,
): { readonly parameters: NdArray; readonly momentum: NdArray } => {
  const size = parameters.data.length;
  const [theta, changes] = [numbersOf(parameters, size), numbersOf(change, size)];
  const b = momentum && numbersOf(momentum, size);
  const [next, kept] = [new Float32Array(size), new Float32Array(size)];
  for (let i = 0; i < size; i++) {
    const delta = -changes[i]!;
    const moved = mu * (b?.[i] ?? 0) + delta;
    kept[i] = moved;
    next[i] = theta[i]! - learningRate * (delta + mu * moved);
  }
  return { parameters: ndarray(next, [size]), momentum: ndarray(kept, [size]) };
};

/**
 * A moving average of parameters after a round: that of one machine, had it gone the mean way of the places. Theirs began the round at
 * the round's parameters in place of the average itself, so that nobody has to send it.
 * @param places mean of how far the places' averages are from the parameters that they began at
 * @param began those parameters
 * @param kept what the steps of the round keep of an average, in [0, 1]: the product of their decays
 */
export const roundAverage = (
  before: NdArray,
  { places, began, kept }: { readonly places: NdArray; readonly began: NdArray; readonly kept: number },
): NdArray => {
  const size = before.data.length;
  const [a, b, c] = [numbersOf(before, size), numbersOf(places, size), numbersOf(began, size)];
  return ndarray(
    Float32Array.from(a, (value, i) => c[i]! + b[i]! + kept * (value - c[i]!)),
    [size],
  );
};
