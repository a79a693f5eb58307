/** The section on models in the plane: landscapes over noise levels, the field, its streamlines, modes, basins and curl. */
import type { Findings, PlanePoint } from "@scorefield/assess/internal";
import { ndarray } from "@scorefield/tensor";
import { arrowMarks } from "../../figure/field-marks.ts";
import { dotMarks, type LandscapePanel, landscapeFigure, streamMarks } from "../../figure/landscape.ts";
import { Plot, palette } from "../../figure/plot.ts";
import { areaColours, divergingColour } from "../../figure/theme.ts";
import { figure, paragraph, type Section, table } from "../page.ts";
import { shown } from "./shown.ts";

type PlaneFindings = NonNullable<Findings["plane"]>;

const symbols = { mode: "circle", flat: "circle", saddle: "times", minimum: "diamond" } as const;

const pointMarks = (points: readonly PlanePoint[]): Plot.Markish[] =>
  (["mode", "flat", "saddle", "minimum"] as const).flatMap((kind) =>
    dotMarks(
      points.filter((point) => point.kind === kind).map(({ point }) => [point[0]!, point[1]!] as const),
      { fill: kind === "mode" || kind === "flat" ? palette.sample : palette.ink, r: 3.6, symbol: symbols[kind] },
    ),
  );

/**
 * Coloured squares of a grid. Each reaches half a pixel under the ones that are drawn after it. Otherwise edges that
 * differ in their last digit would fall on different pixels, with a line of the ground between them.
 */
const cells = (x: readonly number[], y: readonly number[], fill: (i: number, j: number) => string | undefined) => {
  const [dx, dy] = [(x[1]! - x[0]!) / 2, (y[1]! - y[0]!) / 2];
  const rows = y.flatMap((b, i) =>
    x.map((a, j) => ({ x1: a - dx, x2: a + dx, y1: b - dy, y2: b + dy, fill: fill(i, j) })),
  );
  return Plot.rect(
    rows.filter((row) => row.fill !== undefined),
    {
      x1: "x1",
      x2: "x2",
      y1: "y1",
      y2: "y2",
      fill: { value: "fill", scale: null } as unknown as string,
      insetRight: -0.5,
      insetTop: -0.5,
      clip: true,
      shapeRendering: "crispEdges",
    },
  );
};

/** Panels of the field in the plane, and their axes. @param columns names of the axes */
export const planePanels = (
  { landscapes, stationary, basins, largestCurl, maps }: PlaneFindings,
  columns?: readonly string[],
) => {
  const { x, y, coarseX, coarseY } = maps;
  const last = landscapes.at(-1)!;
  const density = { x, y, logDensity: maps.logDensities.at(-1)! };
  const field = ndarray(Float64Array.from(maps.score), [y.length, x.length, 2]);
  const panels: LandscapePanel[] = [
    ...landscapes.map(({ noise, pathDependence }, k) => ({
      title: `Noise ${shown(Number(noise.toPrecision(2)))}`,
      caption: `path dependence ${shown(100 * pathDependence.share)} %`,
      density: { x, y, logDensity: maps.logDensities[k]! },
    })),
    {
      title: "The field and held-out data",
      caption: `noise ${shown(Number(last.noise.toPrecision(2)))}, also in the next panels`,
      density,
      marks: (pxPerUnit) => [
        ...dotMarks(maps.data, { fill: palette.data, r: 1, opacity: 0.6 }),
        ...arrowMarks({ x, y, score: field }, pxPerUnit, 16),
      ],
    },
    {
      title: "Streamlines and stationary points",
      caption: "dot: mode, cross: saddle, diamond: minimum",
      density,
      marks: () => [...streamMarks(maps.streamlines), ...pointMarks(stationary)],
    },
    {
      title: "Basins of attraction",
      caption: `${basins} modes reached; white: none`,
      marks: () => [
        cells(coarseX, coarseY, (i, j) => {
          const basin = maps.basins[i * coarseX.length + j]!;
          return basin < 0 ? undefined : areaColours[basin % areaColours.length];
        }),
        ...pointMarks(maps.reached),
      ],
    },
    {
      title: "Curl, times σ²",
      caption: `blue turns left, orange right; at most ${shown(largestCurl)}`,
      marks: () => [
        cells(coarseX, coarseY, (i, j) => divergingColour(maps.curl[i * coarseX.length + j]! / (largestCurl || 1))),
      ],
    },
  ];
  const names = (columns ?? ["x", "y"]) as readonly [string, string];
  return { panels, axes: { x: [x[0]!, x.at(-1)!] as const, y: [y[0]!, y.at(-1)!] as const, names } };
};

export const planeSection = (found: PlaneFindings, columns?: readonly string[]): Section => {
  const { panels, axes } = planePanels(found, columns);
  const { stationary, starts: all } = found;
  const { names } = axes;
  return {
    title: "The field in the plane",
    parts: [
      paragraph(
        "The first four panels show log-densities under less and less noise, computed from the score alone: the surface whose differences fit the line integrals of the score best. The path dependence is the share of the integrals that no surface fits. The other panels are for the least of these noises. They show the field, its streamlines, the points from which each mode is reached, and the curl, which is 0 everywhere for a gradient.",
      ),
      figure(
        panels.map((panel) => landscapeFigure([panel], axes)),
        `Both axes are in the model's units. Shades change where the log-density is r²/2 nats below its peak for r = 0.75, 1.5, ..., 4.5; arrows are at most as long as the median arrow.`,
      ),
      table(
        ["stationary point", names[0], names[1], "share of starts", "eigenvalues of the Jacobian"],
        stationary
          .slice(0, 20)
          .map(({ kind, point, starts, eigenvalues }) => [
            kind,
            shown(point[0]!),
            shown(point[1]!),
            starts > 0 ? shown(starts / all) : "",
            eigenvalues.map(shown).join(", "),
          ]),
      ),
      ...(stationary.length > 20 ? [paragraph(`The first 20 of ${stationary.length} are listed.`)] : []),
    ],
  };
};
