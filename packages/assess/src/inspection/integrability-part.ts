/** Integrability: is the field a gradient, at every noise level? */
import { castArray, ndarray } from "@scorefield/tensor";
import { noiseTimes } from "../instrument/calibration.ts";
import { integrability } from "../instrument/integrability.ts";
import { lineIntegrals, logDensityDifference } from "../instrument/line-integral.ts";
import { type Inspected, instrumentOptions, meanOf, noisyRows, type Part, timeOfNoise } from "./subject.ts";

/** What is found of the Jacobian's symmetry. */
export interface IntegrabilityFindings {
  /** Noisy points at each level. */
  readonly points: number;
  /** Random probes for each point, or whole Jacobians. */
  readonly probes: "exact" | number;
  readonly levels: readonly {
    readonly time: number;
    readonly noise: number;
    /** |J - J^T| / 2|J| of the score: 0 for a gradient, 1 for a pure rotation. */
    readonly asymmetry: number;
    /** The same of the denoiser. */
    readonly denoiserAsymmetry: number;
    readonly standardError: number;
    readonly denoiserStandardError: number;
  }[];
  /** Root mean square line integrals around triangles of data points, and along one side, in nats. */
  readonly loops: { readonly triangles: number; readonly circulation: number; readonly side: number };
}

/** Integrals around triangles of three data points, and the integrals along their sides. */
const triangles = async (subject: Inspected, time: number): Promise<IntegrabilityFindings["loops"]> => {
  const { model, size, effort, dtype } = subject;
  const rows = noisyRows(subject, time, 3 * Math.min(30, Math.max(2, effort.looked)));
  const n = Math.floor(rows.shape[0]! / 3);
  const point = (i: number) => Float64Array.from(rows.data.subarray(i * size, (i + 1) * size));
  const around = new Float64Array(n * 4 * size);
  const sides = new Float64Array(n * size);
  const other = new Float64Array(n * size);
  for (let i = 0; i < n; i++) {
    for (const [k, corner] of [0, 1, 2, 0].entries()) around.set(point(3 * i + corner), (4 * i + k) * size);
    sides.set(point(3 * i), i * size);
    other.set(point(3 * i + 1), i * size);
  }
  const options = { time, tolerance: 1e-2, ...instrumentOptions(subject) };
  const paths = castArray(ndarray(around, [n, 4, ...model.shape]), dtype);
  const closed = await lineIntegrals(model, paths, options);
  const [from, to] = [sides, other].map((data) => castArray(ndarray(data, [n, ...model.shape]), dtype));
  const open = await logDensityDifference(model, from!, to!, options);
  const rms = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
  return { triangles: n, circulation: rms(closed.integral.data), side: rms(open.integral.data) };
};

export const integrabilityPart: Part<IntegrabilityFindings> = async (subject, share) => {
  const { model, effort, scale } = subject;
  const times = noiseTimes(model.process, { lowest: 0.02 * scale, highest: 5 * scale, count: effort.levels });
  const levels = [];
  for (const [k, time] of times.entries()) {
    const found = await integrability(model, noisyRows(subject, time, effort.looked), {
      time,
      probes: effort.probes,
      ...instrumentOptions(subject, (done) => share((0.9 * (k + done)) / times.length)),
    });
    levels.push({
      time,
      noise: model.process.sigma(time) / model.process.alpha(time),
      ...found.overall,
      standardError: meanOf(found.asymmetry.data).standardError,
      denoiserStandardError: meanOf(found.denoiserAsymmetry.data).standardError,
    });
  }
  return {
    points: Math.min(effort.looked, subject.heldOut.shape[0]!),
    probes: effort.probes,
    levels,
    loops: await triangles(subject, timeOfNoise(subject, 0.3)),
  };
};
