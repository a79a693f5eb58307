/** Averages of any width, made after training from snapshots of a few (Karras et al. 2024, section 3.2). */
import { type NdArray, zeros } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import { ArgumentError } from "../errors.ts";
import { symmetricEigen } from "../numeric/symmetric-eigen.ts";
import { checkMade } from "../part/check-options.ts";
import { powerExponent } from "./power-average.ts";

/** Which average: the step after which it is taken, and its relative width. */
export interface AverageProfile {
  readonly step: number;
  readonly width: number;
}

/** A stored average. */
export interface AverageSnapshot extends AverageProfile {
  /** The averaged parameters, flat. */
  read(): NdArray | Promise<NdArray>;
}

interface Power {
  readonly step: number;
  readonly exponent: number;
}

/** The inner product of the profiles p(tau) = (gamma + 1) tau^gamma / t^(gamma + 1) on (0, t]. */
const overlap = (a: Power, b: Power): number => {
  const shared = Math.min(a.step, b.step);
  return (
    (((a.exponent + 1) * (b.exponent + 1)) / (a.exponent + b.exponent + 1)) *
    (shared / a.step) ** a.exponent *
    (shared / b.step) ** b.exponent *
    (shared / (a.step * b.step))
  );
};

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/**
 * Solves G x = y for a symmetric positive G of size n. Neighbouring profiles are nearly the same, so directions lost to
 * rounding are left out.
 */
const solver = (gram: Float64Array, n: number): ((y: Float64Array) => Float64Array) => {
  const { values, vectors } = symmetricEigen(gram, n);
  const least = 1e-12 * Math.max(...values);
  return (y) => {
    const x = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      if (values[k]! <= least) continue;
      let along = 0;
      for (let i = 0; i < n; i++) along += vectors[i * n + k]! * y[i]!;
      for (let i = 0; i < n; i++) x[i]! += (vectors[i * n + k]! * along) / values[k]!;
    }
    return x;
  };
};

const powerOf = (profile: AverageProfile): Power => {
  checkMade("average", profile, ["step", "width"], "{ step, width }");
  const { step, width } = profile;
  if (!(Number.isInteger(step) && step > 0))
    throw new ArgumentError(`average: expected a step from 1 on, found ${step}`);
  return { step, exponent: powerExponent(width) };
};

/**
 * The weights of stored averages whose sum is nearest to the wanted average, by least squares of the profiles over the
 * course of training (Karras et al. 2024, appendix C.3). Here they add up to 1, so that what training does not move
 * stays where it is.
 * @returns one weight per stored average. `error` is the distance between the profiles relative to the wanted profile,
 *   0 when a stored one is wanted
 * @throws ArgumentError for no stored average, or a step or width out of range
 */
export const averageWeights = (
  stored: readonly AverageProfile[],
  wanted: AverageProfile,
): { readonly weights: Float64Array; readonly error: number } => {
  if (!Array.isArray(stored))
    throw new ArgumentError(`average: expected a list of stored averages, found ${showValue(stored)}`);
  const n = stored.length;
  if (n === 0) throw new ArgumentError("average: expected at least one stored average, found none");
  const powers = stored.map(powerOf);
  const target = powerOf(wanted);
  const norms = powers.map((power) => Math.sqrt(overlap(power, power)));
  const gram = new Float64Array(n * n);
  for (const [i, a] of powers.entries())
    for (const [j, b] of powers.entries()) gram[i * n + j] = overlap(a, b) / (norms[i]! * norms[j]!);
  const solve = solver(gram, n);
  const right = Float64Array.from(powers, (power, i) => overlap(power, target) / norms[i]!);
  const ones = Float64Array.from(norms, (norm) => 1 / norm);
  const free = solve(right);
  const towards = solve(ones);
  const multiplier = (1 - dot(ones, free)) / dot(ones, towards);
  const scaled = free.map((value, i) => value + multiplier * towards[i]!);
  const whole = overlap(target, target);
  // |target - sum|^2, where the part along `towards` is what adding up to 1 costs.
  const left = whole - dot(right, free) + multiplier ** 2 * dot(ones, towards);
  return {
    weights: scaled.map((weight, i) => weight / norms[i]!),
    error: Math.sqrt(Math.max(0, left) / whole),
  };
};

/**
 * The average of a width that was not kept, from snapshots of others.
 * @param snapshots read one after the other
 * @returns flat, as {@link AverageSnapshot.read}
 * @throws as {@link averageWeights}
 */
export const reconstructAverage = async (
  snapshots: readonly AverageSnapshot[],
  wanted: AverageProfile,
): Promise<NdArray> => {
  const { weights } = averageWeights(snapshots, wanted);
  let sum: Float64Array | undefined;
  for (const [i, snapshot] of snapshots.entries()) {
    const { data } = await snapshot.read();
    sum ??= new Float64Array(data.length);
    const weight = weights[i]!;
    for (let j = 0; j < data.length; j++) sum[j]! += weight * Number(data[j]);
  }
  const average = zeros([sum!.length]);
  average.data.set(sum!);
  return average;
};
