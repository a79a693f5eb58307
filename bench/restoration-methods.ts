/** The methods that `inverse-digits.ts` compares: posteriors, points with the same denoiser, and references without a learned prior. */
import type { ScoreModel } from "@scorefield/core";
import {
  isLinear,
  type LinearOperator,
  type Posterior,
  type PosteriorOptions,
  posteriorEach,
  powerSpectrum,
  totalVariation,
  wienerFilter,
} from "@scorefield/inverse";
import { type NdArray, type Runtime, sizeOf, type Tensor, zeros } from "@scorefield/tensor";
import type { Task } from "./restoration-tasks.ts";
import { runOnce } from "./run-once.ts";

/** What methods are given. */
export interface Setting {
  readonly model: ScoreModel;
  readonly task: Task;
  /** Measurements, [n, ...output]. */
  readonly ys: NdArray;
  /** Draws of a posterior. */
  readonly draws: number;
  /** Draws at once. */
  readonly batch: number;
  /** Images of the training data, for means and spectra. */
  readonly training: NdArray<"float32">;
  readonly runtime: Runtime;
}

/** Restored images [n, ...shape]; the draws of each, where the method draws. */
export interface Restored {
  readonly means: NdArray;
  readonly draws?: readonly NdArray[];
  /** Misfit of each draw, of each image. */
  readonly misfits?: readonly Float64Array[];
  /** Networks evaluated for each draw. */
  readonly evaluations: number;
  /** Of an iteration: the largest last relative change. */
  readonly change?: number;
}

/** A method, with a setting that is chosen on other images where `grid` lists some. */
export interface Method {
  readonly name: string;
  readonly grid?: { readonly name: string; readonly values: readonly number[] };
  applies(task: Task): boolean;
  restore(about: Setting, value?: number): Promise<Restored>;
}

const linear = ({ operator }: Task): boolean => isLinear(operator);

const stacked = (arrays: readonly NdArray[]): NdArray => {
  const { shape, dtype } = arrays[0]!;
  const result = zeros([arrays.length, ...shape], dtype);
  for (const [i, { data }] of arrays.entries())
    (result.data as Float64Array).set(data as Float64Array, i * sizeOf(shape));
  return result;
};

const fromPosterior = (found: readonly Posterior[]): Restored => {
  const changes = found.map(({ changes: all }) => all?.at(-1) ?? 0);
  return {
    means: stacked(found.map(({ mean }) => mean)),
    ...(found[0]!.deviation && { draws: found.map(({ draws }) => draws) }),
    misfits: found.map(({ misfit }) => misfit.ofDraws),
    evaluations: found[0]!.evaluations,
    ...(found[0]!.changes && { change: Math.max(...changes) }),
  };
};

const draw = (name: string, options: PosteriorOptions, applies: Method["applies"] = linear): Method => ({
  name,
  applies,
  restore: async ({ model, task: { operator, noise }, ys, draws, batch, runtime }) =>
    fromPosterior(await posteriorEach(model, operator, noise, ys, { draws, batch, runtime, seed: 7, ...options })),
});

const point = (name: string, setting: string, values: readonly number[]): Method => ({
  name,
  applies: linear,
  grid: { name: setting, values },
  restore: async ({ model, task: { operator, noise }, ys, batch, runtime }, value) => {
    const options = { method: name, [setting]: value, batch, runtime } as PosteriorOptions;
    return fromPosterior(await posteriorEach(model, operator, noise, ys, options));
  },
});

const apply = async (f: (y: Tensor) => Tensor, ys: NdArray, runtime: Runtime): Promise<Restored> => ({
  means: await runOnce(f, ys, runtime),
  evaluations: 0,
});

/** Mean of the training images, as an estimate that looks at no measurement. */
const meanImage = ({ data, shape: [n = 0, ...shape] }: NdArray<"float32">, copies: number): NdArray => {
  const size = sizeOf(shape);
  const result = zeros([copies, ...shape], "float32");
  for (let i = 0; i < n; i++) for (let j = 0; j < size; j++) result.data[j]! += data[i * size + j]! / n;
  for (let k = 1; k < copies; k++) result.data.copyWithin(k * size, 0, size);
  return result;
};

// An amplitude without noise has curvature 1 / sigma^2 at most, for a transform of norm 1.
const langevin = { langevinSteps: 100, curvature: 400 } as const;

/** All methods, in the order of the table. Settings are defaults where none are given. */
export const methods: readonly Method[] = [
  {
    name: "mean digit",
    applies: () => true,
    restore: async ({ training, ys }) => ({ means: meanImage(training, ys.shape[0]!), evaluations: 0 }),
  },
  {
    name: "pseudo-inverse",
    applies: linear,
    restore: ({ task, ys, runtime }) => apply((task.operator as LinearOperator).pseudoInverse, ys, runtime),
  },
  {
    name: "wiener",
    applies: ({ name }) => name === "blur",
    restore: ({ task, ys, training, runtime }) => {
      const filter = { sigma: task.noise.sigma!, ...powerSpectrum(training) };
      return apply(wienerFilter(task.operator as LinearOperator, filter), ys, runtime);
    },
  },
  {
    name: "total-variation",
    applies: linear,
    grid: { name: "weight", values: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03] },
    restore: async ({ task, ys, runtime }, weight) => {
      const operator = task.operator as LinearOperator;
      const found = await totalVariation(ys, { operator, weight: weight!, range: [-1, 1], runtime });
      return { means: found.estimate, evaluations: 0 };
    },
  },
  point("pnp-admm", "denoiserNoise", [0.05, 0.1, 0.2]),
  point("half-quadratic", "lambda", [0.3, 1, 3]),
  point("pnp-fista", "strength", [1, 3, 9]),
  point("red", "denoiserNoise", [0.05, 0.1, 0.2]),
  { ...point("red-diff", "lambda", [0.01, 0.05, 0.25]), applies: () => true },
  draw("ddrm", { method: "ddrm" }),
  draw("diffpir", { method: "diffpir" }),
  draw("pigdm", { method: "pigdm" }),
  draw("daps", { method: "daps" }, linear),
  draw("daps, Langevin", { method: "daps", ...langevin }, (task) => !linear(task)),
  draw("mmps", { method: "mmps" }),
  draw("mmps, 18 steps, 3 iterations", { method: "mmps", steps: 18, iterations: 3 }),
  draw("mcgdiff, 64 particles", { method: "mcgdiff", particles: 64 }),
  draw("pnp-dm", { method: "pnp-dm" }, linear),
  draw("pnp-dm, Langevin", { method: "pnp-dm", ...langevin }, (task) => !linear(task)),
  draw("dps", { method: "dps" }, () => true),
];
