/** The part for models in the plane: landscapes over noise levels, the field, its streamlines, modes, basins and curl. */
import { curlMap, logDensitySurface, type StationaryPoint, stationaryPoints, streamlines } from "@scorefield/assess";
import { castArray, type NdArray } from "@scorefield/tensor";
import { arrowMarks } from "../../figure/field-marks.ts";
import { dotMarks, type LandscapePanel, landscapeFigure, streamMarks } from "../../figure/landscape.ts";
import { Plot, palette } from "../../figure/plot.ts";
import { areaColours, divergingColour } from "../../figure/theme.ts";
import { gridAxis, gridPoints, scoresOn } from "../field.ts";
import { figure, paragraph, table } from "../page.ts";
import {
  firstRows,
  type Inspected,
  type Instrument,
  instrumentOptions,
  noiseAt,
  noisyRows,
  shown,
  timeOfNoise,
} from "./subject.ts";

/** Points of the maps of basins and curl for each of a landscape. */
const coarseness = 0.625;
const noiseLevels = [1, 0.5, 0.2, 0.1];

const axisOf = ([from, to]: readonly [number, number], points: number): number[] =>
  Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1));

/** Ranges of both columns with a margin, widened to the same length, so that panels are square. */
const square = (rows: NdArray): [[number, number], [number, number]] => {
  const ranges = ([0, 1] as const).map((column) => {
    const axis = gridAxis(rows, column, 2, 0.12);
    return [axis[0]!, axis[1]!] as [number, number];
  }) as [[number, number], [number, number]];
  const longest = Math.max(...ranges.map(([low, high]) => high - low));
  return ranges.map(([low, high]) => {
    const extra = (longest - (high - low)) / 2;
    return [low - extra, high + extra];
  }) as [[number, number], [number, number]];
};

const pairs = (rows: NdArray): [number, number][] =>
  Array.from({ length: rows.shape[0]! }, (_, i) => [Number(rows.data[2 * i]), Number(rows.data[2 * i + 1])]);

const symbols = { mode: "circle", flat: "circle", saddle: "times", minimum: "diamond" } as const;

const pointMarks = (points: readonly StationaryPoint[]): Plot.Markish[] =>
  (["mode", "flat", "saddle", "minimum"] as const).flatMap((kind) =>
    dotMarks(
      points.filter((point) => point.kind === kind).map(({ point }) => [point[0]!, point[1]!] as const),
      { fill: kind === "mode" || kind === "flat" ? palette.sample : palette.ink, r: 3.6, symbol: symbols[kind] },
    ),
  );

