/** The part on calibration: the loss at every noise level, on data seen and unseen, beside what the Jacobian implies. */
import { calibration, type LevelMean, noiseTimes } from "@scorefield/assess";
import { type CurvePlot, curveColours, curvesFigure } from "../../figure/curves.ts";
import { figure, paragraph, remark, table } from "../page.ts";
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
  type Level = (typeof unseen)[number];
  const curve = (levels: readonly Level[], of: (level: Level) => LevelMean) =>
    levels.map((level) => ({ x: level.noise, y: of(level).mean, error: of(level).standardError }));
  // For a true score this is a variance. A network's Jacobian may imply a number below 0, which is left out.
  const implied = unseen.filter(({ believed }) => believed.mean >= 0);
  const excess = ({ loss, believed }: Level): LevelMean => ({
    mean: loss.mean - believed.mean,
    standardError: Math.hypot(loss.standardError, believed.standardError),
  });
  const x = { label: "noise, in units of the model's data", log: true };
  const plots: CurvePlot[] = [
    {
      title: "Loss of predicting the noise",
      x,
      y: { label: "loss per element", log: true },
      curves: [
        { name: "held-out data", colour: curveColours[0], points: curve(unseen, ({ loss }) => loss) },
        ...(seen ? [{ name: "training data", colour: curveColours[1], points: curve(seen, ({ loss }) => loss) }] : []),
        {
          name: "implied by the Jacobian",
          colour: curveColours[5],
          points: curve(implied, ({ believed }) => believed),
          dashed: true,
        },
      ],
    },
    {
      title: "Loss found minus loss implied, held-out data",
      x,
      y: { label: "difference per element" },
      curves: [
        { name: "", colour: curveColours[0], points: curve(unseen, excess) },
        { name: "", colour: curveColours[5], points: unseen.map(({ noise }) => ({ x: noise, y: 0 })), dashed: true },
      ],
    },
  ];
  const none = unseen.length - implied.length;
  return {
    title: "Calibration",
    numbers: {
      heldOut: unseen.map((level) => {
        const { believed, ...rest } = level;
        return { ...rest, ...(believed.mean >= 0 && { implied: believed }), excess: excess(level) };
      }),
      ...(seen && { training: seen.map(({ believed: _, ...rest }) => rest) }),
    },
    parts: [
      paragraph(
        "How much of the noise the model cannot see, by noise level: 0 where all is seen, 1 where none is. A score fixes what it has to miss by its Jacobian: the loss implied is the variance of the noise given the noisy point, 1 + σ² tr J / d. For the true score both are equal. A loss found above the one implied means that the model is too sure; training data below held-out data, that it remembers them.",
      ),
      figure(
        plots.map((plot) => curvesFigure([plot])),
        `Means over ${Math.min(effort.points, heldOut.shape[0]!)} points, bars of one standard error.`,
      ),
      ...(none > 0
        ? [
            remark(
              `At ${none} of ${unseen.length} levels the Jacobian implies a variance below 0, which no score does: there the derivative of the network is wrong by more than the loss, and nothing is implied.`,
            ),
          ]
        : []),
      table(
        [
          "noise",
          "held-out loss",
          "standard error",
          ...(seen ? ["training loss"] : []),
          "implied loss",
          "found minus implied",
          "standard error",
        ],
        unseen.map((level, k) => [
          shown(level.noise),
          shown(level.loss.mean),
          shown(level.loss.standardError),
          ...(seen ? [shown(seen[k]!.loss.mean)] : []),
          level.believed.mean >= 0 ? shown(level.believed.mean) : "",
          shown(excess(level).mean),
          shown(excess(level).standardError),
        ]),
      ),
    ],
  };
};
