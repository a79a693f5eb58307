/** Growing a forest: the trees of one noise level after the other. */
import {
  ArgumentError,
  type Checkpoint,
  type Dataset,
  dataset,
  edmPreconditioning,
  flatLayout,
  type InProgress,
  type Network,
  normal,
  type Preconditioning,
  type Process,
  type TrainEvent,
  type TrainedModel,
  trainedModel,
} from "@scorefield/core";
import {
  checkMade,
  checkOptions,
  checkProcess,
  type ForestParameters,
  type ForestSettings,
  forestLogRatio,
  inProgress,
  type Known,
} from "@scorefield/core/internal";
import { isNdArray, type NdArray, ndarray, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import { boostedTrees } from "./boosted-trees.ts";
import { writeTrees } from "./complete-trees.ts";
import type { BoostedTrees } from "./trained-trees.ts";

/** Options of {@link trainForest}. */
export interface TrainForestOptions {
  /** Rows [n, ...shape], or a dataset of them. */
  readonly data: NdArray<"float32"> | Dataset;
  /** Rows that training does not see: their error is taken at each level. */
  readonly heldOut?: NdArray<"float32"> | Dataset | undefined;
  readonly process: Process;
  /** A `forest`. */
  readonly network: Network;
  /** `edmPreconditioning`, or `mixedPreconditioning` of the same columns and scale. Default the first. */
  readonly preconditioning?: Preconditioning;
  /** Default 0. */
  readonly seed?: number;
  /** Go on after the levels that were done. The result is the same to the bit. */
  readonly resume?: Checkpoint | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (event: TrainEvent) => void;
}

const known = {
  data: true,
  heldOut: true,
  process: true,
  network: true,
  preconditioning: true,
  seed: true,
  resume: true,
  signal: true,
  onProgress: true,
} satisfies Known<TrainForestOptions>;

const name = "trainForest";
/** Noisy rows that a level is grown on where the number of duplicates is not given. */
const usualRows = 20_000;
/** Numbers of noisy rows and their targets: a gibibyte for each of the arrays of both. */
const mostNumbers = 2 ** 27;
/** Noisy rows that errors are taken of. */
const judged = 2000;

const toDataset = (what: string, data: NdArray<"float32"> | Dataset): Dataset => {
  if (isNdArray(data)) return dataset(data as NdArray<"float32">);
  checkMade(`${name} ${what}`, data, ["count", "shape", "read"], "an array of rows or a dataset");
  return data as Dataset;
};

/** Options with their defaults, checked. */
const settingsOf = (options: TrainForestOptions) => {
  checkOptions(name, options, known);
  const { process, network, preconditioning = edmPreconditioning(), seed = 0, resume, signal, onProgress } = options;
  checkProcess(name, process);
  checkMade(`${name} network`, network, ["recipe", "initialise"], "a network such as forest()");
  if (network.levels === undefined)
    throw new ArgumentError(`${name}: expected a forest, found ${network.recipe.kind}; train that with train`);
  const data = toDataset("data", options.data);
  const heldOut = options.heldOut && toDataset("heldOut", options.heldOut);
  if (heldOut && heldOut.shape.join() !== data.shape.join())
    throw new ShapeError(`${name} heldOut: expected rows of shape [${data.shape}], found [${heldOut.shape}]`);
  const recipe = network.recipe as unknown as ForestSettings;
  const {
    kind,
    columns,
    scale,
    sigmaData = 1,
  } = preconditioning.recipe as Partial<ForestSettings> & {
    kind: string;
    sigmaData?: number;
  };
  const width = sizeOf(data.shape);
  const categories = recipe.columns?.some((size) => size > 1) ?? false;
  const fits =
    kind === "edm"
      ? !categories
      : kind === "mixed" &&
        (columns === undefined ? !categories : `${columns}` === `${recipe.columns ?? columns.map(() => 1)}`) &&
        (!categories || (scale === recipe.scale && sigmaData === 1));
  if (!fits)
    throw new ArgumentError(
      `${name}: expected edmPreconditioning for a forest of numbers, or mixedPreconditioning of its columns and scale with sigmaData 1, found ${kind}`,
    );
  const duplicates = recipe.duplicates ?? Math.min(100, Math.max(10, Math.ceil(usualRows / data.count)));
  if (data.count < 2) throw new ArgumentError(`${name}: expected at least 2 rows, found ${data.count}`);
  if (data.count * duplicates * width > mostNumbers)
    throw new ArgumentError(
      `${name}: expected at most ${mostNumbers} numbers of noisy rows, found ${data.count} rows of ${width} ${duplicates} times; take fewer duplicates, or a network such as mlp`,
    );
  return {
    process,
    network,
    preconditioning,
    seed,
    resume,
    signal,
    onProgress,
    data,
    heldOut,
    recipe,
    sigmaData,
    duplicates,
  };
};

/**
 * Checks options without growing anything.
 * @throws ArgumentError, ShapeError as {@link trainForest} would at its first event
 */
export const checkForestTraining = (options: TrainForestOptions): void => {
  settingsOf(options);
};

/** Noisy rows of a level, as the model will see them, and what they were made of. */
interface LevelRows {
  readonly x: NdArray<"float64">;
  readonly clean: NdArray<"float32">;
  readonly ratio: number;
  readonly sigmaData: number;
}

const noisyRows = (
  clean: NdArray<"float32">,
  count: number,
  { ratio, sigmaData }: { readonly ratio: number; readonly sigmaData: number },
  draw: { readonly seed: number; readonly step: number; readonly purpose: "noise" | "held-out" },
): LevelRows => {
  const width = clean.shape[1]!;
  const x = normal([count, width], { ...draw, dtype: "float64" });
  const cIn = 1 / Math.hypot(ratio, sigmaData);
  for (let i = 0; i < x.data.length; i++)
    x.data[i] = Math.fround(cIn * (clean.data[i % clean.data.length]! + ratio * x.data[i]!));
  return { x, clean, ratio, sigmaData };
};

/**
 * What trees should say of a number. With y = x_0 + r z and the preconditioning's input c_in y that is
 * F = (x_0 - c_skip y) / c_out (Karras et al. 2022, equation 8).
 */
const numberTargets = ({ x, clean, ratio, sigmaData }: LevelRows, at: number): Float64Array => {
  const [n = 0, width = 0] = x.shape;
  const rows = clean.shape[0]!;
  const cIn = 1 / Math.hypot(ratio, sigmaData);
  const cOut = ratio * sigmaData * cIn;
  // c_skip y, of c_in y.
  const skip = sigmaData ** 2 * cIn;
  return Float64Array.from(
    { length: n },
    (_, i) => (clean.data[(i % rows) * width + at]! - skip * x.data[i * width + at]!) / cOut,
  );
};

/** The level of a category, from its one-hot vector. */
const levelsOf = ({ x, clean }: LevelRows, at: number, size: number): Int32Array => {
  const [n = 0, width = 0] = x.shape;
  const rows = clean.shape[0]!;
  const level = Int32Array.from({ length: rows }, (_, i) => {
    const own = clean.data.subarray(i * width + at, i * width + at + size);
    return own.indexOf(Math.max(...own));
  });
  return Int32Array.from({ length: n }, (_, i) => level[i % rows]!);
};

/** The mean squared error of a number's F, or the mean cross-entropy of a category in nats. */
const meanLoss = (grown: BoostedTrees, rows: LevelRows, at: number, size: number): number => {
  const said = grown.predict(rows.x).data;
  const n = rows.x.shape[0]!;
  if (size === 1) return numberTargets(rows, at).reduce((sum, target, i) => sum + (said[i]! - target) ** 2, 0) / n;
  return (
    levelsOf(rows, at, size).reduce((sum, level, i) => sum - Math.log(Math.max(said[i * size + level]!, 1e-12)), 0) / n
  );
};

const head = (rows: LevelRows): LevelRows => {
  const [n = 0, width = 0] = rows.x.shape;
  const count = Math.min(n, judged);
  return { ...rows, x: ndarray(rows.x.data.slice(0, count * width), [count, width]) };
};

// A level that no row has: its logarithm would be -Infinity.
const leastLogit = -30;

/** Lets what wants to cancel have its turn. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

const allRows = async ({ count, read, shape }: Dataset): Promise<NdArray<"float32">> => {
  const { data } = await read(Array.from({ length: count }, (_, i) => i));
  return ndarray(data, [count, sizeOf(shape)]) as NdArray<"float32">;
};

async function* grownLevels(
  options: TrainForestOptions,
  finish: (model: TrainedModel) => void,
): AsyncGenerator<TrainEvent, void> {
  const settings = settingsOf(options);
  const { process, network, preconditioning, seed, resume, signal, onProgress, data, heldOut, recipe } = settings;
  const { sigmaData, duplicates } = settings;
  const { levels, trees, depth, shrinkage, smallestLeaf, columns } = recipe;
  const layout = flatLayout(network.initialise(data.shape, seed));
  const done = resume?.step ?? 0;
  if (resume && (done > levels || resume.state.average.shape[0] !== layout.size))
    throw new ArgumentError(
      `${name} resume: expected a checkpoint of at most ${levels} levels of ${layout.size} numbers, found ${done} of ${resume.state.average.shape[0]}`,
    );
  const vector = zeros([layout.size]);
  if (resume) vector.data.set(resume.state.average.data as Float32Array);
  const parameters = layout.unflatten(vector) as unknown as ForestParameters<NdArray<"float32">>;
  const clean = await allRows(data);
  const apart = heldOut && heldOut.count > 0 ? await allRows(heldOut) : undefined;
  const sizes = columns ?? new Array<number>(sizeOf(data.shape)).fill(1);
  const none = zeros([0]);
  for (let level = done; level < levels; level++) {
    const began = performance.now();
    const noise = { ratio: Math.exp(forestLogRatio(recipe, level)), sigmaData };
    const rows = noisyRows(clean, duplicates * data.count, noise, { seed, step: level, purpose: "noise" });
    const others =
      apart && noisyRows(apart, Math.max(judged, apart.shape[0]!), noise, { seed, step: level, purpose: "held-out" });
    const some = head(rows);
    let [at, loss, heldOutLoss] = [0, 0, 0];
    for (const size of sizes) {
      const options = { rounds: trees, depth, learningRate: shrinkage, smallestLeaf, l2: 0, signal };
      const grown =
        size === 1
          ? boostedTrees(rows.x, numberTargets(rows, at), { ...options, objective: "squares" })
          : boostedTrees(rows.x, levelsOf(rows, at, size), { ...options, objective: "classes", classes: size });
      const start = grown.start.map((value) => Math.max(value, leastLogit));
      writeTrees({ start, trees: grown.trees }, parameters, level, at);
      loss += meanLoss(grown, some, at, size) / sizes.length;
      if (others) heldOutLoss += meanLoss(grown, others, at, size) / sizes.length;
      at += size;
      await turn();
      signal?.throwIfAborted();
    }
    const seconds = (performance.now() - began) / 1000;
    const state = ndarray(Float32Array.from(vector.data), [layout.size]);
    const step = level + 1;
    const event: TrainEvent = {
      step,
      steps: levels,
      share: step / levels,
      loss,
      losses: Float32Array.of(loss),
      gradientNorm: 0,
      learningRate: shrinkage,
      stepsPerSecond: 1 / seconds,
      samplesPerSecond: (duplicates * data.count) / seconds,
      ...(others && { heldOutLoss }),
      checkpoint: { step, state: { parameters: state, firstMoment: none, secondMoment: none, average: state } },
    };
    if (step === levels)
      finish(trainedModel({ process, network, preconditioning }, layout.unflatten(state), data.shape));
    onProgress?.(event);
    yield event;
  }
  if (done === levels)
    finish(trainedModel({ process, network, preconditioning }, layout.unflatten(vector), data.shape));
}

/**
 * Grows a forest of score-matching trees (Jolicoeur-Martineau, Fatras & Kachman 2024, algorithm 1): at each noise level
 * every row is noised `duplicates` times, and boosted trees for each column learn what a network would be trained to say. One
 * event for each level: `loss` is the mean over columns of squared errors of F, and cross-entropies in nats, in noisy rows
 * that it has seen, `heldOutLoss` in noisy rows of those that it has not; `gradientNorm` is 0, as there are no gradients. The same data, settings
 * and seed give the same forest.
 * @throws ArgumentError, ShapeError for bad options; TrainingError when the consumer stops before the last event; the
 *   signal's reason when aborted (all at the first event or the result)
 */
export const trainForest = (options: TrainForestOptions): InProgress<TrainEvent, TrainedModel> =>
  inProgress<TrainEvent, TrainedModel>((finish) => grownLevels(options, finish));
