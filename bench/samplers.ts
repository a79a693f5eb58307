/**
 * How far the samples of each solver of the probability-flow ODE are from the truth, on every process, by evaluations of the model.
 * The scores are exact, so all error is the solver's.
 *
 *     npm run bench bench/samplers.ts                    two minutes on one core
 *     npm run bench bench/samplers.ts -- --only edm,vp   some processes
 *     npm run bench bench/samplers.ts -- --all           every solver on every grid, eight minutes
 *     npm run bench bench/samplers.ts -- --all --solvers "unipc 3"
 *
 * One model has six independent dimensions, so that one run measures six things: N(0, 1), N(0, .3^2), a mixture of three Gaussians of
 * different weights and widths, three points (width 0.01) as a table's words are to a network, and eight Gaussians on the unit circle
 * in the plane. The first four start from the quantiles of the prior at 4,000 equal steps. So they have no noise of sampling: the
 * Wasserstein distance is to the exact quantiles. In the plane it is the mean over 128 directions, to 4,000 exact draws.
 */
import { parseArgs } from "node:util";
import { slicedWasserstein } from "@scorefield/assess";
import {
  ddim,
  deis,
  dpmSolver,
  evaluations,
  exact,
  type FlowSamplerOptions,
  type GridName,
  gaussian,
  gaussianMixture,
  gridNames,
  heun,
  normal,
  normalQuantile,
  type Process,
  processFromRecipe,
  processKinds,
  type Sampler,
  type ScoreModel,
  sample,
  unipc,
} from "@scorefield/core";
import { concat, type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable } from "../docs/make/page-section.ts";

const { values: flags } = parseArgs({
  options: {
    all: { type: "boolean", default: false },
    only: { type: "string", default: processKinds.join() },
    solvers: { type: "string" },
  },
});
const count = 4000;
const budgets = [9, 12, 18, 25, 35, 40];
const runtime = native({ threads: 1 });

