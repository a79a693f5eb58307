/** The log-density of a model, by the instantaneous change of variables along the probability-flow ODE. */
import { type FloatType, type NdArray, ndarray, type Shape, sizeOf, zeros } from "@scorefield/tensor";
import { checkCount } from "../check.ts";
import { ArgumentError } from "../errors.ts";
import type { Placed } from "../integrate/integrate.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { checkOptions, type Known } from "../part/check-options.ts";
import { normal } from "../random/normal.ts";
import { rademacher } from "../random/uniform.ts";
import { compileFlow, stateScale } from "./flow.ts";
import { checkCall, flowOptions, flowSettings, type ProbabilityFlowOptions } from "./options.ts";
import { mismatchEvaluations, priorMismatch } from "./prior-mismatch.ts";
import { solveFlow } from "./solve-flow.ts";

/** Hutchinson's estimator of the divergence: random probes, one derivative of the model each. */
export interface Hutchinson {
  /** Probes for each sample, the same along its path. Default 8. At least two are needed for a standard error. */
  readonly probes?: number;
  /** Signs, of the smaller variance, or normal draws. Default rademacher. */
  readonly distribution?: "rademacher" | "gaussian";
  /** Default 0. The probes of sample i depend on the seed and i alone. */
  readonly seed?: number;
  /** Number of the first sample, default 0: so parts of some samples have the probes of all. */
  readonly firstSample?: number;
}

/** Options of {@link logDensity}. */
export interface LogDensityOptions extends ProbabilityFlowOptions {
  /**
   * `exact` takes one derivative for each element of a sample. Default exact up to 64 elements, beyond that
   * {@link Hutchinson} with its defaults.
   */
  readonly divergence?: "exact" | Hutchinson;
}

/** The names of {@link LogDensityOptions}. */
export const logDensityOptions = { ...flowOptions, divergence: true } satisfies Known<LogDensityOptions>;

const hutchinsonOptions = {
  probes: true,
  distribution: true,
  seed: true,
  firstSample: true,
} satisfies Known<Hutchinson>;

/** A log-density and its errors, all [n]. */
export interface LogDensityDetails<D extends FloatType = FloatType> {
  /** In nats. */
  readonly logDensity: NdArray<D>;
  /** Of the mean over probes, in nats: 0 for the exact divergence, NaN for a single probe. */
  readonly standardError: NdArray<"float64">;
  /**
   * How far the log-density may be from the log-density of the model's marginal, in nats, Hutchinson's chance left out:
   * `solverError`, the size of `priorMismatch`, and how far that may be off itself.
   */
  readonly errorEstimate: NdArray<"float64">;
  /** The sum of the local errors of the ODE's solution, each as it moves the log-density, in nats. */
  readonly solverError: NdArray<"float64">;
  /**
   * By how much, in nats, the log-density would be higher if the path ended in the marginal at the last time instead of
   * the prior. Estimated from the model's denoised estimates ({@link priorMismatch}).
   */
  readonly priorMismatch: NdArray<"float64">;
  /** Evaluations of the model with its divergence. */
  readonly evaluations: NdArray<"int32">;
}

const mostExact = 64;

const drawProbe = (
  distribution: "rademacher" | "gaussian",
  shape: Shape,
  seed: number,
  step: number,
  sample: number,
): NdArray =>
  (distribution === "gaussian" ? normal : rademacher)([1, ...shape], {
    seed,
    step,
    firstSample: sample,
    purpose: "probe",
  });

/** log N(w; 0, deviation^2 I) of one row. */
export const priorLogDensity = (w: Float32Array | Float64Array, deviation: number): number => {
  let squares = 0;
  for (const value of w) squares += (value / deviation) ** 2;
  return -0.5 * squares - w.length * (Math.log(deviation) + 0.5 * Math.log(2 * Math.PI));
};

const checkHutchinson = ({ probes, distribution, firstSample }: Required<Hutchinson>): void => {
  checkCount("logDensity firstSample", firstSample);
  if (!(Number.isInteger(probes) && probes > 0))
    throw new ArgumentError(`logDensity: expected probes to be a positive whole number, found ${probes}`);
  if (distribution !== "rademacher" && distribution !== "gaussian")
    throw new ArgumentError(`logDensity: expected the distribution rademacher or gaussian, found ${distribution}`);
};

