/** Modes that a valley separates: those along one ridge of the density are counted as one hill. */
import { normal } from "@scorefield/core";
import { castArray, type NdArray, ndarray } from "@scorefield/tensor";
import { logDensityDifference } from "../instrument/line-integral.ts";
import { type StationaryPoint, stationaryPoints } from "../instrument/stationary-points.ts";
import { type Inspected, instrumentOptions } from "./subject.ts";

/** A saddle this many nats below the lower of two modes, at least, makes a valley between them. */
export const valleyDepth = 1;

/** Steps off a saddle, in noise deviations, and how many directions of each sign. */
const offSaddle = 0.1;
const directions = 2;

/** Points of d numbers as rows. */
const rowsOf = ({ model, dtype }: Inspected, points: readonly Float64Array[]): NdArray =>
  castArray(ndarray(Float64Array.from(points.flatMap((point) => [...point])), [points.length, ...model.shape]), dtype);

/** For each saddle the positions, in the list, of the modes that are reached from points next to it. */
const neighbours = async (
  subject: Inspected,
  time: number,
  modes: readonly StationaryPoint[],
  saddles: readonly StationaryPoint[],
): Promise<number[][]> => {
  const { model, size, seed } = subject;
  const sigma = model.process.sigma(time);
  const away = normal([saddles.length * directions, size], { seed, purpose: "probe", dtype: "float64" }).data;
  const starts = saddles.flatMap(({ point }, k) =>
    Array.from({ length: 2 * directions }, (_, i) => {
      const row = (k * directions + (i >> 1)) * size;
      const sign = i % 2 === 0 ? offSaddle : -offSaddle;
      return point.map((value, j) => value + sign * sigma * away[row + j]!);
    }),
  );
  const { points, basin } = await stationaryPoints(model, rowsOf(subject, starts), {
    time,
    ...instrumentOptions(subject),
  });
  const nearest = points.map(({ point }) => {
    const distances = modes.map((mode) => Math.hypot(...mode.point.map((value, j) => value - point[j]!)));
    const least = Math.min(...distances);
    return least < 0.4 * sigma * Math.sqrt(size) ? distances.indexOf(least) : -1;
  });
  return saddles.map((_, k) => {
    const reached = [...basin.subarray(2 * directions * k, 2 * directions * (k + 1))];
    return [...new Set(reached.map((i) => nearest[i] ?? -1))].filter((i) => i >= 0);
  });
};

/**
 * How many hills the modes are on: two modes are on one where a saddle between them lies less than a nat below the lower.
 * Saddles that were not found join nothing.
 */
export const countHills = async (
  subject: Inspected,
  time: number,
  modes: readonly StationaryPoint[],
  saddles: readonly StationaryPoint[],
): Promise<number> => {
  if (modes.length < 2 || saddles.length === 0) return modes.length;
  const reached = await neighbours(subject, time, modes, saddles);
  const pairs = saddles.flatMap((saddle, k) => reached[k]!.map((mode) => ({ saddle: k, mode, at: saddle.point })));
  if (pairs.length === 0) return modes.length;
  // Along a gradient any way from one point to another is as good as the straight one.
  const from = rowsOf(
    subject,
    pairs.map(({ at }) => at),
  );
  const to = rowsOf(
    subject,
    pairs.map(({ mode }) => modes[mode]!.point),
  );
  const { integral } = await logDensityDifference(subject.model, from, to, {
    time,
    tolerance: 1e-2,
    ...instrumentOptions(subject),
  });
  const hill = modes.map((_, i) => i);
  const top = (i: number): number => (hill[i] === i ? i : top(hill[i]!));
  for (const k of saddles.keys()) {
    const near = pairs.flatMap(({ saddle, mode }, i) =>
      saddle === k ? [{ mode, above: Number(integral.data[i]) }] : [],
    );
    for (const a of near)
      for (const b of near) if (Math.min(a.above, b.above) < valleyDepth) hill[top(a.mode)] = top(b.mode);
  }
  return new Set(modes.map((_, i) => top(i))).size;
};
