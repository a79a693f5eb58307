/** Missing values of series, drawn given all that is known around them. */
import { checkMade, checkOptions, checkWhole } from "@scorefield/core/internal";
import { type NdArray, zeros } from "@scorefield/tensor";
import { knownParts, repeatRows } from "./known-parts.ts";
import type { SeriesData, SeriesGroup } from "./read-series.ts";
import {
  checkSeriesModel,
  drawWindows,
  type SeriesDraws,
  type SeriesModel,
  seriesDraws,
  sizesOf,
} from "./series-model.ts";
import { cutWindows } from "./windows.ts";

/** A missing value of a group, and its draws. */
export interface FilledValue {
  readonly row: number;
  /** The number of the series. */
  readonly series: number;
  /** [draws], in the data's units. */
  readonly draws: Float64Array;
}

/** What was filled, group by group. */
export interface ImputedSeries {
  readonly groups: readonly (readonly FilledValue[])[];
  /** How many values. */
  readonly filled: number;
}

/** Where windows begin that hold every missing value, each about in the middle of one: half a window apart. */
const startsFor = (missing: readonly number[], rows: number, length: number): number[] => {
  const stride = Math.max(1, length >> 1);
  const last = Math.max(0, rows - length);
  const starts = new Set<number>();
  for (const row of missing) starts.add(Math.min(last, Math.max(0, Math.round((row - length / 2) / stride) * stride)));
  return [...starts].sort((a, b) => a - b);
};

/** Missing values of a group: rows and series. */
const holesOf = ({ values, times }: SeriesGroup, channels: number, series: number) => {
  const holes: { row: number; series: number }[] = [];
  for (let row = 0; row < times.length; row++)
    for (let j = 0; j < series; j++) if (Number.isNaN(values[row * channels + j]!)) holes.push({ row, series: j });
  return holes;
};

/** Windows drawn at once are at most so many numbers. */
const mostNumbers = 2 ** 24;

/**
 * Draws the missing values of series, given all known values of the windows around them. A value is taken from the window in whose
 * middle it is. Draws of one gap that is longer than half a window come from several windows, and do not belong together across
 * their borders.
 * @param data series with the run's channels, as `readSeries` reads them
 * @throws ArgumentError for a model that takes no known parts, and options out of range
 */
export const imputeSeries = async (
  run: SeriesModel,
  data: SeriesData,
  options: SeriesDraws = {},
): Promise<ImputedSeries> => {
  checkSeriesModel("imputeSeries", run);
  checkMade("imputeSeries data", data, ["groups", "names"], "series as readSeries reads them");
  checkOptions("imputeSeries", options, seriesDraws);
  const { draws = 100, seed = 0, onProgress } = options;
  checkWhole("imputeSeries draws", draws);
  const { channels, length, series } = sizesOf(run);
  const size = channels * length;
  const plans = data.groups.map((group) => {
    const holes = holesOf(group, channels, series);
    const rows = group.times.length;
    return {
      holes,
      starts: startsFor(
        holes.map(({ row }) => row),
        rows,
        length,
      ),
    };
  });
  const total = plans.reduce((sum, { starts }) => sum + starts.length, 0) * draws;
  let done = 0;
  const groups: FilledValue[][] = [];
  for (const [g, { holes, starts }] of plans.entries()) {
    const values = new Map(holes.map((hole) => [hole.row * series + hole.series, new Float64Array(draws)]));
    const nearest = (row: number): number =>
      starts.reduce((best, start) =>
        Math.abs(start + length / 2 - row) < Math.abs(best + length / 2 - row) ? start : best,
      );
    const owner = new Map(holes.map(({ row }) => [row, nearest(row)]));
    const atOnce = Math.max(1, Math.floor(mostNumbers / (draws * size)));
    for (let from = 0; from < starts.length; from += atOnce) {
      const own = starts.slice(from, from + atOnce);
      const windows = padded(data, g, own, length);
      const encoded = run.codec.encode(windows, { seed, part: 2, steady: true });
      const drawn: NdArray = await drawWindows(
        run,
        repeatRows(knownParts(encoded), draws),
        { ...options, seed: seed + from },
        data.groups.length > 1 ? new Array<number>(own.length * draws).fill(g) : undefined,
      );
      const places = new Map(own.map((start, i) => [start, i]));
      for (const { row, series: j } of holes) {
        const start = owner.get(row)!;
        const window = places.get(start);
        if (window === undefined) continue;
        const to = values.get(row * series + j)!;
        for (let k = 0; k < draws; k++)
          to[k] = Number(drawn.data[(window * draws + k) * size + j * length + row - start]);
      }
      done += own.length * draws;
      onProgress?.(done, total);
    }
    groups.push(holes.map((hole) => ({ ...hole, draws: values.get(hole.row * series + hole.series)! })));
  }
  return { groups, filled: groups.reduce((sum, group) => sum + group.length, 0) };
};

/** Windows of a group, of which those that reach beyond a short series know nothing there. */
const padded = (data: SeriesData, group: number, starts: readonly number[], length: number): NdArray<"float64"> => {
  const rows = data.groups[group]!.times.length;
  if (rows >= length)
    return cutWindows(
      data,
      starts.map((row) => ({ group, row })),
      length,
    );
  const width = data.names.length;
  const made = zeros([starts.length, width, length], "float64");
  made.data.fill(Number.NaN);
  const { values } = data.groups[group]!;
  for (let i = 0; i < starts.length; i++)
    for (let j = 0; j < width; j++)
      for (let t = 0; t < rows; t++) made.data[(i * width + j) * length + t] = values[t * width + j]!;
  return made;
};
