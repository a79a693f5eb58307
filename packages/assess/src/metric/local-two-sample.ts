/** The local classifier two-sample test: whether a posterior is right at one observation. */
import { ArgumentError, permutation } from "@scorefield/core";
import { checkOptions, checkWhole, type Known, type Rows, toRows } from "@scorefield/core/internal";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { boostedTrees } from "../trees/boosted-trees.ts";
import { rowRelations } from "./row-relations.ts";

/** What {@link localTwoSampleTest} looks at. */
export interface LocalTwoSampleOptions {
  /** Parameters [n, d] from the prior, at least 100, which the posterior has not learnt from. */
  readonly parameters: NdArray;
  /** What the simulator made of them, [n, ...shape]. */
  readonly data: NdArray;
  /** One draw of the posterior given each row of data, [n, d]. */
  readonly drawn: NdArray;
  /** Where the posterior is tested, [...shape]. */
  readonly observation: NdArray;
  /** Draws of the posterior given the observation, [k, d]. */
  readonly draws: NdArray;
  /** Classifiers that see draws and parameters at random, from which the p-value comes. Default 50. */
  readonly permutations?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/** The result of {@link localTwoSampleTest}. */
export interface LocalTwoSampleTest {
  /** Mean square of (probability that a draw is one - 1/2) over the draws at the observation: 0 where nothing tells them apart. */
  readonly statistic: number;
  /** The same of classifiers that see draws and parameters at random, in ascending order. */
  readonly byChance: Float64Array;
  /** The share of these at or above the statistic, it counted as one; at least 1 / (permutations + 1). */
  readonly pValue: number;
  /** The probability that each draw is one rather than a parameter of the simulator with such data, [k]. Even: 1/2. */
  readonly probability: Float64Array;
}

const known = {
  parameters: true,
  data: true,
  drawn: true,
  observation: true,
  draws: true,
  permutations: true,
  seed: true,
  signal: true,
} satisfies Known<LocalTwoSampleOptions>;

const owner = "localTwoSampleTest";

/** Parameters beside the data that they belong to, [n, d + m]. One row of data is for all. */
const beside = (parameters: Rows, data: Rows): Rows => {
  const w = parameters.d + data.d;
  const rows = new Float64Array(parameters.n * w);
  for (let i = 0; i < parameters.n; i++) {
    const own = data.n === 1 ? 0 : i;
    rows.set(parameters.data.subarray(i * parameters.d, (i + 1) * parameters.d), i * w);
    rows.set(data.data.subarray(own * data.d, (own + 1) * data.d), i * w + parameters.d);
  }
  return { n: parameters.n, d: w, data: rows };
};

const checked = (options: LocalTwoSampleOptions) => {
  const { observation, permutations = 50 } = options;
  const parameters = toRows(`${owner} parameters`, options.parameters);
  const data = toRows(`${owner} data`, options.data);
  const drawn = toRows(`${owner} drawn`, options.drawn);
  const draws = toRows(`${owner} draws`, options.draws);
  if (parameters.n < 100) throw new ArgumentError(`${owner}: expected at least 100 simulations, found ${parameters.n}`);
  for (const [name, rows] of Object.entries({ data, drawn }))
    if (rows.n !== parameters.n)
      throw new ShapeError(
        `${owner} ${name}: expected ${parameters.n} rows, one for each row of parameters, found ${rows.n}`,
      );
  for (const [name, rows] of Object.entries({ drawn, draws }))
    if (rows.d !== parameters.d)
      throw new ShapeError(`${owner} ${name}: expected rows of ${parameters.d} parameters, found ${rows.d}`);
  if (draws.n < 10) throw new ArgumentError(`${owner} draws: expected at least 10, found ${draws.n}`);
  const seen = toRows(`${owner} observation`, { ...observation, shape: [1, ...(observation?.shape ?? [])] } as NdArray);
  if (seen.d !== data.d)
    throw new ShapeError(
      `${owner} observation: expected [${options.data.shape.slice(1).join(", ")}], found [${observation.shape.join(", ")}]`,
    );
  checkWhole(`${owner} permutations`, permutations);
  return { parameters, data, drawn, draws, seen, permutations };
};

/**
 * Trains a classifier to tell draws of an amortised posterior from the parameters that data were simulated of, both beside their data,
 * and asks it about draws given one observation (l-C2ST: Linhart, Gramfort & Rodrigues 2023, algorithms 1 and 2). Where it is sure of
 * them, the posterior is wrong at this observation. What chance makes of the statistic is found by classifiers that see both at random:
 * for each simulation a coin decides which of the two is called a draw. The classifier is boosted trees, which also see how parameters and
 * data stand to each other.
 *
 *     const drawn = await estimator.drawEach(data, { draws: 1 });
 *     const draws = await estimator.draw(observation);
 *     localTwoSampleTest({ parameters, data, drawn: ndarray(drawn.data, parameters.shape), observation, draws }).pValue;
 *
 * @throws ShapeError | ArgumentError for arrays that do not fit together, fewer than 100 simulations or 10 draws, numbers that are not
 *   finite and options out of range; the signal's reason when aborted
 */
export const localTwoSampleTest = (options: LocalTwoSampleOptions): LocalTwoSampleTest => {
  checkOptions(owner, options, known);
  const { seed = 0, signal } = options;
  const { parameters, data, drawn, draws, seen, permutations } = checked(options);
  const { n } = parameters;
  const real = beside(parameters, data);
  const relations = rowRelations(
    real,
    Array.from({ length: real.d }, (_, j) => j),
  );
  const wide = [real, beside(drawn, data)].map(relations) as [Rows, Rows];
  const w = wide[0].d;
  const at = relations(beside(draws, seen));
  const points = ndarray(at.data, [at.n, w]);
  // Simulation i at rows 2 i, the parameter, and 2 i + 1, the draw.
  const x = new Float64Array(2 * n * w);
  for (const [side, rows] of wide.entries())
    for (let i = 0; i < n; i++) x.set(rows.data.subarray(i * w, (i + 1) * w), (2 * i + side) * w);
  const all = ndarray(x, [2 * n, w]);
  const probabilities = (labels: Int32Array): Float64Array => {
    signal?.throwIfAborted();
    const trees = boostedTrees(all, labels, {
      rounds: 60,
      depth: 4,
      bins: 64,
      smallestLeaf: Math.max(5, Math.min(50, n >> 4)),
      seed,
      ...(signal && { signal }),
    });
    return Float64Array.from(trees.predict(points).data as ArrayLike<number>, Number);
  };
  const statisticOf = (found: Float64Array): number => found.reduce((sum, p) => sum + (p - 0.5) ** 2 / found.length, 0);
  const probability = probabilities(Int32Array.from({ length: 2 * n }, (_, i) => i % 2));
  const statistic = statisticOf(probability);
  const byChance = Float64Array.from({ length: permutations }, (_, k) => {
    const order = permutation(2 * n, { seed, step: k, purpose: "resampling" }).data;
    // A coin for each simulation: whether its two rows change places.
    return statisticOf(
      probabilities(Int32Array.from({ length: 2 * n }, (_, i) => (i + (order[i - (i % 2)]! % 2)) % 2)),
    );
  }).sort();
  const above = byChance.filter((value) => value >= statistic).length;
  return { statistic, byChance, pValue: (1 + above) / (1 + permutations), probability };
};
