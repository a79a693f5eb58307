/** What a measurement says of what was measured, with a run as the prior. */
import { type IntervalCoverage, intervalCoverage, psnr, ssim } from "@scorefield/assess";
import {
  type AnySampler,
  type GuidanceOptions,
  guided,
  type KindRecipe,
  type SampleEvent,
  type ScoreModel,
} from "@scorefield/core";
import { checkArray, checkMade, checkOptions, type Known } from "@scorefield/core/internal";
import { daps, type Misfit, type Noise, type Operator, type PosteriorMethod, posterior } from "@scorefield/inverse";
import { checkNoise, checkOperator, moments } from "@scorefield/inverse/internal";
import { castArray, type FloatType, type NdArray, type Runtime, ShapeError } from "@scorefield/tensor";
import type { LoadedRun } from "../run/load.ts";
import { refuseLatent } from "../run/refuse-latent.ts";
import { type ModelProblem, modelProblem } from "./model-problem.ts";

/** What is measured of a run's data, and how draws are made: with and without a measurement. */
export interface ProblemOptions {
  /** What is seen of a sample in the units of the data: `blur({ input: run.made.shape, sigma: 2 })`. */
  readonly operator: Operator;
  /** In the units of the measurement. */
  readonly noise: Noise;
  /**
   * Default `daps()`: it takes any operator and noise. `mmps()` relies on the Jacobian of the model, and draws of networks that were trained
   * for minutes miss the measurement by it.
   */
  readonly method?: PosteriorMethod | undefined;
  /** In place of the method's own, for a method that is a guided score. */
  readonly sampler?: AnySampler | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** The class of what was measured, as the model counts them, for a run that learnt classes. Default not known. */
  readonly class?: number | undefined;
  /** How strongly the class is followed. Other weights than 1 are no posterior of the model's prior. */
  readonly guidance?: GuidanceOptions | undefined;
  /** Draws computed at once. */
  readonly batch?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
  readonly onProgress?: ((event: SampleEvent) => void) | undefined;
}

/** Options of {@link restoreRun}. */
export interface RestoreRunOptions extends ProblemOptions {
  /** Default 16. */
  readonly draws?: number | undefined;
  /** What was measured, [...shape] in the units of the data: what is restored is then compared with it. */
  readonly truth?: NdArray | undefined;
}

/** What is restored beside what it should be. */
export interface RestorationQuality {
  /** Root mean square of mean - truth, in the units of the data. */
  readonly error: number;
  /** Of the mean, for images, in dB. */
  readonly psnr?: number;
  /** Of the mean, for images of 11 x 11 pixels and more: 1 for equal images. */
  readonly ssim?: number;
  /** How many of the truth's numbers lie within 90 % intervals of the draws; left out for fewer than three draws. */
  readonly coverage?: IntervalCoverage;
}

/** What a measurement says, in the units of the data. */
export interface Restored {
  /** The recipe of the method. */
  readonly method: KindRecipe;
  /** [draws, ...shape] */
  readonly draws: NdArray<"float64">;
  /** Of the draws, [...shape]. */
  readonly mean: NdArray<"float64">;
  /** Of the draws, number by number, [...shape]; left out for one draw. */
  readonly deviation?: NdArray<"float64">;
  /** How far draws are from the measurement, beside what noise allows, and what both are in. */
  readonly misfit: Misfit & { readonly units: string };
  /** Networks evaluated for each draw; backward passes are not counted. */
  readonly evaluations: number;
  /** Of a method that gives one point: |x' - x| / |x| of each of its steps. */
  readonly changes?: Float64Array;
  readonly seconds: number;
  /** Left out without a truth. */
  readonly quality?: RestorationQuality;
}

/** What both functions of problems know. */
export const knownProblem = {
  operator: true,
  noise: true,
  method: true,
  sampler: true,
  seed: true,
  class: true,
  guidance: true,
  batch: true,
  signal: true,
  runtime: true,
  onProgress: true,
} satisfies Known<ProblemOptions>;

/**
 * Checks what the functions of problems are called with.
 * @throws ArgumentError for what is not a run, an operator or a noise, and for unknown options
 */
export const checkProblemCall = (
  owner: string,
  run: LoadedRun,
  options: ProblemOptions,
  known: Readonly<Record<string, true>>,
): void => {
  checkMade(`${owner} run`, run, ["model", "domain", "toData"], "a run such as await loadRun(path)");
  refuseLatent(run, owner === "calibrateRun" ? "calibrate" : "restore");
  checkOptions(owner, options, known);
  checkOperator(owner, options.operator);
  checkNoise(owner, options.noise);
};

