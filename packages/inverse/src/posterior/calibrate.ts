/** Simulation-based calibration: whether a method's draws are as uncertain as they should be, on problems whose answer is known. */
import {
  type AnySampler,
  ArgumentError,
  type ExactModel,
  type KindRecipe,
  normal,
  type ScoreModel,
  sample,
  uniform,
} from "@scorefield/core";
import { checkArray, checkWhole } from "@scorefield/core/internal";
import { castArray, type FloatType, type NdArray, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import { measurementName } from "../method/problem.ts";
import { checkNoise, type Noise } from "../noise/noise.ts";
import { applyOperator } from "../operator/apply-operator.ts";
import type { Operator } from "../operator/operator.ts";
import { repeatRows, spreadRows } from "./draw-rows.ts";
import { chosenMethod, type DrawingOptions, drawingOptions, type MethodOptions } from "./posterior.ts";
import { centralRanks, type RankStatistic, rankStatistic } from "./rank-statistic.ts";

/** What is simulated, beside what {@link posterior} draws and how. */
interface SimulationOptions {
  /** How many truths are drawn and measured, default 200. */
  readonly problems?: number;
  /** Draws of the posterior of each, default 39: a truth then has 40 ranks, and 36 of them are 90 %. */
  readonly draws?: number;
  /**
   * The truths, [problems, ...shape], such as held-out data. Default draws of the prior: of its density where it has one, else samples
   * of the model. Only then does a right method give uniform ranks for sure.
   */
  readonly truths?: NdArray;
  /** The sampler of truths that are drawn from the model. Default that of `sample`. */
  readonly truthSampler?: AnySampler;
  /** Random directions along which draws are compared with the truth, default 8. */
  readonly directions?: number;
}

/** Options of {@link calibrate}. */
export type CalibrateOptions<D extends FloatType = "float32"> = Omit<DrawingOptions<D>, "draws"> &
  SimulationOptions &
  MethodOptions;

/** What calibration found. */
export interface Calibration {
  /** The recipe of the method. */
  readonly method: KindRecipe;
  readonly problems: number;
  readonly draws: number;
  readonly statistics: readonly RankStatistic[];
  /**
   * The probability of ranks at least this far from uniform if the method is right: the least p-value times their number, at
   * most 1 (Bonferroni).
   */
  readonly pValue: number;
  /** Share of truths within central intervals of the draws along the directions, beside what it should be. */
  readonly coverage: {
    readonly expected: number;
    readonly found: number;
    /** Of `found` if it were right, with directions of one problem counted as one. */
    readonly standardError: number;
  };
  /** Networks evaluated for each draw. */
  readonly evaluations: number;
}

const simulationNames = ["problems", "truths", "truthSampler", "directions"] as const;

/**
 * Simulation-based calibration (Talts et al. 2018, "Validating Bayesian Inference Algorithms with Simulation-Based Calibration",
 * algorithm 1; the misfit as a quantity that depends on the data Modrak et al. 2023). Truths are drawn from the prior, and measured with
 * noise. Under a right method the rank of the truth among draws of its posterior is uniform, whatever number is taken of both. It is taken
 * along random directions, and of the misfit. Too many ranks in the middle: the draws are too wide. Too many at
 * the ends: they are too narrow, or biased.
 *
 *     const found = await calibrate(model, blur({ ... }), gaussianNoise({ sigma: 0.05 }), { method: "mmps", problems: 500 });
 *     found.coverage         // { expected: 0.9, found: 0.87, standardError: 0.01 }
 *
 * @throws as `posterior`; ArgumentError for numbers of problems, draws or directions out of range; ShapeError for truths of another
 *   shape
 */
export const calibrate = async <D extends FloatType = "float32">(
  model: ScoreModel,
  operator: Operator,
  noise: Noise,
  options: CalibrateOptions<D> = {},
): Promise<Calibration> => {
  const owner = "calibrate";
  const drawing = drawingOptions<D>(owner, options);
  checkNoise(owner, noise);
  const { problems: asked, truths: given, truthSampler, directions = 8 } = options as SimulationOptions;
  const { draws = 39, seed = 0, sampler, dtype = "float32" as D, onProgress, ...run } = drawing;
  const rest = Object.fromEntries(
    Object.entries(options).filter(([name]) => !(simulationNames as readonly string[]).includes(name)),
  );
  const problem = { model, operator, noise };
  const method = chosenMethod(owner, rest, problem);
  const problems = asked ?? given?.shape[0] ?? 200;
  for (const [name, value] of Object.entries({ problems, draws, directions })) checkWhole(`${owner} ${name}`, value);
  if (problems < 50)
    throw new ArgumentError(`${owner} problems: expected at least 50, so that bins fill, found ${problems}`);
  if (draws < 9)
    throw new ArgumentError(`${owner} draws: expected at least 9, so that each bin has a rank, found ${draws}`);
  if (method.declaration.form === "estimate")
    throw new ArgumentError(
      `${owner}: expected a method that draws, found ${method.declaration.name}, which gives one point`,
    );
  const prepared = await method.prepare(problem, { sampler, runtime: run.runtime });
  const { particles = 0 } = prepared;
  if (particles > 0 && particles < draws)
    throw new ArgumentError(`${owner}: expected at least as many particles as draws, found ${particles} and ${draws}`);

  const truth = await truthsOf(owner, problem, { given, problems, seed, dtype, sampler: truthSampler, run });
  const clean = await applyOperator(operator, truth, run.runtime);
  const y = noise.draw(clean as NdArray<FloatType>, { seed }) as NdArray<D>;
  const each = particles > 0 ? 1 : draws;
  let evaluations = 0;
  const drawn = await sample<D>(prepared.model, {
    ...run,
    dtype,
    sampler: prepared.sampler,
    // Other draws than those of the truths, which the model may have made with this seed.
    seed: seed + 1,
    count: problems * each,
    given: { ...run.given, [measurementName]: repeatRows(y, each) },
    onProgress: (event) => {
      evaluations = event.evaluations / Math.max(1, particles);
      onProgress?.(event);
    },
  });
  const posterior =
    particles > 0 ? someParticles(drawn, draws) : { ...drawn, shape: [problems * draws, ...model.shape] };
  const misfits = async (points: NdArray<D>, copies: number) => {
    const z = await applyOperator(operator, points, run.runtime);
    return squaredDistances(z, y, copies);
  };
  const values = [
    ...Array.from({ length: directions }, (_, k) => {
      const direction = normal([sizeOf(model.shape)], { seed, step: k, purpose: "probe", dtype: "float64" }).data;
      const along = (points: NdArray) => products(points, direction);
      return { name: `direction ${k + 1}`, truth: along(truth), draws: along(posterior) };
    }),
    { name: "misfit", truth: await misfits(truth, 1), draws: await misfits(posterior as NdArray<D>, draws) },
  ];
  const inner = centralRanks(draws);
  const statistics = values.map(({ name, truth: one, draws: many }, k) =>
    rankStatistic(name, one, many, draws, inner, uniform([problems], { seed, step: k, purpose: "probe" }).data),
  );
  const expected = inner / (draws + 1);
  const along = statistics.slice(0, directions);
  return {
    method: method.recipe,
    problems,
    draws,
    statistics,
    pValue: Math.min(1, statistics.length * Math.min(...statistics.map(({ pValue }) => pValue))),
    coverage: {
      expected,
      found: along.reduce((sum, { coverage }) => sum + coverage, 0) / directions,
      standardError: Math.sqrt((expected * (1 - expected)) / problems),
    },
    evaluations,
  };
};

/** Truths in the element type of the computation. */
const truthsOf = async <D extends FloatType>(
  owner: string,
  { model }: { readonly model: ScoreModel },
  {
    given,
    problems,
    seed,
    dtype,
    sampler,
    run,
  }: {
    given: NdArray | undefined;
    problems: number;
    seed: number;
    dtype: D;
    sampler: AnySampler | undefined;
    run: Pick<DrawingOptions, "given" | "batch" | "signal" | "runtime">;
  },
): Promise<NdArray<D>> => {
  if (given) {
    checkArray(`${owner} truths`, given);
    if (given.shape.join() !== [problems, ...model.shape].join())
      throw new ShapeError(
        `${owner} truths: expected [${[problems, ...model.shape].join(", ")}], a row for each problem, found [${given.shape.join(", ")}]`,
      );
    return castArray(given, dtype) as NdArray<D>;
  }
  const { density } = model as Partial<ExactModel>;
  if (density && !run.given) return castArray(density.sample(problems, seed), dtype) as NdArray<D>;
  // What the posterior is conditioned on, the truths are too.
  return sample<D>(model, { ...run, count: problems, seed, dtype, ...(sampler && { sampler }) });
};

/** `draws` particles of each population, evenly spread: [n, particles, ...shape] to [n * draws, ...shape]. */
const someParticles = <D extends FloatType>(populations: NdArray<D>, draws: number): NdArray<D> => {
  const [n = 0, particles = 0, ...shape] = populations.shape;
  const result = zeros([n * draws, ...shape], populations.dtype);
  for (let i = 0; i < n; i++) {
    const { data } = spreadRows(populations, shape, { from: i * particles, rows: particles, count: draws });
    (result.data as Float64Array).set(data as Float64Array, i * data.length);
  }
  return result;
};

const products = ({ data, shape }: NdArray, direction: Float64Array): Float64Array => {
  const d = direction.length;
  return Float64Array.from({ length: shape[0]! }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += direction[j]! * Number(data[i * d + j]);
    return sum;
  });
};

/** |y - z|^2 of each z, `copies` of which belong to one y. */
const squaredDistances = (z: NdArray, y: NdArray, copies: number): Float64Array => {
  const m = sizeOf(y.shape.slice(1));
  return Float64Array.from({ length: z.shape[0]! }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < m; j++)
      sum += (Number(y.data[Math.floor(i / copies) * m + j]) - Number(z.data[i * m + j])) ** 2;
    return sum;
  });
};
