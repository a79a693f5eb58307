/** Usefulness: can what is learnt from samples predict real rows? */
import { permutation, setting } from "@scorefield/core";
import type { NdArray } from "@scorefield/tensor";
import { linearModel } from "../linear/linear-model.ts";
import { boostedTrees } from "../trees/boosted-trees.ts";
import { numberColumns } from "./cells.ts";
import { declareMetric, type SetStatistic } from "./metric.ts";
import { rankedAuc } from "./ranked-auc.ts";
import { allRows } from "./set-rows.ts";
import { statistic } from "./statistic.ts";
import { type PredictionTask, predictionTask, withoutTarget } from "./usefulness-target.ts";

/** What was predicted, and how well: details of {@link usefulnessMetric}. */
export interface Usefulness {
  /** The name of the column. */
  readonly target: string;
  /** `AUC`, of several classes the mean of each against the others, or `R2`: the share of the variance that is predicted. */
  readonly figure: "AUC" | "R2";
  /** Rows that both trained on, and rows that both were tested on. */
  readonly training: number;
  readonly tested: number;
  /** Root of the mean squared error, in the unit of the column, where it is of numbers. */
  rmse?: { samples?: number; real?: number };
}

/** The number of rows that are trained on and tested on, at most: both sets have so many. */
const mostRows = 50_000;

/** Probabilities [n, classes] or values [n] of rows, from what training rows say. */
const predictions = (
  shown: ReturnType<typeof withoutTarget>,
  asked: NdArray,
  { objective, classes, categories }: PredictionTask,
  by: string | number,
  seed: number,
  signal: AbortSignal | undefined,
): Float64Array => {
  const options = { objective, categories, signal, ...(objective === "classes" && { classes }) };
  const model =
    by === "linear" ? linearModel(shown.x, shown.y, options) : boostedTrees(shown.x, shown.y, { ...options, seed });
  return model.predict(asked).data;
};

/** The mean AUC of the classes that occur among rows, each against the others. */
const meanAuc = (p: Float64Array, y: Float64Array, { objective, classes }: PredictionTask): SetStatistic => {
  const scored = (k: number): Float64Array => (objective === "binary" ? p : y.map((_, i) => p[i * classes + k]!));
  const kinds = objective === "binary" ? [1] : [...new Set(y)].sort((a, b) => a - b);
  const areas = kinds.map((k) => rankedAuc(scored(k), (row) => y[row] === k));
  return statistic([y.length], (counts) => {
    // A class that does not occur among the rows, or alone, has none.
    const found = areas.map((area) => area((row) => counts![row]!)).filter((auc) => !Number.isNaN(auc));
    return found.length > 0 ? found.reduce((sum, auc) => sum + auc, 0) / found.length : 0.5;
  });
};

const squaredError = (p: Float64Array, y: Float64Array, counts: ArrayLike<number>): number => {
  let [sum, all] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    sum += counts[i]! * (p[i]! - y[i]!) ** 2;
    all += counts[i]!;
  }
  return sum / all;
};

/** 1 - squared error / variance. Constant rows are predicted wholly or not at all. */
const shareOfVariance = (p: Float64Array, y: Float64Array): SetStatistic =>
  statistic([y.length], (counts) => {
    let [sum, all] = [0, 0];
    for (let i = 0; i < y.length; i++) {
      sum += counts![i]! * y[i]!;
      all += counts![i]!;
    }
    const variance = squaredError(new Float64Array(y.length).fill(sum / all), y, counts!);
    const error = squaredError(p, y, counts!);
    return variance > 0 ? 1 - error / variance : error > 0 ? 0 : 1;
  });

/**
 * Trains on samples and tests on real rows that the model did not see (TSTR of Esteban, Hyland & Raetsch 2017), beside
 * training on as many real rows. A column is predicted from all others by boosted trees or a linear model: by default the
 * last category of 2 to 20 levels, else the last column of numbers. All rows are used, up to 50,000 of each set. Rows that
 * lack the column are left out.
 */
export const usefulnessMetric = declareMetric({
  kind: "usefulness",
  name: "usefulnessMetric",
  family: "usefulness",
  title: "usefulness",
  summary: "how well what is learnt from samples predicts a column of real rows (AUC of levels, R2 of numbers)",
  source: "Esteban, Hyland & Raetsch 2017 (train on synthetic, test on real)",
  unit: "AUC or R2",
  good: "large",
  zero: "R2: no better than the mean of the column. AUC: every order is wrong, and chance gives 0.5",
  needs: "rows",
  settings: {
    by: setting.choice({
      values: ["trees", "linear"],
      default: "trees",
      help: "what learns: boosted trees, or logistic or linear regression",
    }),
    target: setting.text({
      fewest: 1,
      otherwise: "the last category of 2 to 20 levels, else the last column of numbers",
      help: "name of the column that is predicted",
    }),
  },
  take: async ({ data, own, columns: given, seed, signal }, { by, target }) => {
    const columns = given ?? numberColumns(own.samples.shape[1]!);
    const task = predictionTask(columns, target);
    if (!task) return undefined;
    const real = data.real ?? data.training;
    const sets = {
      samples: data.samples,
      reference: await allRows(data.reference),
      real: real && (await allRows(real)),
    };
    const count = Math.min(mostRows, sets.samples.shape[0]!, sets.real?.shape[0] ?? Number.POSITIVE_INFINITY);
    const some = (set: NdArray, count: number, step: number): ArrayLike<number> =>
      permutation(set.shape[0]!, { seed, step, purpose: "resampling" }).data.subarray(0, count);
    const tested = withoutTarget(sets.reference, task.column, some(sets.reference, mostRows, 1));
    const shown = (set: NdArray, count: number, step: number) =>
      withoutTarget(set, task.column, some(set, count, step));
    const fromSamples = shown(sets.samples, count, 0);
    const fromReal = sets.real && shown(sets.real, count, 2);
    if (tested.y.length < 2 || fromSamples.y.length < 2 || (fromReal && fromReal.y.length < 2)) return undefined;
    const numbers = task.objective === "squares";
    const details: Usefulness = {
      target: columns[task.column]!.name,
      figure: numbers ? "R2" : "AUC",
      training: fromSamples.y.length,
      tested: tested.y.length,
      ...(numbers && { rmse: {} }),
    };
    const of = (rows: ReturnType<typeof withoutTarget>, name?: "samples" | "real"): SetStatistic => {
      const p = predictions(rows, tested.x, task, by, seed, signal);
      if (!numbers) return meanAuc(p, tested.y, task);
      if (name) details.rmse![name] = Math.sqrt(squaredError(p, tested.y, new Float64Array(p.length).fill(1)));
      return shareOfVariance(p, tested.y);
    };
    const { control } = own;
    return {
      samples: () => of(fromSamples, "samples"),
      ...(fromReal && { real: () => of(fromReal, "real") }),
      ...(control && { control: () => of(shown(control, control.shape[0]!, 3)) }),
      name: by === "linear" ? "usefulness, linear" : "usefulness",
      label: `usefulness for ${details.target}${by === "linear" ? ", linear" : ""} (${details.figure})`,
      details,
    };
  },
});
