/** The section on calibration: the loss at every noise level, on data seen and unseen, beside what the Jacobian implies. */
import type { Findings } from "@scorefield/assess/internal";
import { type CurvePlot, curveColours, curvesFigure } from "../../figure/curves.ts";
import { figure, paragraph, remark, type Section, table } from "../page.ts";
import { shown } from "./shown.ts";

interface Mean {
  readonly mean: number;
  readonly standardError: number;
}

export const calibrationSection = (found: NonNullable<Findings["calibration"]>): Section => {
  const { heldOut: unseen, training: seen, points } = found;
  const curve = <Level extends { readonly noise: number }>(levels: readonly Level[], of: (level: Level) => Mean) =>
    levels.map((level) => ({ x: level.noise, y: of(level).mean, error: of(level).standardError }));
  const implied = unseen.flatMap(({ noise, implied }) => (implied ? [{ noise, implied }] : []));
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
          points: curve(implied, ({ implied }) => implied),
          dashed: true,
        },
      ],
    },
    {
      title: "Loss found minus loss implied, held-out data",
      x,
      y: { label: "difference per element" },
      curves: [
        { name: "", colour: curveColours[0], points: curve(unseen, ({ excess }) => excess) },
        { name: "", colour: curveColours[5], points: unseen.map(({ noise }) => ({ x: noise, y: 0 })), dashed: true },
      ],
    },
  ];
  const none = unseen.length - implied.length;
  return {
    title: "Calibration",
    parts: [
      paragraph(
        "The loss is the share of the noise that the model cannot predict, at each noise level: 0 where it predicts all of it, 1 where it predicts nothing. The Jacobian J of the score implies such a loss too: the variance of the noise given the noisy point, 1 + σ² tr J / d. For the true score the two are equal. If the loss found is larger, the model is overconfident. If the loss on training data is below the loss on held-out data, the model has memorised training data.",
      ),
      figure(
        plots.map((plot) => curvesFigure([plot])),
        `Means over ${points} points, bars of one standard error.`,
      ),
      ...(none > 0
        ? [
            remark(
              `At ${none} of ${unseen.length} levels the Jacobian implies a variance below 0, which no true score does. There the error of the network's derivative is larger than the loss, and the implied loss is left out.`,
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
          level.implied ? shown(level.implied.mean) : "",
          shown(level.excess.mean),
          shown(level.excess.standardError),
        ]),
      ),
    ],
  };
};
