/** Trees in flat lists: quick to walk, and plain JSON. */
import { ArgumentError } from "@scorefield/core";

/**
 * Nodes of all trees in one list. A row goes from a node to `left[node]` or to the node after that one. Children come
 * after their parents.
 */
export interface Forest {
  /** The first node of each tree. Trees of several outputs take turns: tree t adds to output t % outputs. */
  readonly roots: readonly number[];
  /** The column that a node splits, -1 at a leaf. */
  readonly column: readonly number[];
  /** Rows with numbers at most at this go left. At a leaf: what it adds. */
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  /** 1 where a missing cell goes left. */
  readonly missingLeft: readonly number[];
  /** Where the words of a category's split start in `words`, -1 for a split of numbers. */
  readonly levels: readonly number[];
  /** Bit `code % 32` of word `floor(code / 32)` is 1 where the level goes left. */
  readonly words: readonly number[];
}

/** A forest that grows. */
export interface GrowingForest {
  readonly roots: number[];
  readonly column: number[];
  readonly threshold: number[];
  readonly left: number[];
  readonly missingLeft: number[];
  readonly levels: number[];
  readonly words: number[];
}

export const emptyForest = (): GrowingForest => ({
  roots: [],
  column: [],
  threshold: [],
  left: [],
  missingLeft: [],
  levels: [],
  words: [],
});

/** A new leaf that adds 0. @returns its number */
export const addNode = (forest: GrowingForest): number => {
  forest.column.push(-1);
  forest.threshold.push(0);
  forest.left.push(-1);
  forest.missingLeft.push(0);
  forest.levels.push(-1);
  return forest.column.length - 1;
};

/** Adds the trees of another forest. @param scale leaves are multiplied by it */
export const appendForest = (forest: GrowingForest, more: Forest, scale: number): void => {
  const [nodes, words] = [forest.column.length, forest.words.length];
  for (const root of more.roots) forest.roots.push(root + nodes);
  for (const [node, column] of more.column.entries()) {
    const isLeaf = column < 0;
    forest.column.push(column);
    forest.threshold.push(more.threshold[node]! * (isLeaf ? scale : 1));
    forest.left.push(isLeaf ? -1 : more.left[node]! + nodes);
    forest.missingLeft.push(more.missingLeft[node]!);
    forest.levels.push(more.levels[node]! < 0 ? -1 : more.levels[node]! + words);
  }
  for (const word of more.words) forest.words.push(word);
};

/** The first trees of a forest. */
export const firstTrees = (forest: Forest, trees: number): Forest => {
  const nodes = forest.roots[trees] ?? forest.column.length;
  const kept = (list: readonly number[]): readonly number[] => list.slice(0, nodes);
  return {
    roots: forest.roots.slice(0, trees),
    column: kept(forest.column),
    threshold: kept(forest.threshold),
    left: kept(forest.left),
    missingLeft: kept(forest.missingLeft),
    levels: kept(forest.levels),
    words: forest.words,
  };
};

/** A forest in typed lists. */
export interface PackedForest {
  readonly roots: Int32Array;
  readonly column: Int32Array;
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly missingLeft: Uint8Array;
  readonly levels: Int32Array;
  readonly words: Uint32Array;
}

export const packForest = (forest: Forest): PackedForest => ({
  roots: Int32Array.from(forest.roots),
  column: Int32Array.from(forest.column),
  threshold: Float64Array.from(forest.threshold),
  left: Int32Array.from(forest.left),
  missingLeft: Uint8Array.from(forest.missingLeft),
  levels: Int32Array.from(forest.levels),
  words: Uint32Array.from(forest.words),
});

/**
 * @param categories levels of each column
 * @throws ArgumentError where a walk from a root could leave the lists or never end
 */
export const checkForest = (name: string, forest: Forest, categories: ArrayLike<number>): void => {
  const fail = (what: string): never => {
    throw new ArgumentError(`${name}: expected trees as boostedTrees stores them, found ${what}`);
  };
  for (const list of ["roots", "column", "threshold", "left", "missingLeft", "levels", "words"] as const)
    if (!Array.isArray(forest?.[list]) || !forest[list].every(Number.isFinite)) fail(`no list of numbers as ${list}`);
  const nodes = forest.column.length;
  for (const list of ["threshold", "left", "missingLeft", "levels"] as const)
    if (forest[list].length !== nodes) fail(`${forest[list].length} of ${list} for ${nodes} nodes`);
  for (const root of forest.roots) if (!Number.isInteger(root) || root < 0 || root >= nodes) fail(`root ${root}`);
  for (const [node, column] of forest.column.entries()) {
    if (column === -1) continue;
    const [left, levels] = [forest.left[node]!, forest.levels[node]!];
    if (!Number.isInteger(column) || column < 0 || column >= categories.length) fail(`column ${column}`);
    if (!Number.isInteger(left) || left <= node || left + 1 >= nodes) fail(`node ${left} below node ${node}`);
    if (levels >= 0 !== categories[column]! > 0 || levels + Math.ceil(categories[column]! / 32) > forest.words.length)
      fail(`levels of node ${node} that do not fit column ${column}`);
  }
};

/** Rows that pass all trees together: they and a tree stay in the processor's cache. */
const block = 512;

/**
 * Adds what the trees say to outputs.
 * @param data rows of `d` numbers @param to [outputs, n], output after output
 */
export const addTrees = (
  { roots, column, threshold, left, missingLeft, levels, words }: PackedForest,
  data: Float64Array,
  n: number,
  d: number,
  outputs: number,
  to: Float64Array,
): void => {
  for (let begin = 0; begin < n; begin += block) {
    const end = Math.min(n, begin + block);
    for (let t = 0; t < roots.length; t++) {
      const [root, from] = [roots[t]!, (t % outputs) * n];
      for (let i = begin; i < end; i++) {
        const offset = i * d;
        let node = root;
        for (let j = column[node]!; j >= 0; j = column[node]!) {
          const value = data[offset + j]!;
          const set = levels[node]!;
          const goesLeft = Number.isNaN(value)
            ? missingLeft[node]!
            : set < 0
              ? value <= threshold[node]!
                ? 1
                : 0
              : (words[set + (value >>> 5)]! >>> (value & 31)) & 1;
          node = left[node]! + 1 - goesLeft;
        }
        to[from + i] = to[from + i]! + threshold[node]!;
      }
    }
  }
};
