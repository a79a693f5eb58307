/** Models in the plane: landscapes over noise levels, the field, its streamlines, modes, basins and curl. */
import { castArray, type NdArray } from "@scorefield/tensor";
import { curlMap } from "../instrument/integrability.ts";
import { type StationaryPoint, stationaryPoints } from "../instrument/stationary-points.ts";
import { type Streamline, streamlines } from "../instrument/streamlines.ts";
import { logDensitySurface } from "../instrument/surface.ts";
import { gridAxis, gridPoints, scoresOn } from "./grid-field.ts";
import { firstRows, instrumentOptions, noiseAt, noisyRows, type Part, timeOfNoise } from "./subject.ts";

/** A point where the score vanishes. */
export interface PlanePoint {
  readonly kind: StationaryPoint["kind"];
  readonly point: readonly number[];
  /** Of the Jacobian, descending. */
  readonly eigenvalues: readonly number[];
  /** How many starts came here. */
  readonly starts: number;
}

/** What is to be drawn, row after row of y; six digits of every number. */
interface PlaneMaps {
  /** Coordinates of the fine grid, and of the coarse one of basins and curl. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly coarseX: readonly number[];
  readonly coarseY: readonly number[];
  /** In nats, for each of the landscapes, [y, x]. */
  readonly logDensities: readonly (readonly number[])[];
  /** The score at the least of these noises, [y, x, 2]; all that follows is at this noise. */
  readonly score: readonly number[];
  readonly streamlines: readonly Streamline[];
  /** Held-out points, times alpha. */
  readonly data: readonly (readonly [number, number])[];
  /** The mode that each point leads to, an index, -1 where it leads to no mode. [coarse y, coarse x]. */
  readonly basins: readonly number[];
  /** Those modes. */
  readonly reached: readonly PlanePoint[];
  /** The curl times sigma^2, [coarse y, coarse x]. */
  readonly curl: readonly number[];
}

/** What is found of a model in the plane. */
export interface PlaneFindings {
  readonly landscapes: readonly {
    readonly noise: number;
    /** What no surface explains of the score's line integrals. */
    readonly pathDependence: { readonly rootMeanSquare: number; readonly share: number };
  }[];
  readonly stationary: readonly PlanePoint[];
  /** Starts of the search for them. */
  readonly starts: number;
  /** Modes that points of the plane lead to. */
  readonly basins: number;
  /** The greatest curl, times sigma^2. */
  readonly largestCurl: number;
  readonly maps: PlaneMaps;
}

/** Points of the maps of basins and curl for each of a landscape. */
const coarseness = 0.625;
const noiseLevels = [1, 0.5, 0.2, 0.1];
const shownData = 1500;

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

/** Enough digits for a figure, and less than half the text. */
const short = (values: ArrayLike<number>): number[] => Array.from(values, (value) => Number(value.toPrecision(6)));

const planePoint = ({ point, eigenvalues, ...rest }: StationaryPoint): PlanePoint => ({
  ...rest,
  point: [...point],
  eigenvalues: [...eigenvalues],
});

export const planePart: Part<PlaneFindings> = async (subject, share) => {
  const { model, heldOut, dtype, effort } = subject;
  const [fine, coarse] = [effort.grid, Math.round(coarseness * effort.grid)];
  const [xRange, yRange] = square(heldOut);
  const [x, y] = [axisOf(xRange, fine), axisOf(yRange, fine)];
  const options = instrumentOptions(subject);

  const landscapes = [];
  for (const [k, level] of noiseLevels.entries()) {
    const time = timeOfNoise(subject, level);
    const surface = await logDensitySurface(model, { x, y, time, dtype, ...options });
    landscapes.push({ time, noise: noiseAt(subject, time), ...surface });
    share((0.5 * (k + 1)) / noiseLevels.length);
  }
  const { time } = landscapes.at(-1)!;
  const field = await scoresOn(model, { x, y, time, dtype, runtime: subject.runtime });
  const lines = streamlines({ x, y, vectors: field }, { separation: 1 / 28 });
  const stationary = await stationaryPoints(model, noisyRows(subject, time, 300), { time, saddles: true, ...options });
  share(0.7);
  const [coarseX, coarseY] = [axisOf(xRange, coarse), axisOf(yRange, coarse)];
  const basins = await stationaryPoints(model, castArray(gridPoints(coarseX, coarseY), dtype), { time, ...options });
  share(0.9);
  const curl = await curlMap(model, { x: coarseX, y: coarseY, time, ...options });
  const alpha = model.process.alpha(time);
  // The curl relative to the size of the Jacobian that every score has, 1 / sigma^2.
  const relative = curl.data.map((value) => value * model.process.sigma(time) ** 2);
  const points = firstRows(subject, heldOut, shownData);
  return {
    landscapes: landscapes.map(({ noise, pathDependence }) => ({ noise, pathDependence })),
    stationary: stationary.points.map(planePoint),
    starts: stationary.basin.length,
    basins: basins.points.length,
    largestCurl: relative.reduce((a, b) => Math.max(a, Math.abs(b)), 0),
    maps: {
      x,
      y,
      coarseX,
      coarseY,
      logDensities: landscapes.map(({ logDensity }) => short(logDensity.data)),
      score: short(field.data as Float64Array),
      streamlines: lines.map((line) => line.map(([a, b]) => short([a, b]) as [number, number])),
      data: Array.from({ length: points.shape[0]! }, (_, i) => [
        alpha * points.data[2 * i]!,
        alpha * points.data[2 * i + 1]!,
      ]),
      basins: [...basins.basin],
      reached: basins.points.map(planePoint),
      curl: short(relative),
    },
  };
};
