/** A trained posterior of a simulator's parameters: draws and log-densities for any observation. */
import {
  type AnySampler,
  ArgumentError,
  dpmSolver,
  logDensity,
  SamplingError,
  type ScoreModel,
  sample,
} from "@scorefield/core";
import { checkArray, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { type NdArray, ndarray, type Runtime, ShapeError, sizeOf } from "@scorefield/tensor";
import { repeatRows, rowsFrom } from "../posterior/draw-rows.ts";
import { type DataScales, dataFeatures } from "./data-scales.ts";
import type { ParameterCodec } from "./parameter-codec.ts";
import { type ParameterPrior, pointRows } from "./prior.ts";

/** How parameters are drawn. */
export interface PosteriorDrawOptions {
  /** Of each observation, default 1,000. */
  readonly draws?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default `dpmSolver({ steps: 40 })`. */
  readonly sampler?: AnySampler;
  /** Draws computed at once. */
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

/** How log-densities are computed. */
export interface PosteriorDensityOptions {
  /** Local tolerance of the probability-flow ODE, default that of `logDensity`. */
  readonly tolerance?: number;
  readonly batch?: number;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

/** An amortised posterior: one model for all observations. */
export interface PosteriorEstimator {
  readonly prior: ParameterPrior;
  /** Of one observation. */
  readonly shape: readonly number[];
  /**
   * Draws of the parameters given one observation.
   * @param observation [...shape]
   * @returns [draws, prior.size], within the prior's bounds and where it has density
   * @throws ShapeError | ArgumentError for another shape or numbers that are not finite; SamplingError where the prior takes too few of
   *   the draws; the signal's reason when aborted
   */
  draw(observation: NdArray, options?: PosteriorDrawOptions): Promise<NdArray<"float64">>;
  /**
   * The same for many observations at once.
   * @param observations [n, ...shape]
   * @returns [n, draws, prior.size]
   */
  drawEach(observations: NdArray, options?: PosteriorDrawOptions): Promise<NdArray<"float64">>;
  /**
   * log q(parameters | observation) in nats, by the probability-flow ODE, [n]; -Infinity out of the prior's bounds.
   * @param parameters [n, prior.size]
   * @param observations [...shape] for all, or [n, ...shape]
   */
  logDensity(parameters: NdArray, observations: NdArray, options?: PosteriorDensityOptions): Promise<Float64Array>;
  /** The model of what `codec` makes of parameters, given standardised data as the condition `observed`. */
  readonly model: ScoreModel;
  readonly codec: ParameterCodec;
  readonly scales: DataScales;
}

const drawOptions = {
  draws: true,
  seed: true,
  sampler: true,
  batch: true,
  signal: true,
  runtime: true,
} satisfies Known<PosteriorDrawOptions>;

const densityOptions = {
  tolerance: true,
  batch: true,
  signal: true,
  runtime: true,
} satisfies Known<PosteriorDensityOptions>;

/** Draws that the prior refuses are made again this often. */
const mostRounds = 100;

/** What an estimator is made of. */
interface EstimatorParts {
  readonly prior: ParameterPrior;
  readonly model: ScoreModel;
  readonly codec: ParameterCodec;
  readonly scales: DataScales;
  readonly runtime?: Runtime | undefined;
}

/** The estimator of these parts. */
export const estimatorOf = ({ prior, model, codec, scales, runtime: usual }: EstimatorParts): PosteriorEstimator => {
  const { shape } = scales;
  const d = prior.size;
  const observed = (owner: string, observations: NdArray, many: boolean): NdArray<"float32"> => {
    checkArray(`${owner} observation`, observations);
    const own = many ? observations.shape.slice(1) : observations.shape;
    if (own.join() !== shape.join() || (many && !observations.shape[0]))
      throw new ShapeError(
        `${owner}: expected ${many ? `observations [n, ${shape.join(", ")}]` : `one observation [${shape.join(", ")}]`}, as the simulator makes them, found [${observations.shape.join(", ")}]`,
      );
    const bad = Array.from(observations.data as ArrayLike<number>, Number).find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new ArgumentError(`${owner}: expected an observation of finite numbers, found ${bad}`);
    return dataFeatures(scales, many ? observations : { ...observations, shape: [1, ...observations.shape] });
  };
  const drawRows = async (
    owner: string,
    features: NdArray<"float32">,
    { draws = 1000, seed = 0, sampler = dpmSolver({ steps: 40 }), ...how }: PosteriorDrawOptions,
  ): Promise<NdArray<"float64">> => {
    checkWhole(`${owner} draws`, draws);
    const { runtime = usual, ...rest } = how;
    const all = new Float64Array(features.shape[0]! * draws * d);
    // Row r of a round belongs to draw `wanted[r]`, of observation wanted[r] / draws.
    let wanted = Array.from({ length: features.shape[0]! * draws }, (_, r) => r);
    for (let round = 0; wanted.length > 0; round++) {
      if (round === mostRounds)
        throw new SamplingError(
          `${owner}: expected draws where the prior has density, found ${wanted.length} of ${all.length / d} that had none in ${mostRounds} tries; ` +
            "give the prior bounds (low and high), which draws then keep to",
        );
      const given =
        round === 0
          ? repeatRows(features, draws)
          : rowsAt(
              features,
              wanted.map((r) => Math.floor(r / draws)),
            );
      const latents = await sample(model, {
        ...rest,
        ...(runtime && { runtime }),
        sampler,
        count: wanted.length,
        seed: seed + round * 7919,
        given: { observed: given },
      });
      const parameters = codec.decode(latents, given);
      const densities = prior.logDensity(parameters);
      const refused: number[] = [];
      for (const [k, r] of wanted.entries()) {
        all.set(parameters.data.subarray(k * d, (k + 1) * d), r * d);
        if (!(densities[k]! > Number.NEGATIVE_INFINITY)) refused.push(r);
      }
      wanted = refused;
    }
    return ndarray(all, [features.shape[0]! * draws, d]);
  };
  return {
    prior,
    shape,
    model,
    codec,
    scales,
    draw: async (observation, options = {}) => {
      checkOptions("draw", options, drawOptions);
      return drawRows("draw", observed("draw", observation, false), options);
    },
    drawEach: async (observations, options = {}) => {
      checkOptions("drawEach", options, drawOptions);
      const features = observed("drawEach", observations, true);
      const rows = await drawRows("drawEach", features, options);
      return ndarray(rows.data, [features.shape[0]!, options.draws ?? 1000, d]);
    },
    logDensity: async (parameters, observations, options = {}) => {
      checkOptions("logDensity", options, densityOptions);
      const { n, data } = pointRows("logDensity parameters", parameters, d);
      checkArray("logDensity observation", observations);
      const many = observations.shape.length > shape.length;
      const features = observed("logDensity", observations, many);
      if (many && features.shape[0] !== n)
        throw new ShapeError(`logDensity: expected one observation, or ${n}, found ${features.shape[0]}`);
      const points = ndarray(data, [n, d]);
      const volumes = codec.logVolume(points);
      const within = Array.from(volumes.keys()).filter((i) => Number.isFinite(volumes[i]!));
      const found = new Float64Array(n).fill(Number.NEGATIVE_INFINITY);
      if (within.length === 0) return found;
      const own = many ? rowsAt(features, within) : repeatRows(features, within.length);
      const inside = ndarray(Float64Array.from(within.flatMap((i) => Array.from(data.subarray(i * d, (i + 1) * d)))), [
        within.length,
        d,
      ]);
      const { runtime = usual, ...rest } = options;
      const latent = await logDensity(model, codec.encode(inside, own), {
        ...rest,
        ...(runtime && { runtime }),
        given: { observed: own },
      });
      const densities = prior.logDensity(inside);
      for (const [k, i] of within.entries())
        if (densities[k]! > Number.NEGATIVE_INFINITY) found[i] = latent.data[k]! + volumes[i]!;
      return found;
    },
  };
};

/** Rows of an array, which may repeat. */
const rowsAt = (rows: NdArray<"float32">, indices: readonly number[]): NdArray<"float32"> => {
  const size = sizeOf(rows.shape.slice(1));
  const data = new Float32Array(indices.length * size);
  for (const [k, i] of indices.entries()) data.set(rowsFrom(rows, i, 1).data, k * size);
  return ndarray(data, [indices.length, size]);
};