/** The prior and what it is conditioned on. */
export const priorOf = (
  { model }: LoadedRun,
  { class: label, guidance }: Pick<ProblemOptions, "class" | "guidance">,
): { readonly model: ScoreModel; readonly given?: { readonly class: number } } =>
  label === undefined ? { model } : { model: guided(model, guidance), given: { class: label } };

const intensities = [-1, 1] as const;
const fewestPixels = 11;

const qualityOf = (
  run: LoadedRun,
  { draws, mean }: { readonly draws: NdArray<"float64">; readonly mean: NdArray<"float64"> },
  truth: NdArray<"float64">,
): RestorationQuality => {
  const square = mean.data.reduce((sum, value, i) => sum + (value - truth.data[i]!) ** 2, 0);
  const images = run.codec.stored.kind === "images";
  const [height = 0, width = 0] = mean.shape.slice(-2);
  return {
    error: Math.sqrt(square / mean.data.length),
    ...(images && { psnr: psnr(mean, truth, intensities) }),
    ...(images && Math.min(height, width) >= fewestPixels && { ssim: ssim(mean, truth, intensities) }),
    // Intervals of two draws hold everything: their ends are not known.
    ...(draws.shape[0]! > 2 && { coverage: intervalCoverage(draws, truth) }),
  };
};

/** The same for a problem that is in the model's units already, so that several measurements share it. */
export const restoreInModel = async (
  run: LoadedRun,
  problem: ModelProblem,
  measurement: NdArray,
  options: RestoreRunOptions,
): Promise<Restored> => {
  const { draws: count, seed, batch, sampler, method = daps(), signal, runtime, onProgress, truth } = options;
  const begun = performance.now();
  const { model, given } = priorOf(run, options);
  const found = await posterior(model, problem.operator, problem.noise, await problem.measured(measurement), {
    method,
    ...(given && { given }),
    ...(count !== undefined && { draws: count }),
    ...(seed !== undefined && { seed }),
    ...(batch !== undefined && { batch }),
    ...(sampler && { sampler }),
    ...(signal && { signal }),
    ...(runtime && { runtime }),
    ...(onProgress && { onProgress }),
  });
  const draws = run.toData(found.draws);
  const { mean, deviation } = moments(draws);
  return {
    method: found.method,
    draws,
    mean,
    ...(deviation && { deviation }),
    misfit: { ...found.misfit, units: problem.misfitUnits },
    evaluations: found.evaluations,
    ...(found.changes && { changes: found.changes }),
    seconds: (performance.now() - begun) / 1000,
    ...(truth && { quality: qualityOf(run, { draws, mean }, castArray(truth as NdArray<FloatType>, "float64")) }),
  };
};

/**
 * Draws what may have been measured: from the posterior of a measurement, with a run as the prior. All is in the units of the data: pixels in
 * [-1, 1], columns in their own units.
 *
 *     const run = await loadRun("runs/digits");
 *     const operator = blur({ input: run.made.shape, sigma: 2 });
 *     const { mean, deviation, misfit } = await restoreRun(run, y, { operator, noise: gaussianNoise({ sigma: 0.05 }) });
 *
 * @param measurement [...operator.output], in the units of the operator
 * @throws ShapeError for a measurement, a truth or an operator of another shape; RunError for a run whose columns are coded by ranks or as
 *   categories; ArgumentError for unknown options, and for a problem that the method cannot take; the signal's reason when aborted
 */
export const restoreRun = async (
  run: LoadedRun,
  measurement: NdArray,
  options: RestoreRunOptions,
): Promise<Restored> => {
  const owner = "restoreRun";
  checkProblemCall(owner, run, options, { ...knownProblem, draws: true, truth: true });
  checkArray(`${owner} measurement`, measurement);
  const { operator, noise, truth } = options;
  if (measurement.shape.join() !== operator.output.join())
    throw new ShapeError(
      `${owner}: expected a measurement [${operator.output.join(", ")}], as ${operator.kind} of [${operator.input.join(", ")}] gives, found [${measurement.shape.join(", ")}]`,
    );
  if (truth) {
    checkArray(`${owner} truth`, truth);
    if (truth.shape.join() !== run.made.shape.join())
      throw new ShapeError(
        `${owner}: expected a truth [${run.made.shape.join(", ")}], as samples are, found [${truth.shape.join(", ")}]`,
      );
  }
  return restoreInModel(run, await modelProblem(run, operator, noise), measurement, options);
};
