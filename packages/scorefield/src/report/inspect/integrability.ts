/** The part on integrability: is the field a gradient, at every noise level? */
import { integrability, lineIntegrals, logDensityDifference, noiseTimes } from "@scorefield/assess";
import { castArray, ndarray } from "@scorefield/tensor";
import { curveColours, curvesFigure } from "../../figure/curves.ts";
import { figure, paragraph, table } from "../page.ts";
import {
  type Inspected,
  type Instrument,
  instrumentOptions,
  meanOf,
  noisyRows,
  shown,
  timeOfNoise,
} from "./subject.ts";

/** Integrals around triangles of three data points, beside the integrals along their sides. */
const triangles = async (subject: Inspected, time: number) => {
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

export const integrabilityPart: Instrument = async (subject, share) => {
  const { model, effort, scale } = subject;
  const times = noiseTimes(model.process, { lowest: 0.02 * scale, highest: 5 * scale, count: effort.levels });
  const levels = [];
  for (const [k, time] of times.entries()) {
    const found = await integrability(model, noisyRows(subject, time, effort.looked), {
      time,
      probes: effort.probes,
      ...instrumentOptions(subject, (done) => share((0.9 * (k + done)) / times.length)),
    });
    const noise = model.process.sigma(time) / model.process.alpha(time);
    const spread = (values: Float64Array) => meanOf(values).standardError;
    levels.push({
      time,
      noise,
      ...found.overall,
      standardError: spread(found.asymmetry.data),
      denoiserStandardError: spread(found.denoiserAsymmetry.data),
    });
  }
  const loop = await triangles(subject, timeOfNoise(subject, 0.3));
  // An exact model may have none at all, which a logarithmic axis cannot show.
  const log = levels.every((level) => level.asymmetry > 0 && level.denoiserAsymmetry > 0);
  const svg = curvesFigure([
    {
      title: "Asymmetry of the Jacobian",
      x: { label: "noise, in units of the model's data", log: true },
      y: { label: "|J − Jᵀ| / 2|J|", log },
      curves: [
        {
          name: "denoiser",
          colour: curveColours[0],
          points: levels.map((l) => ({ x: l.noise, y: l.denoiserAsymmetry, error: l.denoiserStandardError })),
        },
        {
          name: "score",
          colour: curveColours[1],
          points: levels.map((l) => ({ x: l.noise, y: l.asymmetry, error: l.standardError })),
        },
      ],
    },
  ]);
  const how = effort.probes === "exact" ? "whole Jacobians" : `${effort.probes} random probes for each`;
  return {
    title: "Is it a gradient?",
    numbers: { levels, loops: loop },
    parts: [
      paragraph(
        "The score of any density is a gradient, so its Jacobian is symmetric: 0 on this scale; a pure rotation is 1. A network is free to differ. The denoiser's Jacobian lacks the −1/σ² on the diagonal that every score has and that hides an asymmetry where there is little noise.",
      ),
      figure(
        svg,
        `At ${Math.min(effort.looked, subject.heldOut.shape[0]!)} noisy points of held-out data per level, by ${how}; bars of one standard error.`,
      ),
      paragraph(
        `Around ${loop.triangles} triangles of data points, at noise of 0.3 deviations of the data, the line integral of the score is ${shown(loop.circulation)} nats (root mean square), where it is ${shown(loop.side)} nats along one side: log-density differences between data points depend on the path by about ${shown((100 * loop.circulation) / loop.side)} %.`,
      ),
      table(
        ["noise", "asymmetry of the denoiser", "of the score"],
        levels.map((l) => [shown(l.noise), shown(l.denoiserAsymmetry), shown(l.asymmetry)]),
      ),
    ],
  };
};
