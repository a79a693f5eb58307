/** How well scores put one class above the other. */

import { ArgumentError } from "@scorefield/core";
import { checkArray } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";

interface Group {
  readonly positives: number;
  readonly negatives: number;
}

/** Counts of both classes among equal scores, the highest score first. */
const groups = (name: string, scores: NdArray, labels: NdArray): Group[] => {
  checkArray(`${name} scores`, scores);
  checkArray(`${name} labels`, labels);
  const n = scores.data.length;
  if (scores.shape.length !== 1 || labels.shape.join() !== scores.shape.join())
    throw new ShapeError(`${name}: expected scores [n] and labels [n], found [${scores.shape}] and [${labels.shape}]`);
  for (let i = 0; i < n; i++) {
    const [score, label] = [Number(scores.data[i]), Number(labels.data[i])];
    if (Number.isNaN(score)) throw new ArgumentError(`${name}: expected numbers as scores, found NaN at ${i}`);
    if (label !== 0 && label !== 1) throw new ArgumentError(`${name}: expected labels 0 and 1, found ${label} at ${i}`);
  }
  const order = Array.from({ length: n }, (_, i) => i);
  const score = (i: number): number => Number(scores.data[i]);
  // Not a difference: the difference of two infinities is not a number.
  order.sort((i, j) => (score(i) === score(j) ? 0 : score(i) < score(j) ? 1 : -1));
  const found: { positives: number; negatives: number }[] = [];
  for (const [rank, i] of order.entries()) {
    if (rank === 0 || score(i) !== score(order[rank - 1]!)) found.push({ positives: 0, negatives: 0 });
    found.at(-1)![Number(labels.data[i]) === 1 ? "positives" : "negatives"]++;
  }
  return found;
};

const total = (all: readonly Group[], part: keyof Group): number => all.reduce((sum, group) => sum + group[part], 0);

/**
 * The area under the receiver operating characteristic: the probability that a row labelled 1 scores higher than one
 * labelled 0, ties counting one half (Mann & Whitney 1947; Hanley & McNeil 1982). In [0, 1], 1/2 for scores that say
 * nothing.
 * @param scores [n], infinities allowed @param labels 0 or 1, [n], of any element type
 * @throws ShapeError for other shapes; ArgumentError for NaN, for other labels, and unless both occur
 */
export const auroc = (scores: NdArray, labels: NdArray): number => {
  const all = groups("auroc", scores, labels);
  const [positives, negatives] = [total(all, "positives"), total(all, "negatives")];
  if (positives === 0 || negatives === 0)
    throw new ArgumentError(`auroc: expected both labels to occur, found ${positives} of 1 and ${negatives} of 0`);
  let [won, above] = [0, 0];
  for (const group of all) {
    won += group.negatives * (above + group.positives / 2);
    above += group.positives;
  }
  return won / (positives * negatives);
};

/**
 * Average precision: precision at each threshold, weighted by the recall that it adds. Rows of equal score pass the
 * threshold together. In (0, 1]; about the share of rows labelled 1 for scores that say nothing.
 * @param scores [n], infinities allowed @param labels 0 or 1, [n], of any element type
 * @throws ShapeError for other shapes; ArgumentError for NaN, for other labels, and unless a 1 occurs
 */
export const averagePrecision = (scores: NdArray, labels: NdArray): number => {
  const all = groups("averagePrecision", scores, labels);
  const positives = total(all, "positives");
  if (positives === 0) throw new ArgumentError("averagePrecision: expected the label 1 to occur, found none");
  let [sum, found, seen] = [0, 0, 0];
  for (const group of all) {
    found += group.positives;
    seen += group.positives + group.negatives;
    sum += (group.positives / positives) * (found / seen);
  }
  return sum;
};
