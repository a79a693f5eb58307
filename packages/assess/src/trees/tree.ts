/** One regression tree on binned columns, grown level by level by the gain of a Newton step (Chen & Guestrin 2016). */
import type { Binned } from "./bins.ts";

/** Nodes in one list; node 0 is the root. Rows with `x[feature] <= threshold` go to `left`. */
export interface Tree {
  /** -1 at a leaf. */
  readonly feature: number[];
  readonly threshold: number[];
  readonly left: number[];
  readonly right: number[];
  /** What a leaf adds to the logit. */
  readonly value: number[];
}

/** How trees grow. */
export interface Growth {
  /** Splits from the root to a leaf, at most. */
  readonly depth: number;
  /** Rows of a leaf, at least. */
  readonly smallestLeaf: number;
  /** Added to the curvature of a leaf: pulls values of leaves to 0. */
  readonly l2: number;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  readonly bin: number;
}

const noGain = 1e-9;

/** The best split of some rows over some columns. */
const bestSplit = (
  { n, codes, edges }: Binned,
  rows: Int32Array,
  gradient: Float64Array,
  curvature: Float64Array,
  features: ArrayLike<number>,
  { smallestLeaf, l2 }: Growth,
): Split | undefined => {
  let [allGradient, allCurvature] = [0, 0];
  for (const row of rows) {
    allGradient += gradient[row]!;
    allCurvature += curvature[row]!;
  }
  const worth = (g: number, h: number): number => (g * g) / (h + l2);
  const whole = worth(allGradient, allCurvature);
  const [g, h, count] = [new Float64Array(256), new Float64Array(256), new Int32Array(256)];
  let best: Split | undefined;
  for (let f = 0; f < features.length; f++) {
    const feature = features[f]!;
    const bins = edges[feature]!.length + 1;
    if (bins < 2) continue;
    g.fill(0, 0, bins);
    h.fill(0, 0, bins);
    count.fill(0, 0, bins);
    const from = feature * n;
    for (let k = 0; k < rows.length; k++) {
      const row = rows[k]!;
      const bin = codes[from + row]!;
      g[bin]! += gradient[row]!;
      h[bin]! += curvature[row]!;
      count[bin]!++;
    }
    let [below, curved, taken] = [0, 0, 0];
    for (let bin = 0; bin < bins - 1; bin++) {
      below += g[bin]!;
      curved += h[bin]!;
      taken += count[bin]!;
      if (taken < smallestLeaf) continue;
      if (rows.length - taken < smallestLeaf) break;
      const gain = worth(below, curved) + worth(allGradient - below, allCurvature - curved) - whole;
      if (gain > (best?.gain ?? noGain)) best = { gain, feature, bin };
    }
  }
  return best;
};

/**
 * Grows a tree on rows, and adds the values of its leaves to the logits of those rows.
 * @param gradient of the loss by the logit of each row @param curvature its second derivative
 * @param features that may be split on @param rate what values of leaves are multiplied by
 */
export const growTree = (
  table: Binned,
  rows: Int32Array,
  { gradient, curvature, logits }: Record<"gradient" | "curvature" | "logits", Float64Array>,
  features: ArrayLike<number>,
  rate: number,
  growth: Growth,
): Tree => {
  const tree: Tree = { feature: [], threshold: [], left: [], right: [], value: [] };
  const grow = (rows: Int32Array, depth: number): number => {
    const node = tree.feature.length;
    for (const list of [tree.feature, tree.left, tree.right]) list.push(-1);
    tree.threshold.push(0);
    tree.value.push(0);
    const split = depth > 0 ? bestSplit(table, rows, gradient, curvature, features, growth) : undefined;
    if (!split) {
      let [g, h] = [0, growth.l2];
      for (const row of rows) {
        g += gradient[row]!;
        h += curvature[row]!;
      }
      const value = h > 0 ? (-rate * g) / h : 0;
      tree.value[node] = value;
      for (const row of rows) logits[row]! += value;
      return node;
    }
    const { feature, bin } = split;
    const from = feature * table.n;
    tree.feature[node] = feature;
    tree.threshold[node] = table.edges[feature]![bin]!;
    tree.left[node] = grow(
      rows.filter((row) => table.codes[from + row]! <= bin),
      depth - 1,
    );
    tree.right[node] = grow(
      rows.filter((row) => table.codes[from + row]! > bin),
      depth - 1,
    );
    return node;
  };
  grow(rows, growth.depth);
  return tree;
};

/** What a tree adds to the logit of the row of a table that starts at an offset. */
export const treeValue = ({ feature, threshold, left, right, value }: Tree, data: Float64Array, offset: number) => {
  let node = 0;
  while (feature[node]! >= 0) node = data[offset + feature[node]!]! <= threshold[node]! ? left[node]! : right[node]!;
  return value[node]!;
};
