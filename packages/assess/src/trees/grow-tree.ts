/** Grows regression trees on binned columns, in place of sorted rows one order that is partitioned (Ke et al. 2017). */
import type { Binned } from "./bins.ts";
import { addNode, type GrowingForest } from "./forest.ts";
import { fillHistogram, perBin, type Sums, subtractHistogram } from "./histogram.ts";
import { type SplitRules, splitFinder } from "./split.ts";

/** How trees grow. */
export interface Growth extends SplitRules {
  /** Splits from the root to a leaf, at most. */
  readonly depth: number;
}

/** What a tree is grown on. */
export interface TreeTask {
  /** What the tree is added to. */
  readonly forest: GrowingForest;
  /** The rows that it sees. */
  readonly rows: Int32Array;
  /** The columns that it may split. */
  readonly columns: Int32Array;
  /** Of the loss by the output of each row, and its second derivative. */
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  /** What values of leaves are multiplied by. */
  readonly rate: number;
  /** Called with each leaf's value, and its rows, which are a view that changes later. */
  readonly leaf: (rows: Int32Array, value: number) => void;
}

/**
 * A function that adds one tree to a forest. It keeps its room from tree to tree.
 * @param gains what the splits of each column gain is added here, [d]
 */
export const treeGrower = (table: Binned, growth: Growth, gains: Float64Array) => {
  const { n, codes, columns: tableColumns, starts } = table;
  const { depth, l2, smallestLeaf, leastCurvature } = growth;
  const find = splitFinder(table, growth);
  const order = new Int32Array(n);
  const scratch = new Int32Array(n);
  const inOrder = { gradient: new Float64Array(n), curvature: new Float64Array(n) };
  const spare: Float64Array[] = [];
  const goesLeft = new Uint8Array(256);

  /** Puts the rows that go left first, both sides in the order they were. @returns where the right side begins */
  const partition = (column: number, begin: number, end: number): number => {
    const from = column * n;
    let [left, right] = [begin, 0];
    for (let k = begin; k < end; k++) {
      const row = order[k]!;
      if (goesLeft[codes[from + row]!]) order[left++] = row;
      else scratch[right++] = row;
    }
    order.set(scratch.subarray(0, right), left);
    return left;
  };

  return ({ forest, rows, columns, gradient, curvature, rate, leaf }: TreeTask): void => {
    const histogramOf = (begin: number, end: number): Float64Array => {
      const histogram = spare.pop() ?? new Float64Array(starts.at(-1)! * perBin);
      fillHistogram(histogram, table, columns, order, begin, end, gradient, curvature, inOrder);
      return histogram;
    };
    const mayBeSplit = ({ count, curvature }: Sums, depth: number): boolean =>
      depth > 0 && count > 1 && count >= 2 * smallestLeaf && curvature >= 2 * leastCurvature;

    const grow = (
      node: number,
      begin: number,
      end: number,
      sums: Sums,
      depth: number,
      histogram?: Float64Array,
    ): void => {
      const split = histogram && find(histogram, columns, sums);
      if (!split) {
        if (histogram) spare.push(histogram);
        const curved = sums.curvature + l2;
        const value = curved > 0 ? (-rate * sums.gradient) / curved : 0;
        forest.threshold[node] = value;
        leaf(order.subarray(begin, end), value);
        return;
      }
      const { column, bin, left: bins, missingLeft, gain, sums: leftSums } = split;
      gains[column]! += gain;
      forest.column[node] = column;
      forest.missingLeft[node] = missingLeft ? 1 : 0;
      const about = tableColumns[column]!;
      if (bins) {
        forest.levels[node] = forest.words.length;
        const levels = about.binOf!;
        const words = new Uint32Array(Math.ceil(levels.length / 32));
        for (let code = 0; code < levels.length; code++)
          if (bins[levels[code]!]) words[code >>> 5]! |= 1 << (code & 31);
        forest.words.push(...words);
        goesLeft.set(bins);
      } else {
        // Behind the last edge: every number goes left.
        forest.threshold[node] = about.edges![bin] ?? Number.MAX_VALUE;
        for (let k = 0; k < about.bins; k++) goesLeft[k] = k <= bin ? 1 : 0;
        goesLeft[about.bins] = missingLeft ? 1 : 0;
      }
      const middle = partition(column, begin, end);
      const rightSums = {
        gradient: sums.gradient - leftSums.gradient,
        curvature: sums.curvature - leftSums.curvature,
        count: sums.count - leftSums.count,
      };
      const left = addNode(forest);
      forest.left[node] = left;
      const right = addNode(forest);
      const [leftSplits, rightSplits] = [mayBeSplit(leftSums, depth - 1), mayBeSplit(rightSums, depth - 1)];
      const leftSmaller = middle - begin <= end - middle;
      let small: Float64Array | undefined;
      if (leftSplits || rightSplits) {
        small = leftSmaller ? histogramOf(begin, middle) : histogramOf(middle, end);
        subtractHistogram(histogram!, small, starts, columns);
      }
      const [ofLeft, ofRight] = leftSmaller ? [small, histogram] : [histogram, small];
      // Room that a side does not need is free for the other.
      if (!leftSplits && ofLeft) spare.push(ofLeft);
      if (!rightSplits && ofRight) spare.push(ofRight);
      grow(left, begin, middle, leftSums, depth - 1, leftSplits ? ofLeft : undefined);
      grow(right, middle, end, rightSums, depth - 1, rightSplits ? ofRight : undefined);
    };

    order.set(rows);
    const sums = { gradient: 0, curvature: 0, count: rows.length };
    for (const row of rows) {
      sums.gradient += gradient[row]!;
      sums.curvature += curvature[row]!;
    }
    const root = addNode(forest);
    forest.roots.push(root);
    grow(root, 0, rows.length, sums, depth, mayBeSplit(sums, depth) ? histogramOf(0, rows.length) : undefined);
  };
};