/** Weights, means and deviations of a mixture on the line. */
interface Line {
  readonly weights: readonly number[];
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

const mixed: Line = { weights: [0.2, 0.5, 0.3], means: [-1.5, 0, 1.2], deviations: [0.15, 0.05, 0.4] };
const points: Line = { weights: [0.1, 0.6, 0.3], means: [-1.3, 0, 1.3], deviations: [0.01, 0.01, 0.01] };

const densityOf = ({ weights, means, deviations }: Line) =>
  gaussianMixture({
    weights: [...weights],
    means: means.map((mean) => [mean]),
    covariances: deviations.map((deviation) => deviation ** 2),
  });

/** Quantiles at `count` equal steps, of a hundred times as many stratified draws. */
const quantilesOf = ({ weights, means, deviations }: Line): Float64Array => {
  const finer = 100 * count;
  const all = weights.flatMap((weight, k) => {
    const n = Math.round(weight * finer);
    return Array.from({ length: n }, (_, i) => means[k]! + deviations[k]! * normalQuantile((i + 0.5) / n));
  });
  const sorted = Float64Array.from(all).sort();
  return Float64Array.from({ length: count }, (_, i) => sorted[100 * i + 50]!);
};

const circle = gaussianMixture({
  means: Array.from({ length: 8 }, (_, k) => [Math.cos((k * Math.PI) / 4), Math.sin((k * Math.PI) / 4)]),
  covariances: Array.from({ length: 8 }, (_, k) => [(0.2 - 0.02 * k) ** 2, (0.04 + 0.02 * k) ** 2]),
});

const densities = [
  gaussian({ mean: [0] }),
  gaussian({ mean: [0], covariance: 0.3 ** 2 }),
  densityOf(mixed),
  densityOf(points),
  circle,
];
const width = 6;
const truths = { mixed: quantilesOf(mixed), points: quantilesOf(points), circle: circle.sample(count, 100) };

/** Independent parts side by side, each exact. */
const together = (process: Process): ScoreModel => {
  const parts = densities.map((density) => exact(density, process));
  return {
    process,
    shape: [width],
    denoise: (x, t) => {
      let from = 0;
      return concat(
        parts.map((part) => {
          const to = from + part.shape[0]!;
          const found = part.denoise(
            x.slice([
              [0, x.shape[0]!],
              [from, to],
            ]),
            t,
          );
          from = to;
          return found;
        }),
        1,
      );
    },
  };
};

const noise = normal([count, 2], { seed: 1, dtype: "float64" }).data;
/** Standard normal starts: quantiles in the first four dimensions, draws in the plane. */
const starts = Float64Array.from({ length: count * width }, (_, at) => {
  const [i, j] = [Math.floor(at / width), at % width];
  return j < 4 ? normalQuantile((i + 0.5) / count) : noise[2 * i + j - 4]!;
});

const column = ({ data }: NdArray<"float64">, j: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => data[i * width + j]!);

/** What the solver missed; deviations as a share of the true ones, distances in the data's units. */
interface Errors {
  readonly deviation: number;
  readonly narrow: number;
  readonly mixed: number;
  readonly weight: number;
  readonly points: number;
  readonly circle: number;
}

const distance = (values: Float64Array, truth: Float64Array): number =>
  values.sort().reduce((sum, value, i) => sum + Math.abs(value - truth[i]!), 0) / count;

/** The largest difference of the share of samples in a mode, of a list's cuts between modes. */
const weightError = (values: Float64Array, truth: Float64Array, cuts: readonly number[]): number => {
  const below = (list: Float64Array, cut: number): number => list.filter((value) => value < cut).length / count;
  const shares = (list: Float64Array): number[] => {
    const ends = [0, ...cuts.map((cut) => below(list, cut)), 1];
    return ends.slice(1).map((end, k) => end - ends[k]!);
  };
  const expected = shares(truth);
  return Math.max(...shares(values).map((share, k) => Math.abs(share - expected[k]!)));
};

const errorsOf = async (process: Process, sampler: Sampler): Promise<Errors> => {
  const initial = ndarray(
    starts.map((value) => value * process.priorDeviation),
    [count, width],
  );
  const x = await sample(together(process), { count, batch: count, sampler, initial, dtype: "float64", runtime });
  const last = (count - 1) * width;
  const plane = ndarray(
    Float64Array.from({ length: 2 * count }, (_, at) => x.data[width * Math.floor(at / 2) + 4 + (at % 2)]!),
    [count, 2],
  );
  return {
    deviation: x.data[last]! / starts[last]! - 1,
    narrow: x.data[last + 1]! / starts[last + 1]! / 0.3 - 1,
    mixed: distance(column(x, 2), truths.mixed),
    weight: Math.max(
      weightError(column(x, 2), truths.mixed, [-0.7, 0.3]),
      weightError(column(x, 3), truths.points, [-0.65, 0.65]),
    ),
    points: distance(column(x, 3), truths.points),
    circle: slicedWasserstein(plane, truths.circle),
  };
};

interface Solver {
  readonly name: string;
  readonly make: (options: FlowSamplerOptions) => Sampler;
}

const solvers: readonly Solver[] = [
  { name: "heun", make: (options) => heun(options) },
  { name: "ddim", make: (options) => ddim(options) },
  { name: "dpm-solver++ 2", make: (options) => dpmSolver({ ...options, order: 2 }) },
  { name: "dpm-solver++ 3", make: (options) => dpmSolver({ ...options, order: 3 }) },
  { name: "deis 3", make: (options) => deis({ ...options, order: 3 }) },
  { name: "unipc 2", make: (options) => unipc({ ...options, order: 2 }) },
  { name: "unipc 3", make: (options) => unipc({ ...options, order: 3 }) },
];

const chosen = solvers.filter(({ name }) => flags.solvers?.split(",").includes(name) ?? true);

interface Point extends Errors {
  readonly process: string;
  readonly solver: string;
  readonly grid: string;
  readonly budget: number;
}

const percent = (share: number, signed = true): string =>
  `${signed && share > 0 ? "+" : ""}${(100 * share).toFixed(2)} %`;
const plain = (value: number): string => value.toPrecision(2);
const table = (of: readonly Point[]): string =>
  markdownTable(
    [
      "solver",
      ...(flags.all ? ["grid"] : []),
      "evaluations",
      "N(0, 1)",
      "N(0, .3²)",
      "three modes",
      "weights",
      "points",
      "plane",
    ],
    of.map((p) => [
      p.solver,
      ...(flags.all ? [p.grid] : []),
      `${p.budget}`,
      percent(p.deviation),
      percent(p.narrow),
      plain(p.mixed),
      percent(p.weight, false),
      plain(p.points),
      plain(p.circle),
    ]),
  );

const found: Point[] = [];
for (const kind of flags.only.split(",")) {
  const process = processFromRecipe({ kind });
  for (const { name, make } of chosen)
    for (const grid of flags.all ? gridNames : [undefined])
      for (const budget of budgets) {
        // Heun's method takes 2 steps - 1: of an even budget it leaves one.
        const steps = name === "heun" ? Math.floor((budget + 1) / 2) : budget;
        const sampler = make({ steps, ...(grid && { grid: grid as GridName }) });
        if (evaluations(sampler, process) > budget) throw new Error(`${name}: more than ${budget} evaluations`);
        const errors = await errorsOf(process, sampler);
        found.push({ ...errors, process: kind, solver: name, grid: `${sampler.recipe.grid}`, budget });
      }
  console.log(`\n${kind}\n`);
  console.log(table(found.filter((p) => p.process === kind)));
}

const largest = (of: readonly number[]): number => of.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
const groups = [...new Set(found.map(({ solver, grid, budget }) => `${solver}|${grid}|${budget}`))].map((key) => {
  const own = found.filter((p) => `${p.solver}|${p.grid}|${p.budget}` === key);
  const worst = (of: (p: Point) => number): number => largest(own.map(of));
  return {
    ...own[0]!,
    deviation: worst((p) => p.deviation),
    narrow: worst((p) => p.narrow),
    mixed: worst((p) => p.mixed),
    weight: worst((p) => p.weight),
    points: worst((p) => p.points),
    circle: worst((p) => p.circle),
  };
});
console.log("\nThe worst of these processes\n");
console.log(table(groups));
const floor = slicedWasserstein(circle.sample(count, 101), truths.circle);
console.log(`\nBetween two exact sets in the plane: ${plain(floor)}`);
process.exit(0);
