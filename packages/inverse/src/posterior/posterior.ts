/** From a measurement to what was measured: draws of the posterior, and what they say. */
import {
  type AnySampler,
  ArgumentError,
  didYouMean,
  type GivenValues,
  type KindRecipe,
  type SampleEvent,
  SamplingError,
  type ScoreModel,
  sample,
} from "@scorefield/core";
import { checkArray, checkMade, checkWhole, type RecipeOfList } from "@scorefield/core/internal";
import { castArray, type FloatType, type NdArray, type Runtime, ShapeError, sizeOf } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import type { PosteriorMethod, Prepared } from "../method/posterior-method.ts";
import { isLinearGaussian, measurementName, type Problem } from "../method/problem.ts";
import { checkNoise, type Noise } from "../noise/noise.ts";
import type { Operator } from "../operator/operator.ts";
import { changesOf } from "./changes.ts";
import { moments, repeatRows, rowsFrom, spreadRows } from "./draw-rows.ts";
import { compileMisfit, type Misfit } from "./misfit.ts";
import { posteriorCatalogue, posteriorFromRecipe, type posteriors } from "./posteriors.ts";

/** What is drawn and how, with any method. */
export interface DrawingOptions<D extends FloatType = "float32"> {
  /** How many draws, default 16. A method that gives a point gives one. */
  readonly draws?: number;
  /** Default 0. Draw i depends on the seed and i alone, for methods without particles. */
  readonly seed?: number;
  /** The sampler of a guided score, in place of the method's own. */
  readonly sampler?: AnySampler;
  /** What the prior is conditioned on besides, such as `{ class: 3 }`. */
  readonly given?: GivenValues;
  /** Draws computed at once, or populations. */
  readonly batch?: number;
  /** Element type of the computation, default float32. */
  readonly dtype?: D;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
  readonly onProgress?: (event: SampleEvent) => void;
}

type Named<R> = R extends { readonly kind: infer K } ? { readonly method: K } & Omit<R, "kind"> : never;

/** A method by its kind with its settings beside, or made. */
export type MethodOptions = { readonly method?: PosteriorMethod } | Named<RecipeOfList<typeof posteriors>>;

/** Options of {@link posterior}. */
export type PosteriorOptions<D extends FloatType = "float32"> = DrawingOptions<D> & MethodOptions;

/** What a measurement says of what was measured. */
export interface Posterior<D extends FloatType = "float32"> {
  /** The recipe of the method. */
  readonly method: KindRecipe;
  /** [draws, ...shape] */
  readonly draws: NdArray<D>;
  /** Mean of the draws, [...shape]. */
  readonly mean: NdArray<D>;
  /** Their standard deviation, number by number, [...shape]. Left out for one draw. */
  readonly deviation?: NdArray<D>;
  readonly misfit: Misfit;
  /** Networks evaluated for each draw. Backward passes are not counted. */
  readonly evaluations: number;
  /** Of a method that gives a point: |x' - x| / |x| in each of its steps, which tends to 0 where it converges. */
  readonly changes?: Float64Array;
}

const drawingNames = [
  "draws",
  "seed",
  "sampler",
  "given",
  "batch",
  "dtype",
  "signal",
  "runtime",
  "onProgress",
] as const;

/**
 * The Jacobian of a denoiser is a covariance where the score is the gradient of a log-density. Of a trained network it is that only
 * roughly, and draws by it miss what was measured.
 */
const usualMethod = (problem: Problem): "mmps" | "daps" =>
  isLinearGaussian(problem) && problem.model.logDensity ? "mmps" : "daps";

/**
 * The method that the options name, else `mmps` for a linear operator, Gaussian noise and a prior whose log-density is known, and `daps`
 * for all others.
 * @throws ArgumentError for an unknown method or setting
 */
