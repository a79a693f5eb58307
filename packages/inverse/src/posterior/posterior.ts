/** From a measurement to what was measured: draws of the posterior, and what they say. */
import {
  type AnySampler,
  ArgumentError,
  type GivenValues,
  type KindRecipe,
  type SampleEvent,
  type ScoreModel,
  sample,
} from "@scorefield/core";
import { checkArray, checkMade, checkWhole, type RecipeOfList } from "@scorefield/core/internal";
import { castArray, type FloatType, type NdArray, type Runtime, ShapeError, sizeOf, zeros } from "@scorefield/tensor";
import { showValue } from "@scorefield/tensor/internal";
import type { PosteriorMethod } from "../method/posterior-method.ts";
import { isLinearGaussian, measurementName } from "../method/problem.ts";
import { checkNoise, type Noise } from "../noise/noise.ts";
import type { Operator } from "../operator/operator.ts";
import { type Misfit, misfitOf } from "./misfit.ts";
import { posteriorFromRecipe, type posteriors } from "./posteriors.ts";

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
 * The method that the options name: `moment matching` for a linear operator and Gaussian noise, else `decoupled annealing`, unless they
 * say.
 * @throws ArgumentError for an unknown method or setting
 */
export const chosenMethod = (
  owner: string,
  options: object,
  problem: Parameters<typeof isLinearGaussian>[0],
): PosteriorMethod => {
  const settings = Object.fromEntries(
    Object.entries(options).filter(
      ([name]) => name !== "method" && !(drawingNames as readonly string[]).includes(name),
    ),
  );
  const { method = isLinearGaussian(problem) ? "mmps" : "daps" } = options as { method?: unknown };
  if (typeof method === "string") return posteriorFromRecipe({ kind: method, ...settings });
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
  const problem = { model, operator, noise };
  const drawing = drawingOptions<D>(owner, options);
  checkNoise(owner, noise);
  const method = chosenMethod(owner, options, problem);
  const { draws: wanted = 16, given, sampler, dtype = "float32" as D, ...run } = drawing;
  checkWhole(`${owner} draws`, wanted);
  const prepared = await method.prepare(problem, { sampler, runtime: drawing.runtime });
  checkMeasurement(owner, operator, y);
  const count = method.declaration.form === "estimate" ? 1 : wanted;
  const { particles = 1 } = prepared;
  const populations = Math.ceil(count / particles);
  let evaluations = 0;
  const changes: number[] = [];
  let last: Float64Array | undefined;
  const drawn = await sample<D>(prepared.model, {
    ...run,
    dtype,
    sampler: prepared.sampler,
    count: populations,
    given: { ...given, [measurementName]: y },
    onProgress: (event) => {
      evaluations = event.evaluations / particles;
      if (method.declaration.form === "estimate") {
        const now = Float64Array.from(event.x.data as Float64Array, (value) => value / model.process.alpha(event.t));
        if (last) changes.push(relativeChange(last, now));
        last = now;
      }
      run.onProgress?.(event);
    },
  });
  const draws = spreadRows(drawn, model.shape, populations * particles, count);
  const { mean, deviation } = moments(draws);
  const misfit = await misfitOf(operator, noise, castArray(y, dtype), draws, run.runtime);
  return {
    method: method.recipe,
    draws,
    mean,
    ...(deviation && { deviation }),
    misfit,
    evaluations,
    ...(method.declaration.form === "estimate" && { changes: Float64Array.from(changes) }),
  };
};

const relativeChange = (before: Float64Array, now: Float64Array): number => {
  let [change, size] = [0, 0];
  for (let i = 0; i < now.length; i++) {
    change += (now[i]! - before[i]!) ** 2;
    size += now[i]! ** 2;
  }
  return Math.sqrt(change / Math.max(size, Number.MIN_VALUE));
};

/** @throws ArgumentError | ShapeError unless an array of the shape that the operator measures */
const checkMeasurement = (owner: string, operator: Operator, y: NdArray): void => {
  checkArray(`${owner} measurement`, y);
  if (y.shape.join() === operator.output.join()) return;
  const one = y.shape[0] === 1 && y.shape.slice(1).join() === operator.output.join();
  throw new ShapeError(
    `${owner}: expected a measurement [${operator.output.join(", ")}], as ${operator.kind} of [${operator.input.join(", ")}] gives; ` +
      `found [${y.shape.join(", ")}]${one ? "; leave out the axis of samples" : ""}`,
  );
};

/** `count` of the rows, evenly spread: neighbours in a resampled population are often copies. */
const spreadRows = <D extends FloatType>(
  array: NdArray<D>,
  shape: readonly number[],
  rows: number,
  count: number,
): NdArray<D> => {
  const size = sizeOf(shape);
  const result = zeros([count, ...shape], array.dtype);
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * rows) / count) * size;
    (result.data as Float64Array).set((array.data as Float64Array).subarray(from, from + size), i * size);
  }
  return result;
};

/** Mean and deviation (n - 1) of rows, number by number. */
const moments = <D extends FloatType>(draws: NdArray<D>): { mean: NdArray<D>; deviation: NdArray<D> | undefined } => {
  const [n = 0, ...shape] = draws.shape;
  const size = sizeOf(shape);
  const [mean, deviation] = [zeros(shape, draws.dtype), zeros(shape, draws.dtype)];
  for (let j = 0; j < size; j++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += draws.data[i * size + j]!;
    const centre = sum / n;
    let square = 0;
    for (let i = 0; i < n; i++) square += (draws.data[i * size + j]! - centre) ** 2;
    mean.data[j] = centre;
    deviation.data[j] = n > 1 ? Math.sqrt(square / (n - 1)) : 0;
  }
  return { mean, deviation: n > 1 ? deviation : undefined };
};
