/** Grows trees whose leaves hold vectors, for least squares of several numbers at once. */
import type { Binned } from "./bins.ts";
import { addNode, type GrowingForest } from "./forest.ts";

/** How such trees grow. */
interface VectorGrowth {
  readonly depth: number;
  readonly smallestLeaf: number;
  readonly l2: number;
}

/** What a tree is grown on. */
interface VectorTask {
  readonly forest: GrowingForest;
  /** What leaves add is appended here, k numbers each. */
  readonly leaves: number[];
  readonly rows: Int32Array;
  /** [n, k]: what is still to be said of each row. */
  readonly rest: Float64Array;
  readonly rate: number;
  /** Whether what the tree says is taken from `rest` of its rows. */
  readonly apply: boolean;
}

const noGain = 1e-9;

/**
 * A function that adds one tree to a forest. It keeps its room from tree to tree. A bin of a histogram holds the sums of k
 * numbers, and how many rows: the second derivative of half the squared error is 1.
 */
export const vectorGrower = (table: Binned, k: number, { depth, smallestLeaf, l2 }: VectorGrowth) => {
  const { n, d, codes, columns, starts } = table;
  const width = k + 1;
  const order = new Int32Array(n);
  const scratch = new Int32Array(n);
  const inOrder = new Float64Array(n * k);
  const spare: Float64Array[] = [];
  const left = new Float64Array(k);

  const fill = (rest: Float64Array, begin: number, end: number): Float64Array => {
    const histogram = spare.pop() ?? new Float64Array(starts[d]! * width);
    histogram.fill(0);
    for (let i = begin; i < end; i++) {
      const from = order[i]! * k;
      for (let o = 0; o < k; o++) inOrder[i * k + o] = rest[from + o]!;
    }
    for (let j = 0; j < d; j++) {
      const [start, from] = [starts[j]!, j * n];
      for (let i = begin; i < end; i++) {
        const at = (start + codes[from + order[i]!]!) * width;
        const of = i * k;
        for (let o = 0; o < k; o++) histogram[at + o] = histogram[at + o]! + inOrder[of + o]!;
        histogram[at + k] = histogram[at + k]! + 1;
      }
    }
    return histogram;
  };

  /** The column and the last bin that goes left of the split that gains most. */
  const find = (
    histogram: Float64Array,
    sums: Float64Array,
  ): { readonly column: number; readonly bin: number } | undefined => {
    const all = sums[k]!;
    let whole = 0;
    for (let o = 0; o < k; o++) whole += (sums[o]! * sums[o]!) / (all + l2);
    let [best, column, place] = [whole + noGain, -1, 0];
    for (let j = 0; j < d; j++) {
      left.fill(0);
      let count = 0;
      for (let bin = 0; bin < columns[j]!.bins - 1; bin++) {
        const at = (starts[j]! + bin) * width;
        const rows = histogram[at + k]!;
        if (rows === 0) continue;
        count += rows;
        let [squares, others] = [0, 0];
        for (let o = 0; o < k; o++) {
          const g = left[o]! + histogram[at + o]!;
          left[o] = g;
          const over = sums[o]! - g;
          squares += g * g;
          others += over * over;
        }
        if (count < smallestLeaf) continue;
        if (all - count < smallestLeaf) break;
        const found = squares / (count + l2) + others / (all - count + l2);
        if (found > best) [best, column, place] = [found, j, bin];
      }
    }
    return column < 0 ? undefined : { column, bin: place };
  };

  return ({ forest, leaves, rows, rest, rate, apply }: VectorTask): void => {
    const sumsOf = (begin: number, end: number): Float64Array => {
      const sums = new Float64Array(width);
      for (let i = begin; i < end; i++) for (let o = 0; o < k; o++) sums[o] = sums[o]! + rest[order[i]! * k + o]!;
      sums[k] = end - begin;
      return sums;
    };
    const mayBeSplit = (count: number, depth: number): boolean => depth > 0 && count > 1 && count >= 2 * smallestLeaf;
    const grow = (node: number, begin: number, end: number, depth: number, histogram?: Float64Array): void => {
      const sums = sumsOf(begin, end);
      const split = histogram && find(histogram, sums);
      if (!split) {
        if (histogram) spare.push(histogram);
        forest.threshold[node] = leaves.length / k;
        for (let o = 0; o < k; o++) {
          const value = (rate * sums[o]!) / (sums[k]! + l2);
          leaves.push(value);
          if (apply) for (let i = begin; i < end; i++) rest[order[i]! * k + o] = rest[order[i]! * k + o]! - value;
        }
        return;
      }
      const { column, bin } = split;
      forest.column[node] = column;
      forest.threshold[node] = columns[column]!.edges![bin]!;
      const from = column * n;
      let [middle, right] = [begin, 0];
      for (let i = begin; i < end; i++) {
        const row = order[i]!;
        if (codes[from + row]! <= bin) order[middle++] = row;
        else scratch[right++] = row;
      }
      order.set(scratch.subarray(0, right), middle);
      const child = addNode(forest);
      addNode(forest);
      forest.left[node] = child;
      const leftSmaller = middle - begin <= end - middle;
      const splits = [mayBeSplit(middle - begin, depth - 1), mayBeSplit(end - middle, depth - 1)] as const;
      let small: Float64Array | undefined;
      if (splits[0] || splits[1]) {
        small = leftSmaller ? fill(rest, begin, middle) : fill(rest, middle, end);
        for (let i = 0; i < histogram.length; i++) histogram[i] = histogram[i]! - small[i]!;
      }
      const ofLeft = leftSmaller ? small : histogram;
      const ofRight = leftSmaller ? histogram : small;
      if (!splits[0] && ofLeft) spare.push(ofLeft);
      if (!splits[1] && ofRight) spare.push(ofRight);
      grow(child, begin, middle, depth - 1, splits[0] ? ofLeft : undefined);
      grow(child + 1, middle, end, depth - 1, splits[1] ? ofRight : undefined);
    };
    order.set(rows);
    const root = addNode(forest);
    forest.roots.push(root);
    grow(root, 0, rows.length, depth, mayBeSplit(rows.length, depth) ? fill(rest, 0, rows.length) : undefined);
  };
};