export const chosenMethod = (owner: string, options: object, problem: Problem): PosteriorMethod => {
  const settings = Object.fromEntries(
    Object.entries(options).filter(
      ([name]) => name !== "method" && !(drawingNames as readonly string[]).includes(name),
    ),
  );
  const { method = usualMethod(problem) } = options as { method?: unknown };
  if (typeof method === "string") {
    // A misspelt option of drawing is no setting of the method, which would be named otherwise.
    for (const name of Object.keys(settings)) {
      const advice = didYouMean(name, drawingNames);
      const known = posteriorCatalogue.find(({ kind }) => kind === method)?.settings ?? {};
      if (advice !== "" && !(name in known))
        throw new ArgumentError(
          `${owner}: expected options of drawing or settings of ${method}, found ${name}${advice}`,
        );
    }
    return posteriorFromRecipe({ kind: method, ...settings });
  }
  checkMade(
    `${owner} method`,
    method,
    ["recipe", "prepare"],
    'a method by name such as "mmps", or made such as mmps({ steps: 30 })',
  );
  const [extra] = Object.keys(settings);
  if (extra !== undefined)
    throw new ArgumentError(
      `${owner}: expected the settings of a made method where it is made, found ${extra} beside it; write ${
        (method as PosteriorMethod).declaration.name
      }({ ${extra}: ... })`,
    );
  return method as PosteriorMethod;
};

/**
 * The options of drawing, checked.
 * @throws ArgumentError for options that are not an object
 */
export const drawingOptions = <D extends FloatType>(owner: string, options: object): DrawingOptions<D> => {
  if (typeof options !== "object" || options === null)
    throw new ArgumentError(
      `${owner}: expected options such as { method: "mmps", draws: 16 }, found ${showValue(options)}`,
    );
  return Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) => (drawingNames as readonly string[]).includes(name) && value !== undefined,
    ),
  );
};

/**
 * Draws from the posterior p(x | y) of what was measured, y = noise(A(x)) with x from the prior.
 *
 *     const seen = blur({ input: [1, 28, 28], sigma: 2 });
 *     const found = await posterior(model, seen, gaussianNoise({ sigma: 0.05 }), y, { method: "mmps", draws: 16 });
 *
 * For many measurements by one operator take {@link posteriorEach}, which compiles once.
 * @param model the prior: exact, trained, guided or composed
 * @param y measurement, [...operator.output], in the operator's units
 * @param options `method`, with its settings beside, and what is drawn. `posteriorCatalogue` lists the methods
 * @throws ShapeError for a measurement or operator of another shape; ArgumentError for bad or unknown options, and for a problem that
 *   the method cannot take; SamplingError when a draw is not finite; the signal's reason when aborted
 */
export const posterior = async <D extends FloatType = "float32">(
  model: ScoreModel,
  operator: Operator,
  noise: Noise,
  y: NdArray,
  options: PosteriorOptions<D> = {},
): Promise<Posterior<D>> => {
  const owner = "posterior";
  const started = await start<D>(owner, { model, operator, noise }, options);
  checkMeasurement(owner, operator, y);
  checkPossible(owner, noise, y);
  const [found] = await drawEach(started, { ...y, shape: [1, ...y.shape] } as NdArray);
  return found!;
};

/**
 * The posterior of each of many measurements by one operator, such as a folder of images. The method is compiled once for all, and
 * draws of several measurements fill a batch.
 *
 *     const found = await posteriorEach(model, seen, noise, ys, { draws: 16, batch: 32 });
 *     found[3].mean
 *
 * @param ys measurements, [n, ...operator.output]
 * @param options as {@link posterior}. `given` is for all measurements alike. Draw i of measurement k is draw k * draws + i of the seed, so
 *   draws of different measurements are independent. `batch`: default at most 64 draws
 * @throws as {@link posterior}
 */
export const posteriorEach = async <D extends FloatType = "float32">(
  model: ScoreModel,
  operator: Operator,
  noise: Noise,
  ys: NdArray,
  options: PosteriorOptions<D> = {},
): Promise<readonly Posterior<D>[]> => {
  const owner = "posteriorEach";
  const started = await start<D>(owner, { model, operator, noise }, options);
  checkArray(`${owner} measurements`, ys);
  const [n, ...shape] = ys.shape;
  if (!n || shape.join() !== operator.output.join())
    throw new ShapeError(
      `${owner}: expected one or more measurements [n, ${operator.output.join(", ")}], found [${ys.shape.join(", ")}]`,
    );
  checkPossible(owner, noise, ys);
  return drawEach({ ...started, drawing: { batch: 64, ...started.drawing } }, ys);
};

