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
        `The number of directions, of ${size}, in which the data extend around a point. Each noise level is a scale: structure narrower than the noise is not seen. Local PCA uses the data, the other methods use the score. Where the network is wrong under little noise, FLIPD is too large or too small, and the denoising loss gives too many.`,
      ),
      figure(
        plots.map((plot) => curvesFigure([plot])),
        `Means over ${points} points of held-out data, bars of one standard error.${plots.length > 1 ? ` The spectra: a line for each of ${spectra?.singularValues.length} points. Directions with a singular value near 1 are normal to the data. The dimension is the number of values below 1/2.` : ""}`,
      ),
      ...(note === undefined ? [] : [remark(note)]),
      ...(spectra && spectra.rough > 0
        ? [
            remark(
              `In ${spectra.rough} of ${spectra.points} spectra the widest gap is not at 1/2. The dimension by these spectra is only approximate.`,
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
