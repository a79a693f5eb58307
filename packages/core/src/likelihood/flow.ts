/**
 * The probability-flow ODE, compiled. In y = x / alpha, r = sigma / alpha and u = log r every process reads
 * dy/du = r noise(x, t). The state that is followed is w = y / s with s = sqrt(1 + r^2), whose scale stays the scale of
 * data standardised to unit variance, and which stands still where there is nothing but noise:
 *
 *     dw/du = r noise / s - w r^2 / s^2
 */
import {
  compile,
  type FloatType,
  type NdArray,
  ndarray,
  type Runtime,
  type Spec,
  sizeOf,
  storage,
  type Tensor,
} from "@scorefield/tensor";
import type { Placed } from "../integrate/integrate.ts";
import type { Rates } from "../integrate/runge-kutta.ts";
import { exactDivergence, hutchinsonDivergence, type WithDivergence } from "../model/divergence.ts";
import type { GivenRows } from "../model/given.ts";
import type { Given, ScoreModel } from "../model/score-model.ts";
import { noise } from "../model/tweedie.ts";
import type { Process } from "../process/process.ts";

/** The right-hand side of the flow for a batch of samples, each in a slot. */
export interface Flow {
  /** Estimates of the divergence: none, one exact, or one for each probe. */
  readonly channels: number;
  /** Says which sample is in a slot from now on: what the model is conditioned on there is the sample's own. */
  place(placed: Placed): void;
  /**
   * dw/du, and as integrands the divergence of dw/du in w.
   * @param w [batch, ...shape] flattened @param u [batch]
   * @param probes Hutchinson's probe vectors, [batch, ...shape] each, where there are any
   */
  rates(w: Float64Array, u: Float64Array, probes: readonly NdArray[]): Promise<Rates>;
  dispose(): Promise<void>;
}

/** log(sigma / alpha) at a time. */
export const logRatio = (process: Process, t: number): number => -process.logSnr(t) / 2;

/** The time at which log(sigma / alpha) is u, within the process's ends. */
const timeAt = ({ times, timeOfLogSnr }: Process, u: number): number =>
  Math.min(times.last, Math.max(times.first, timeOfLogSnr(-2 * u)));

/** The factor from w to y. */
const hypotenuse = (process: Process, t: number): number => Math.hypot(1, process.sigma(t) / process.alpha(t));

/** The factor from w to x. */
export const stateScale = (process: Process, t: number): number => process.alpha(t) * hypotenuse(process, t);

/**
 * @param dtype in which the model is evaluated; the integration around it is always in float64
 * @param divergence none, exact, or by a number of probes
 * @param given what the model is conditioned on, for each sample
 */
export const compileFlow = async (
  model: ScoreModel,
  batch: number,
  dtype: FloatType,
  divergence: "none" | "exact" | number,
  given: GivenRows,
  runtime: Runtime | undefined,
): Promise<Flow> => {
  const { process, shape } = model;
  const size = sizeOf(shape);
  const channels = divergence === "none" ? 0 : divergence === "exact" ? 1 : divergence;
  const points: Spec = { shape: [batch, ...shape], dtype };
  const probeSpecs = Array.from({ length: typeof divergence === "number" ? divergence : 0 }, () => points);
  const evaluate = (x: Tensor, t: Tensor, probes: readonly Tensor[], own: Given) => {
    const field = (at: Tensor): Tensor => noise(model, at, t, own);
    const found: WithDivergence =
      divergence === "none"
        ? { value: field(x), divergences: [] }
        : divergence === "exact"
          ? exactDivergence(field, x)
          : hutchinsonDivergence(field, x, probes);
    return { value: found.value, divergences: [...found.divergences] };
  };
  const compiled = await compile(evaluate, [points, { shape: [batch], dtype }, probeSpecs, given.specs(batch)], {
    runtime,
    name: "probability flow",
  });
  const sampleIn = new Int32Array(batch).fill(-1);
  let rows: Record<string, NdArray> | undefined;
  return {
    channels,
    place: ({ slot, sample }) => {
      sampleIn[slot] = sample;
      rows = undefined;
    },
    dispose: () => compiled.dispose(),
    rates: async (w, u, probes) => {
      const x = ndarray(storage(dtype, batch * size), [batch, ...shape]) as NdArray<FloatType>;
      const t = ndarray(storage(dtype, batch)) as NdArray<FloatType>;
      for (let i = 0; i < batch; i++) {
        t.data[i] = timeAt(process, u[i]!);
        // The schedule is taken at the time as the model sees it, rounded.
        const scale = stateScale(process, t.data[i]!);
        for (let j = i * size; j < (i + 1) * size; j++) x.data[j] = w[j]! * scale;
      }
      rows ??= given.rows(sampleIn);
      const { value, divergences } = await compiled(x, t, [...probes], rows);
      const slope = new Float64Array(batch * size);
      const integrands = new Float64Array(batch * channels);
      for (let i = 0; i < batch; i++) {
        const time = t.data[i]!;
        const sigma = process.sigma(time);
        const ratio = sigma / process.alpha(time);
        const s = hypotenuse(process, time);
        const shrinkage = (ratio / s) ** 2;
        for (let j = i * size; j < (i + 1) * size; j++)
          slope[j] = (ratio / s) * Number(value.data[j]) - shrinkage * w[j]!;
        // d/dw = alpha s d/dx, and alpha r = sigma.
        for (let k = 0; k < channels; k++)
          integrands[i * channels + k] = sigma * Number(divergences[k]!.data[i]) - size * shrinkage;
      }
      return { slope, integrands };
    },
  };
};