/** A method at work on a problem, and what is drawn. */
interface Started<D extends FloatType> {
  readonly problem: Problem;
  readonly method: PosteriorMethod;
  readonly prepared: Prepared;
  readonly drawing: DrawingOptions<D>;
}

const start = async <D extends FloatType>(owner: string, problem: Problem, options: object): Promise<Started<D>> => {
  const drawing = drawingOptions<D>(owner, options);
  checkNoise(owner, problem.noise);
  const method = chosenMethod(owner, options, problem);
  checkWhole(`${owner} draws`, drawing.draws ?? 16);
  const prepared = await method.prepare(problem, { sampler: drawing.sampler, runtime: drawing.runtime });
  return { problem, method, prepared, drawing };
};

/** @param ys [n, ...operator.output], checked */
const drawEach = async <D extends FloatType>(
  { problem: { model, operator, noise }, method, prepared, drawing }: Started<D>,
  ys: NdArray,
): Promise<readonly Posterior<D>[]> => {
  const { draws: wanted = 16, given, sampler, dtype = "float32" as D, ...run } = drawing;
  const isPoint = method.declaration.form === "estimate";
  const count = isPoint ? 1 : wanted;
  const { particles = 1 } = prepared;
  const populations = Math.ceil(count / particles);
  const problems = ys.shape[0]!;
  let evaluations = 0;
  const follow = changesOf(problems, sizeOf(model.shape));
  const drawn = await sample<D>(prepared.model, {
    ...run,
    dtype,
    sampler: prepared.sampler,
    count: problems * populations,
    given: { ...given, [measurementName]: repeatRows(ys, populations) },
    onProgress: (event) => {
      evaluations = event.evaluations / particles;
      if (isPoint) follow.take(event, model.process.alpha(event.t));
      run.onProgress?.(event);
    },
  });
  const own = populations * particles;
  const misfits = await compileMisfit(operator, noise, { draws: count, dtype, runtime: run.runtime });
  try {
    const found: Posterior<D>[] = [];
    for (let k = 0; k < problems; k++) {
      const draws = spreadRows(drawn, model.shape, { from: k * own, rows: own, count });
      const { mean, deviation } = moments(draws);
      const y = castArray(rowsFrom(ys, k, 1), dtype);
      const misfit = await misfits.of(y, draws);
      if (!Number.isFinite(misfit.found))
        throw new SamplingError(
          `${method.recipe.kind}: expected draws whose measurement is finite, found a misfit of ${misfit.found}; ` +
            "see that the measurement is in the units of the operator, or compute in float64",
        );
      found.push({
        method: method.recipe,
        draws,
        mean,
        ...(deviation && { deviation }),
        misfit,
        evaluations,
        ...(isPoint && { changes: follow.changes(k) }),
      });
    }
    return found;
  } finally {
    await misfits.dispose();
  }
};

/** Counts are whole, and magnitudes at least 0, up to rounding. */
const rounding = 1e-3;

/** Refuses numbers that the noise cannot give. */
const checkPossible = (owner: string, { kind, least }: Noise, { data }: NdArray): void => {
  if (least === undefined) return;
  const all = Array.from(data as ArrayLike<number>, Number);
  const below = all.filter((value) => value < least - rounding);
  if (below.length > 0)
    throw new ArgumentError(
      `${owner} measurement: expected numbers from ${least} on, which is all that ${kind} noise gives, found ${Math.min(...below)}; ` +
        `${below.length} of ${all.length} are below; set the noise's offset to what makes them 0 or more, such as 1 for pictures in [-1, 1]`,
    );
};

/** @throws ArgumentError | ShapeError unless an array of the shape that the operator measures */
const checkMeasurement = (owner: string, operator: Operator, y: NdArray): void => {
  checkArray(`${owner} measurement`, y);
  if (y.shape.join() === operator.output.join()) return;
  const many = y.shape.slice(1).join() === operator.output.join();
  const advice = !many ? "" : y.shape[0] === 1 ? "; leave out the axis of samples" : "; posteriorEach takes many";
  throw new ShapeError(
    `${owner}: expected a measurement [${operator.output.join(", ")}], as ${operator.kind} of [${operator.input.join(", ")}] gives; ` +
      `found [${y.shape.join(", ")}]${advice}`,
  );
};
