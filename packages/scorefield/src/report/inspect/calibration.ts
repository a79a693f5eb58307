/** The part on calibration: the loss at every noise level, on data seen and unseen, beside what the model believes. */
import { calibration, noiseTimes } from "@scorefield/core";
import { curveColours, curvesFigure } from "../../figure/curves.ts";
import { figure, paragraph, table } from "../page.ts";
import { firstRows, type Instrument, instrumentOptions, shown } from "./subject.ts";

export const calibrationPart: Instrument = async (subject, share) => {
  const { model, heldOut, training, effort, scale, seed } = subject;
  const times = noiseTimes(model.process, { lowest: 0.02 * scale, highest: 10 * scale, count: effort.levels });
  const sets = training ? 2 : 1;
  const run = (rows: typeof heldOut, k: number) =>
    calibration(model, firstRows(subject, rows, effort.points), {
      times,
      seed,
      ...instrumentOptions(subject, (done) => share((done + k) / sets)),
    });
  const unseen = await run(heldOut, 0);
  const seen = training ? await run(training, 1) : undefined;
  const points = (levels: typeof unseen, key: "loss" | "believed") =>
    levels.map(({ noise, [key]: { mean, standardError } }) => ({ x: noise, y: mean, error: standardError }));
  const gap = unseen.map(({ noise, loss, believed }) => ({
    x: noise,
    y: loss.mean / believed.mean,
    error:
      Math.abs(loss.mean / believed.mean) *
      Math.hypot(loss.standardError / loss.mean, believed.standardError / believed.mean),
  }));
  const x = { label: "noise, in units of the model's data", log: true };
  const svg = curvesFigure([
    {
      title: "Loss of predicting the noise",
      x,
      y: { label: "per element", log: true },
      curves: [
        { name: "held-out data", colour: curveColours[0], points: points(unseen, "loss") },
        ...(seen ? [{ name: "training data", colour: curveColours[1], points: points(seen, "loss") }] : []),
        { name: "what the model believes", colour: curveColours[5], points: points(unseen, "believed"), dashed: true },
      ],
    },
    {
      title: "Loss found over loss believed, held-out data",
      x,
      y: { label: "ratio" },
      curves: [
        { name: "", colour: curveColours[0], points: gap },
        { name: "", colour: curveColours[5], points: gap.map(({ x: at }) => ({ x: at, y: 1 })), dashed: true },
      ],
    },
  ]);
  return {
    title: "Calibration",
    numbers: { heldOut: unseen, ...(seen && { training: seen }) },
    parts: [
      paragraph(
        "How much of the noise the model cannot tell, by noise level: 0 where all is seen, 1 where none is. What it believes itself to miss follows from its Jacobian, and equals what it misses if its score is true. A loss above it means that the model is too sure; training data below held-out data, that it remembers them.",
      ),
      figure(svg, `Means over ${Math.min(effort.points, heldOut.shape[0]!)} points, bars of one standard error.`),
      table(
        [
          "noise",
          "held-out loss",
          "standard error",
          ...(seen ? ["training loss"] : []),
          "believed",
          "found / believed",
        ],
        unseen.map(({ noise, loss, believed }, k) => [
          shown(noise),
          shown(loss.mean),
          shown(loss.standardError),
          ...(seen ? [shown(seen[k]!.loss.mean)] : []),
          shown(believed.mean),
          (loss.mean / believed.mean).toFixed(3),
        ]),
      ),
    ],
  };
};
