/** Trees as arrays of one shape: complete binary trees, as `forest` of core evaluates them. */
import type { ForestParameters } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import type { StoredTrees } from "./trained-trees.ts";

/**
 * Writes the trees of some outputs at a level. A leaf above the last row of a tree becomes the leaves below it, all alike;
 * trees that are lacking add 0.
 * @param trained trees of numbers alone, whose outputs take turns
 * @param to arrays of all levels @param level its number @param output the number of the first of the outputs
 */
export const writeTrees = (
  { start, trees }: Pick<StoredTrees, "start" | "trees">,
  to: ForestParameters<NdArray<"float32">>,
  level: number,
  output: number,
): void => {
  const [, outputs = 0, count = 0, nodes = 0] = to.column.shape;
  const [column, threshold, leaf] = [to.column.data, to.threshold.data, to.leaf.data];
  const first = level * outputs + output;
  to.start.data.set(start, first);
  const write = (node: number, tree: number, place: number): void => {
    const split = trees.column[node]!;
    const isLeaf = split < 0;
    if (place >= nodes) {
      leaf[tree * (nodes + 1) + place - nodes] = trees.threshold[node]!;
      return;
    }
    const at = tree * nodes + place;
    column[at] = isLeaf ? 0 : split;
    threshold[at] = isLeaf ? 0 : trees.threshold[node]!;
    write(isLeaf ? node : trees.left[node]!, tree, 2 * place + 1);
    write(isLeaf ? node : trees.left[node]! + 1, tree, 2 * place + 2);
  };
  for (const [k, root] of trees.roots.entries())
    write(root, (first + (k % start.length)) * count + Math.floor(k / start.length), 0);
};