/**
 * Coloured squares of a grid. Each reaches half a pixel under those that are drawn after it: edges that differ in their
 * last digit would otherwise fall on different pixels and leave a line of the ground between.
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

/** Panels of the field in the plane, their axes, and the numbers in them. */
export const planePanels = async (subject: Inspected, share: (done: number) => void) => {
  const { model, heldOut, columns, dtype, effort } = subject;
  const [fine, coarse] = [effort.grid, Math.round(coarseness * effort.grid)];
  const [xRange, yRange] = square(heldOut);
  const [x, y] = [axisOf(xRange, fine), axisOf(yRange, fine)];
  const ends = { x: [x[0]!, x.at(-1)!] as const, y: [y[0]!, y.at(-1)!] as const };
  const options = instrumentOptions(subject);

  const landscapes = [];
  for (const [k, level] of noiseLevels.entries()) {
    const time = timeOfNoise(subject, level);
    const surface = await logDensitySurface(model, { x, y, time, dtype, ...options });
    landscapes.push({ time, noise: noiseAt(subject, time), ...surface });
    share((0.5 * (k + 1)) / noiseLevels.length);
  }
  const last = landscapes.at(-1)!;
  const { time } = last;
  const density = { x, y, logDensity: last.logDensity.data };
  const field = await scoresOn(model, { x, y, time, dtype, runtime: subject.runtime });
  const lines = streamlines({ x, y, vectors: field }, { separation: 1 / 28 });
  const stationary = await stationaryPoints(model, noisyRows(subject, time, 300), { time, saddles: true, ...options });
  share(0.7);
  const [gx, gy] = [axisOf(xRange, coarse), axisOf(yRange, coarse)];
  const basins = await stationaryPoints(model, castArray(gridPoints(gx, gy), dtype), { time, ...options });
  share(0.9);
  const curl = await curlMap(model, { x: gx, y: gy, time, ...options });
  const alpha = model.process.alpha(time);
  // The curl beside the size of the Jacobian that every score has, 1 / sigma^2.
  const relative = curl.data.map((value) => value * model.process.sigma(time) ** 2);
  const most = relative.reduce((a, b) => Math.max(a, Math.abs(b)), 0);

  const data = pairs(firstRows(subject, heldOut, 1500)).map(([a, b]) => [alpha * a, alpha * b] as const);
  const panels: LandscapePanel[] = [
    ...landscapes.map(({ noise, pathDependence, logDensity }) => ({
      title: `Noise ${shown(Number(noise.toPrecision(2)))}`,
      caption: `path dependence ${shown(100 * pathDependence.share)} %`,
      density: { x, y, logDensity: logDensity.data },
    })),
    {
      title: "The field and held-out data",
      caption: `noise ${shown(Number(last.noise.toPrecision(2)))}, as in what follows`,
      density,
      marks: (pxPerUnit) => [
        ...dotMarks(data, { fill: palette.data, r: 1, opacity: 0.6 }),
        ...arrowMarks({ x, y, score: field }, pxPerUnit, 16),
      ],
    },
    {
      title: "Streamlines and stationary points",
      caption: "dot: mode, cross: saddle, diamond: minimum",
      density,
      marks: () => [...streamMarks(lines), ...pointMarks(stationary.points)],
    },
    {
      title: "Basins of attraction",
      caption: `${basins.points.length} modes reached; bare: none`,
      marks: () => [
        cells(gx, gy, (i, j) => {
          const basin = basins.basin[i * gx.length + j]!;
          return basin < 0 ? undefined : areaColours[basin % areaColours.length];
        }),
        ...pointMarks(basins.points),
      ],
    },
    {
      title: "Curl, times σ²",
      caption: `blue turns left, orange right; at most ${shown(most)}`,
      marks: () => [cells(gx, gy, (i, j) => divergingColour(relative[i * gx.length + j]! / (most || 1)))],
    },
  ];
  const names = (columns ?? ["x", "y"]) as readonly [string, string];
  return { panels, axes: { ...ends, names }, landscapes, stationary, basins: basins.points.length, largestCurl: most };
};

export const planePart: Instrument = async (subject, share) => {
  const { panels, axes, landscapes, stationary, basins, largestCurl } = await planePanels(subject, share);
  const { names } = axes;
  return {
    title: "The field in the plane",
    numbers: {
      landscapes: landscapes.map(({ noise, pathDependence }) => ({ noise, pathDependence })),
      stationary: stationary.points.map(({ point, eigenvalues, ...rest }) => ({
        ...rest,
        point: [...point],
        eigenvalues: [...eigenvalues],
      })),
      basins,
      largestCurl,
    },
    parts: [
      paragraph(
        "The first four: log-densities rebuilt from the score alone, under less and less noise, as the surface whose differences fit the line integrals of the score best. The path dependence is what no surface fits, as a share of the integrals. The others, at the least of these noises: the field, where it leads, from where each mode is reached, and its curl, which is 0 everywhere for a gradient.",
      ),
      figure(
        panels.map((panel) => landscapeFigure([panel], axes)),
        `Both axes are in the model's units. Shades change where the log-density is r²/2 nats below its peak for r = 0.75, 1.5, ..., 4.5; arrows saturate at the median length.`,
      ),
      table(
        ["stationary point", names[0], names[1], "share of starts", "eigenvalues of the Jacobian"],
        stationary.points
          .slice(0, 20)
          .map(({ kind, point, starts, eigenvalues }) => [
            kind,
            shown(point[0]!),
            shown(point[1]!),
            starts > 0 ? shown(starts / stationary.basin.length) : "",
            [...eigenvalues].map(shown).join(", "),
          ]),
      ),
      ...(stationary.points.length > 20 ? [paragraph(`The first 20 of ${stationary.points.length} are listed.`)] : []),
    ],
  };
};