/**
 * The log-density of points under a model, for the marginal at a time, with its errors:
 *
 *     log p_t(x) = log N(y_T; 0, r_T^2 I) + integral over r from r_t to r_T of div_y noise  -  d log alpha_t
 *
 * along dy/dr = noise in y = x / alpha, r = sigma / alpha (Chen et al. 2018, theorem 1; Song et al. 2021, appendix D.2;
 * Hutchinson's estimator as in Grathwohl et al. 2019, one draw of probes for a whole path). The marginal at the last
 * time is taken to be the prior, as in sampling. So this is the density of what the flow makes of the prior's draws.
 * The data's own marginal differs by `priorMismatch`, which is not added but counts as an error. It is of the order
 * |x_0| / r_T for data off the origin. With sigma up to 80 that is a hundredth of a nat for data of unit variance, and
 * a nat for data 30 from the origin.
 * @param x [n, ...model.shape], float32 or float64, in which the model is evaluated
 * @throws ShapeError | ArgumentError for bad points or options; SamplingError where the ODE cannot be solved to the
 *   tolerance; the signal's reason when aborted
 */
export const logDensityDetails = async <D extends FloatType>(
  model: ScoreModel,
  x: NdArray<D>,
  options: LogDensityOptions = {},
): Promise<LogDensityDetails<D>> => {
  checkCall("logDensity", model, [x], options, logDensityOptions);
  const { shape, process } = model;
  const size = sizeOf(shape);
  const { divergence = size <= mostExact ? "exact" : {}, runtime } = options;
  const { time, given, data, prior, problem } = flowSettings("logDensity", model, x, options);
  const { count, batch } = problem;
  if (divergence !== "exact") checkOptions("logDensity divergence", divergence, hutchinsonOptions);
  const hutchinson =
    divergence === "exact"
      ? undefined
      : ({ probes: 8, distribution: "rademacher", seed: 0, firstSample: 0, ...divergence } as const);
  if (hutchinson) checkHutchinson(hutchinson);
  const details = {
    logDensity: zeros([count], x.dtype),
    standardError: zeros([count], "float64"),
    errorEstimate: zeros([count], "float64"),
    solverError: zeros([count], "float64"),
    priorMismatch: zeros([count], "float64"),
    evaluations: zeros([count], "int32"),
  };
  if (count === 0) return details;

  const scale = stateScale(process, time);
  const endDeviation = process.priorDeviation / stateScale(process, process.times.last);
  const probes = Array.from({ length: hutchinson?.probes ?? 0 }, () => zeros([batch, ...shape], x.dtype));
  const load = (w: Float64Array, { slot, sample }: Placed): void => {
    flow.place({ slot, sample });
    for (let j = 0; j < size; j++) w[slot * size + j] = x.data[sample * size + j]! / scale;
    if (hutchinson)
      for (const [k, probe] of probes.entries()) {
        const drawn = drawProbe(hutchinson.distribution, shape, hutchinson.seed, k, hutchinson.firstSample + sample);
        for (let j = 0; j < size; j++) probe.data[slot * size + j] = Number(drawn.data[j]);
      }
  };
  const flow = await compileFlow(model, batch, x.dtype, hutchinson?.probes ?? "exact", given, runtime);
  try {
    const { channels } = flow;
    const rates = (w: Float64Array, u: Float64Array) => flow.rates(w, u, probes);
    const solved = await solveFlow({ ...problem, channels, from: data, to: prior, load, rates });
    for (let i = 0; i < count; i++) {
      const found = solved.integrals.subarray(i * channels, (i + 1) * channels);
      const mean = found.reduce((sum, value) => sum + value, 0) / channels;
      const squares = found.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const end = priorLogDensity(solved.w.subarray(i * size, (i + 1) * size), endDeviation);
      details.logDensity.data[i] = end + mean - size * Math.log(scale);
      details.standardError.data[i] = hutchinson ? Math.sqrt(squares / (channels - 1) / channels) : 0;
    }
    for (let from = 0; from < count; from += batch) {
      const states = new Float64Array(batch * size);
      const rows = Math.min(batch, count - from);
      // For the probes and the conditions of each row.
      for (let i = 0; i < rows; i++) load(states, { slot: i, sample: from + i });
      states.fill(0).set(solved.w.subarray(from * size, (from + rows) * size));
      const found = await priorMismatch(states, size, prior, (w, u) => rates(w, new Float64Array(batch).fill(u)));
      for (let i = 0; i < rows; i++) {
        const [mismatch, solver] = [found.mismatch[i]!, solved.errors[from + i]!];
        details.priorMismatch.data[from + i] = mismatch;
        details.errorEstimate.data[from + i] = solver + Math.abs(mismatch) + found.uncertainty[i]!;
      }
    }
    const evaluations = ndarray(solved.evaluations.map((value) => value + mismatchEvaluations));
    return { ...details, solverError: ndarray(solved.errors), evaluations };
  } finally {
    await flow.dispose();
  }
};

/**
 * The log-density alone, [n] in nats; see {@link logDensityDetails} for the method and its errors.
 * @throws as {@link logDensityDetails}
 */
export const logDensity = async <D extends FloatType>(
  model: ScoreModel,
  x: NdArray<D>,
  options: LogDensityOptions = {},
): Promise<NdArray<D>> => (await logDensityDetails(model, x, options)).logDensity;
