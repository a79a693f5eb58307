/** The page of a run's losses: what the run is, and its loss curves. */
import { basename, resolve } from "node:path";
import { curveColours, curvesFigure } from "../figure/curves.ts";
import { grouped } from "../figure/grouped.ts";
import { heldOutLosses, smoothLosses } from "./loss-facts.ts";
import { fixedNumber } from "./number-text.ts";
import { facts, figure, type Html, htmlPage, paragraph, remark, table } from "./page.ts";
import { factPairs, isUnfinished, lengthText, type RunFacts } from "./run-facts.ts";

/** Points of a curve in a figure: more would not be seen, and make a page heavy. */
const drawnPoints = 600;

const thinned = <T>(points: readonly T[]): readonly T[] => {
  const stride = Math.ceil(points.length / drawnPoints);
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
};

const curveFigure = ({ metrics }: RunFacts): Html => {
  const held = heldOutLosses(metrics);
  const log = metrics.every(({ loss }) => loss > 0) && held.every(({ loss }) => loss > 0);
  const point = ({ step, loss }: { readonly step: number; readonly loss: number }) => ({ x: step, y: loss });
  const [training, heldOut] = curveColours;
  const svg = curvesFigure(
    [
      {
        title: "Loss",
        x: { label: "steps of training" },
        y: { label: `loss${log ? " (logarithmic)" : ""}`, log },
        curves: [
          { name: "training, running mean", colour: training, points: thinned(smoothLosses(metrics)).map(point) },
          ...(held.length > 0 ? [{ name: "held out", colour: heldOut, points: held.map(point) }] : []),
        ],
      },
    ],
    { width: 480, height: 300, description: "Loss by step of training, on training data and on data held out" },
  );
  return figure(
    svg,
    "Training: the mean of each block of steps with the parameters of that time, smoothed over a twentieth of the training. Held out: the loss of the averaged parameters on data that training does not see, with the same noise every time.",
  );
};

/** The page as one HTML document. */
export const lossReport = (run: RunFacts): string => {
  const { metrics } = run;
  const held = heldOutLosses(metrics);
  return htmlPage({
    title: `Training of ${basename(resolve(run.path))}`,
    subtitle: run.record.training ? lengthText(run) : "A model that a program saved",
    sections: [
      {
        title: "Loss",
        parts:
          metrics.length > 0
            ? [
                curveFigure(run),
                ...(isUnfinished(run) ? [remark("The training is not finished.")] : []),
                ...(held.length > 0
                  ? [
                      table(
                        ["step", "held-out loss"],
                        held.map(({ step, loss }) => [grouped(step), fixedNumber(loss)]),
                      ),
                    ]
                  : []),
              ]
            : [paragraph("No losses are recorded.")],
      },
      { title: "The run", parts: [facts(factPairs(run))] },
    ],
  });
};
