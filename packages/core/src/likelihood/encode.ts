/** Data to latent and back along the probability-flow ODE, and paths between data points through the latent space. */
import { type FloatType, type NdArray, ndarray, ShapeError, sizeOf, storage } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import type { Placed } from "../integrate/integrate.ts";
import { givenRows } from "../model/given.ts";
import type { ScoreModel } from "../model/score-model.ts";
import type { Known } from "../part/check-options.ts";
import { compileFlow, stateScale } from "./flow.ts";
import { checkCall, flowOptions, flowSettings, type ProbabilityFlowOptions } from "./options.ts";
import { solveFlow } from "./solve-flow.ts";

/** Solves the flow from one end to the other, with x = scale w at either. */
const transport = async <D extends FloatType>(
  name: string,
  model: ScoreModel,
  x: NdArray<D>,
  options: ProbabilityFlowOptions,
  to: "data" | "latent",
): Promise<NdArray<D>> => {
  const settings = flowSettings(name, model, x, options);
  const { count, size, batch } = settings.problem;
  if (count === 0) return x;
  const { process } = model;
  const data = { u: settings.data, scale: stateScale(process, settings.time) };
  const latent = { u: settings.prior, scale: stateScale(process, process.times.last) / process.priorDeviation };
  const [start, end] = to === "latent" ? [data, latent] : [latent, data];
  const load = (w: Float64Array, { slot, sample }: Placed): void => {
    flow.place({ slot, sample });
    for (let j = 0; j < size; j++) w[slot * size + j] = x.data[sample * size + j]! / start.scale;
  };
  const flow = await compileFlow(model, batch, x.dtype, "none", settings.given, options.runtime);
  try {
    const rates = (w: Float64Array, u: Float64Array) => flow.rates(w, u, []);
    const solved = await solveFlow({ ...settings.problem, channels: 0, from: start.u, to: end.u, load, rates });
    const result = storage(x.dtype, count * size);
    for (let i = 0; i < result.length; i++) result[i] = solved.w[i]! * end.scale;
    return ndarray(result, x.shape) as NdArray<D>;
  } finally {
    await flow.dispose();
  }
};

/**
 * The latent code of data: the end point of the probability-flow ODE, divided by the prior's deviation (Song et al.
 * 2021, section 4.3). Codes of data are distributed as N(0, I).
 * @param x points at `options.time`, [n, ...model.shape]
 * @returns [n, ...model.shape]
 * @throws as `logDensityDetails`
 */
export const encode = async <D extends FloatType>(
  model: ScoreModel,
  x: NdArray<D>,
  options: ProbabilityFlowOptions = {},
): Promise<NdArray<D>> => {
  checkCall("encode", model, [x], options);
  return transport("encode", model, x, options, "latent");
};

/**
 * The data of latent codes: the inverse of {@link encode}, up to the accuracy of both. Nothing is denoised at the end,
 * so that the round trip returns its input.
 * @param latent [n, ...model.shape]
 * @returns points at `options.time`, [n, ...model.shape]
 * @throws as `logDensityDetails`
 */
export const decode = async <D extends FloatType>(
  model: ScoreModel,
  latent: NdArray<D>,
  options: ProbabilityFlowOptions = {},
): Promise<NdArray<D>> => {
  checkCall("decode", model, [latent], options);
  return transport("decode", model, latent, options, "data");
};

/** Options of {@link interpolate}. */
export interface InterpolateOptions extends ProbabilityFlowOptions {
  /** Points on the path, both ends among them: at least 2, default 9. */
  readonly count?: number;
  /**
   * `spherical` (the default) keeps to the shell on which latent codes lie in many dimensions (Shoemake 1985; White
   * 2016). `linear` is the straight line, whose middle lies far inside that shell.
   */
  readonly path?: "spherical" | "linear";
}

const interpolateOptions = { ...flowOptions, count: true, path: true } satisfies Known<InterpolateOptions>;

/**
 * The weights of both ends at a fraction of the great arc between them. Where they are parallel or opposite no arc is
 * singled out, and the weights are the straight line's.
 */
export const sphericalWeights = (a: ArrayLike<number>, b: ArrayLike<number>, fraction: number): [number, number] => {
  let [dot, aa, bb] = [0, 0, 0];
  for (let j = 0; j < a.length; j++) {
    dot += a[j]! * b[j]!;
    aa += a[j]! ** 2;
    bb += b[j]! ** 2;
  }
  const angle = Math.acos(Math.min(1, Math.max(-1, dot / Math.sqrt(aa * bb))));
  const sine = Math.sin(angle);
  // Not a number for an end at zero.
  if (!(sine > 1e-6)) return [1 - fraction, fraction];
  return [Math.sin((1 - fraction) * angle) / sine, Math.sin(fraction * angle) / sine];
};

/**
 * Paths between pairs of data points through the latent space. Both points are encoded, and the codes between them are
 * decoded.
 * @param a first ends, [n, ...model.shape] @param b last ends, of the same shape; `given` is for each pair
 * @returns [n, count, ...model.shape]. The first and last of each path are `a` and `b` after a round trip
 * @throws ShapeError for ends of different shape; ArgumentError for a bad count or path; else as {@link encode}
 */
export const interpolate = async <D extends FloatType>(
  model: ScoreModel,
  a: NdArray<D>,
  b: NdArray<D>,
  options: InterpolateOptions = {},
): Promise<NdArray<D>> => {
  checkCall("interpolate", model, [a, b], options, interpolateOptions);
  const { count = 9, path = "spherical", given, ...flow } = options;
  if (a.shape.join() !== b.shape.join() || a.dtype !== b.dtype)
    throw new ShapeError(
      `interpolate: expected ends of one type, found ${a.dtype}[${a.shape}] and ${b.dtype}[${b.shape}]`,
    );
  if (!(Number.isInteger(count) && count >= 2))
    throw new ArgumentError(`interpolate: expected a count of at least 2, found ${count}`);
  if (path !== "spherical" && path !== "linear")
    throw new ArgumentError(`interpolate: expected the path spherical or linear, found ${path}`);
  const own = given === undefined ? {} : { given };
  const [from, to] = [
    await transport("interpolate", model, a, { ...flow, ...own }, "latent"),
    await transport("interpolate", model, b, { ...flow, ...own }, "latent"),
  ];
  const pairs = a.shape[0]!;
  const size = sizeOf(model.shape);
  const codes = storage(a.dtype, pairs * count * size);
  for (let i = 0; i < pairs; i++) {
    const [first, last] = [from, to].map(({ data }) => data.subarray(i * size, (i + 1) * size));
    for (let k = 0; k < count; k++) {
      const fraction = k / (count - 1);
      const [p, q] = path === "linear" ? [1 - fraction, fraction] : sphericalWeights(first!, last!, fraction);
      for (let j = 0; j < size; j++) codes[(i * count + k) * size + j] = p * first![j]! + q * last![j]!;
    }
  }
  // Every point of a path is given what its ends are.
  const rows = givenRows("interpolate", model, given, pairs, a.dtype);
  const along = rows.rows(Array.from({ length: pairs * count }, (_, i) => Math.floor(i / count)));
  const latent = ndarray(codes, [pairs * count, ...model.shape]) as NdArray<D>;
  const decoded = await transport("interpolate", model, latent, { ...flow, given: along }, "data");
  return { ...decoded, shape: [pairs, count, ...model.shape] };
};
