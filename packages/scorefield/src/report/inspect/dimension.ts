/** The section on dimension: how many directions the data have around a point, at every scale, by four methods. */
import type { Findings } from "@scorefield/assess/internal";
import { type Curve, curveColours, curvesFigure } from "../../figure/curves.ts";
import { figure, paragraph, remark, type Section, table } from "../page.ts";
import { quantileOf, shown } from "./shown.ts";

/** Below this a spectrum is hardly a curve. */
const leastDrawn = 4;

export const dimensionSection = (found: NonNullable<Findings["dimension"]>): Section => {
  const { noise, size, points, methods, levels, spectra, note } = found;
  const curve = (name: string, key: "flipd" | "denoising", k: number): Curve => ({
    name,
    colour: curveColours[k]!,
    points: levels.map((level) => ({ x: level.noise, y: level[key].mean, error: level[key].standardError })),
  });
  const baseline = methods.at(-1)!;
  const means = [baseline.mean, ...levels.flatMap(({ flipd, denoising }) => [flipd.mean, denoising.mean])];
  const plots = [
    {
      title: "Mean dimension by scale",
      x: { label: "noise, in units of the model's data", log: true },
      y: {
        label: "dimension",
        domain: [1.1 * Math.min(0, ...means), Math.min(size * 1.08, 1.15 * Math.max(...means))] as const,
      },
      curves: [
        curve("FLIPD", "flipd", 0),
        curve("denoising loss", "denoising", 1),
        {
          name: "local PCA",
          colour: curveColours[5],
          dashed: true,
          points: [levels[0]!, levels.at(-1)!].map(({ noise }) => ({ x: noise, y: baseline.mean })),
        },
      ],
    },
    ...(spectra && size >= leastDrawn
      ? [
          {
            title: "Spectrum of the scores around a point",
            x: { label: "index of the singular value" },
            y: { label: "singular value", domain: [0, 1.5] as const },
            curves: spectra.singularValues.map((values) => ({
              name: "",
              colour: curveColours[0],
              points: values.map((y, j) => ({ x: j + 1, y })),
            })),
          },
        ]
      : []),
  ];
  return {
    title: "Dimension",
    parts: [
      paragraph(
        `In how many directions the data go on around a point, of ${size}, at every scale: what is finer than the noise counts as a direction only if it is data. All but local PCA are read from the score. A network that errs under little noise bends FLIPD up or down there, and lifts the denoising loss.`,
      ),
      figure(
        plots.map((plot) => curvesFigure([plot])),
        `Means over ${points} points of held-out data, bars of one standard error.${plots.length > 1 ? ` The spectra: a line for each of ${spectra?.singularValues.length} points. Directions with a singular value near 1 are normals of the data; the dimension is the number of those below 1/2.` : ""}`,
      ),
      ...(note === undefined ? [] : [remark(note)]),
      ...(spectra && spectra.rough > 0
        ? [
            remark(
              `Of ${spectra.points} spectra ${spectra.rough} have their widest gap elsewhere than across 1/2: the dimension they tell is a rough one.`,
            ),
          ]
        : []),
      table(
        [`at noise ${shown(noise)}`, "mean", "standard error", "10 %", "median", "90 %", "points"],
        methods.map(({ name, mean, standardError, values }) => [
          name,
          shown(mean),
          shown(standardError),
          ...[0.1, 0.5, 0.9].map((q) => shown(quantileOf(values, q))),
          `${values.length}`,
        ]),
      ),
    ],
  };
};
