/** A Markov chain over ordered partitions of variables, which stand for all graphs that have them as layers. */
import type { Score } from "../score/score.ts";
import { tableOf } from "../score/score.ts";
import type { Rules } from "./knowledge.ts";

/** log(exp(a) + exp(b)). */
const logSum = (a: number, b: number): number => {
  const high = Math.max(a, b);
  return high === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(Math.min(a, b) - high));
};

/** log(exp(a) - exp(b)) for a >= b; -Infinity where rounding leaves nothing. */
const logDifference = (a: number, b: number): number =>
  b >= a ? Number.NEGATIVE_INFINITY : b === Number.NEGATIVE_INFINITY ? a : a + Math.log1p(-Math.exp(b - a));

/** Sums over parents of each variable among its candidates. */
export interface ParentSums {
  readonly candidates: readonly (readonly number[])[];
  /** For each variable, [2^candidates]: the logarithm of the sum of exp(local score) over all parts of a set. */
  readonly sums: readonly Float64Array[];
}

/** Sums over all sets of candidates with at most so many parents that keep the rules. */
export const parentSums = (
  score: Score,
  variable: number,
  candidates: readonly number[],
  maxParents: number,
  { allowed, required }: Rules,
): Float64Array => {
  const d = score.names.length;
  const sums = tableOf(score, variable, candidates, maxParents);
  let [never, always] = [0, 0];
  for (const [bit, other] of candidates.entries()) {
    if (!allowed[other * d + variable]) never |= 1 << bit;
    if (required[other * d + variable]) always |= 1 << bit;
  }
  for (let set = 0; set < sums.length; set++) {
    if (set & never || (set & always) !== always) sums[set] = Number.NEGATIVE_INFINITY;
  }
  for (let bit = 1; bit < sums.length; bit <<= 1)
    for (let set = 0; set < sums.length; set++) if (set & bit) sums[set] = logSum(sums[set]!, sums[set ^ bit]!);
  return sums;
};

/** A chain over partitions: layers of variables, each with a parent in the layer before it (Kuipers & Moffa 2017). */
export interface PartitionChain {
  /** One sweep: every variable is placed anew, and pairs change places. */
  sweep(): void;
  /** Adds the probability of each edge given the partition, [d, d] by rows. */
  addTo(probabilities: Float64Array): void;
}

/** @param start the layer of each variable, from 0, none empty */
export const partitionChain = (
  { candidates, sums }: ParentSums,
  start: readonly number[],
  random: () => number,
): PartitionChain => {
  const d = start.length;
  let layers: number[][] = Array.from({ length: Math.max(...start) + 1 }, () => []);
  for (const [variable, layer] of start.entries()) layers[layer]!.push(variable);
  const place = new Int32Array(d);

  /** Masks of a variable's candidates in earlier layers, and of those that are not in the one just before. */
  const masks = (variable: number): readonly [all: number, further: number] => {
    const own = place[variable]!;
    let [all, further] = [0, 0];
    const list = candidates[variable]!;
    for (let bit = 0; bit < list.length; bit++) {
      const at = place[list[bit]!]!;
      if (at >= own) continue;
      all |= 1 << bit;
      if (at < own - 1) further |= 1 << bit;
    }
    return [all, further];
  };
  const locate = (some: readonly (readonly number[])[]): void => {
    for (let layer = 0; layer < some.length; layer++) for (const variable of some[layer]!) place[variable] = layer;
  };
  /** The score of a partition. */
  const total = (some: readonly (readonly number[])[]): number => {
    locate(some);
    let sum = 0;
    for (let variable = 0; variable < d; variable++) {
      const [all, further] = masks(variable);
      const own = sums[variable]!;
      sum += place[variable] === 0 ? own[0]! : logDifference(own[all]!, own[further]!);
      if (sum === Number.NEGATIVE_INFINITY) return sum;
    }
    return sum;
  };

  /** Draws a new place for a variable, by the weights of all: in each layer, and alone before, between and after them. */
  const placeAnew = (variable: number): void => {
    const rest = layers.map((layer) => layer.filter((other) => other !== variable)).filter((layer) => layer.length > 0);
    const options: number[][][] = [];
    for (let at = 0; at <= rest.length; at++) {
      options.push([...rest.slice(0, at), [variable], ...rest.slice(at)]);
      if (at < rest.length) options.push([...rest.slice(0, at), [...rest[at]!, variable], ...rest.slice(at + 1)]);
    }
    const weights = options.map(total);
    const highest = Math.max(...weights);
    const shares = weights.map((weight) => Math.exp(weight - highest));
    let left = random() * shares.reduce((sum, share) => sum + share, 0);
    let chosen = 0;
    while (chosen < shares.length - 1 && (left -= shares[chosen]!) >= 0) chosen++;
    layers = options[chosen]!;
  };
  const exchange = (): void => {
    const [a, b] = [Math.floor(random() * d), Math.floor(random() * d)];
    const before = total(layers);
    if (place[a] === place[b]) return;
    const next = layers.map((layer) => layer.map((v) => (v === a ? b : v === b ? a : v)));
    if (Math.log(random()) < total(next) - before) layers = next;
  };
  return {
    sweep: () => {
      for (let variable = 0; variable < d; variable++) {
        placeAnew(variable);
        exchange();
      }
    },
    addTo: (probabilities) => {
      locate(layers);
      for (let variable = 0; variable < d; variable++) {
        if (place[variable] === 0) continue;
        const [all, further] = masks(variable);
        const own = sums[variable]!;
        const weight = logDifference(own[all]!, own[further]!);
        for (const [bit, parent] of candidates[variable]!.entries()) {
          if (!((all >> bit) & 1)) continue;
          const without = logDifference(own[all & ~(1 << bit)]!, own[further & ~(1 << bit)]!);
          probabilities[parent * d + variable]! += 1 - Math.exp(without - weight);
        }
      }
    },
  };
};
