/** How much more frequent rows are in data than among samples of a model, by boosted trees. */
import { ArgumentError } from "@scorefield/core";
import { checkMade, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { boostedTrees } from "./boosted-trees.ts";
import { withCodesAsNumbers } from "./codes-as-numbers.ts";
import { checkCategories, checkCodes, tableRows } from "./table-rows.ts";
import { type BoostedTrees, restoreTrees, type StoredTrees } from "./trained-trees.ts";
import { joined, type LabelledRows, singlePrecision, twoSetParts } from "./two-sets.ts";

/** Options of {@link densityRatio}. */
export interface DensityRatioOptions {
  /** Levels of each column, [d]: its cells are codes from 0. A column of numbers has 0. Default: all are numbers. */
  readonly categories?: readonly number[] | undefined;
  /** Parts of the rows. For each, trees are trained on the others until its own loss rises. At least 2, default 3. */
  readonly folds?: number;
  /** Trees of each part, at most. Default 300. */
  readonly rounds?: number;
  /** Of the parts and the rows that trees see. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal | undefined;
  /** @param done parts that are trained */
  readonly onProgress?: (done: number, parts: number) => void;
}

const known = {
  categories: true,
  folds: true,
  rounds: true,
  seed: true,
  signal: true,
  onProgress: true,
} satisfies Known<DensityRatioOptions>;

/** What is kept of a density ratio. Plain JSON. */
export interface StoredDensityRatio {
  /** Levels of each column of a row, 0 for numbers. */
  readonly categories: readonly number[];
  /** The trees of each part. */
  readonly parts: readonly StoredTrees[];
  /** Mean log-loss of rows that their trees have not seen, in nats: log 2 where no row can be told apart. */
  readonly loss: number;
}

/** A density ratio. Its JSON is {@link StoredDensityRatio}. */
export interface DensityRatio extends StoredDensityRatio {
  /**
   * log p(row) / q(row), p the density of the data and q that of the samples, float64 [n].
   * @throws ShapeError for rows of another size; ArgumentError for codes without a level and infinite values
   */
  logRatio(rows: NdArray): NdArray<"float64">;
}

/** @throws ArgumentError for what is no such JSON */
export const restoreDensityRatio = (stored: StoredDensityRatio): DensityRatio => {
  checkMade("density ratio", stored, ["parts", "loss", "categories"], "what densityRatio makes");
  if (!Array.isArray(stored.parts) || !Array.isArray(stored.categories))
    throw new ArgumentError("density ratio: expected lists as parts and categories, found others");
  const categories = checkCategories("density ratio", stored.categories, stored.categories.length);
  const parts: BoostedTrees[] = stored.parts.map(restoreTrees);
  const width = withCodesAsNumbers({ n: 0, d: categories.length, data: new Float64Array(0) }, Array.from(categories));
  for (const { objective, columns, categories: levels } of parts)
    if (objective !== "binary" || columns !== width.rows.d || levels.join() !== width.categories.join())
      throw new ArgumentError(
        `density ratio: expected trees of two classes for ${width.rows.d} columns, found ${objective} for ${columns}`,
      );
  if (parts.length === 0) throw new ArgumentError("density ratio: expected trees of at least one part, found none");
  return {
    ...stored,
    logRatio: (rows) => {
      const given = tableRows("density ratio", rows);
      if (given.d !== categories.length)
        throw new ShapeError(`density ratio: expected rows of ${categories.length} numbers, found [${rows.shape}]`);
      const { n, d, data } = withCodesAsNumbers(singlePrecision(given), stored.categories).rows;
      const x = ndarray(data, [n, d]);
      const sum = new Float64Array(n);
      for (const trees of parts)
        for (const [i, logit] of trees.logits(x).data.entries()) sum[i]! += logit / parts.length;
      return ndarray(sum, [sum.length]);
    },
  };
};

/**
 * Learns log p / q from rows of both: the logit of a classifier of the two sets, where both count the same (Sugiyama, Suzuki &
 * Kanamori 2012, section 4; Grover et al. 2019). It is the mean over trees that each were trained on all parts of the
 * rows but one and stopped by the loss of that one, so it does not memorise single rows.
 *
 *     const ratio = densityRatio(real, samples, { categories: [0, 3, 0] });
 *     ratio.logRatio(rows).data; // above 0 where the samples have too few such rows
 *
 * @param real [n, d] @param samples [m, d]
 * @throws ShapeError for rows of different length, or fewer rows than parts; ArgumentError for codes without a
 *   level, unknown options and options out of range; the signal's reason when aborted
 */
export const densityRatio = (real: NdArray, samples: NdArray, options: DensityRatioOptions = {}): DensityRatio => {
  const name = "densityRatio";
  checkOptions(name, options, known);
  const { folds = 3, rounds = 300, seed = 0, signal, onProgress } = options;
  checkWhole(`${name} folds`, folds);
  checkWhole(`${name} rounds`, rounds);
  if (folds < 2) throw new ArgumentError(`${name} folds: expected at least 2, found ${folds}`);
  const sets = [tableRows(name, samples), tableRows(name, real)] as const;
  const { d } = sets[0];
  if (real.shape.length !== 2 || samples.shape.length !== 2 || d !== sets[1].d || sets.some(({ n }) => n < folds))
    throw new ShapeError(
      `${name}: expected at least ${folds} rows of equal length in each set, found [${real.shape}] and [${samples.shape}]`,
    );
  const levels = Array.from(checkCategories(name, options.categories, d));
  for (const set of sets) checkCodes(name, set, levels);
  // Samples first, with label 0; then real rows, with label 1.
  const { rows, categories } = withCodesAsNumbers(singlePrecision(joined(sets)), levels);
  const sizes = [sets[0].n, sets[1].n] as const;
  const { inside, outside } = twoSetParts(rows, sizes, { folds, seed });
  // Both sets count the same, whatever their sizes.
  const weights = sizes.map((n) => rows.n / 2 / n);
  const weighted = ({ x, labels }: LabelledRows) => ({
    x,
    target: labels,
    sampleWeights: labels.map((label) => weights[label]!),
  });
  let loss = 0;
  const parts = Array.from({ length: folds }, (_, part): StoredTrees => {
    signal?.throwIfAborted();
    const { x, target, sampleWeights } = weighted(outside(part));
    const trees = boostedTrees(x, target, {
      categories,
      sampleWeights,
      rounds,
      leastCurvature: 5,
      rowsPerTree: 0.7,
      validation: weighted(inside(part)),
      patience: 20,
      // Seeds are below 2^53.
      seed: (seed + part) % 2 ** 53,
      signal,
    });
    loss += Math.min(...trees.losses!) / folds;
    onProgress?.(part + 1, folds);
    const { predict: _predict, logits: _logits, ...stored } = trees;
    return stored;
  });
  return restoreDensityRatio({ categories: levels, parts, loss });
};
