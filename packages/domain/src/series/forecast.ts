/** Forecasts: draws of what follows a series, given its past and what is known beforehand. */
import { checkMade, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import { type NdArray, zeros } from "@scorefield/tensor";
import { calendarValues } from "./calendar.ts";
import { knownParts } from "./known-parts.ts";
import type { SeriesData, SeriesGroup } from "./read-series.ts";
import {
  checkSeriesModel,
  drawWindows,
  type SeriesDraws,
  type SeriesModel,
  seriesDraws,
  sizesOf,
} from "./series-model.ts";
import type { CalendarFeature } from "./series-settings.ts";

/** Options of {@link forecastSeries}. */
export interface ForecastOptions extends SeriesDraws {
  /** Steps to forecast. */
  readonly horizon: number;
  /** The number of the group; default 0. */
  readonly group?: number;
  /** Rows that are known, from the first; default all that hold a value of a series. */
  readonly from?: number;
}

/** A forecast. */
export interface Forecast {
  /** Times of the steps, [horizon]. */
  readonly times: Float64Array;
  /** [draws, horizon, series]: values, of returns those. */
  readonly draws: NdArray<"float64">;
  /** Of returns: the levels, such as prices, that the draws lead to; the same shape. */
  readonly levels?: NdArray<"float64">;
}

const known = {
  horizon: true,
  group: true,
  from: true,
  ...seriesDraws,
} satisfies Known<ForecastOptions>;

/** Rows up to the last that holds a value of a series. */
const knownRows = ({ values, times }: SeriesGroup, channels: number, series: number): number => {
  for (let row = times.length; row > 0; row--)
    for (let j = 0; j < series; j++) if (!Number.isNaN(values[(row - 1) * channels + j]!)) return row;
  return 0;
};

/** Rows [count][channels] from the known ones on: covariates of the table as far as it goes, and the calendar. */
const rowsToCome = (
  data: SeriesData,
  group: SeriesGroup,
  from: number,
  horizon: number,
): { readonly times: Float64Array; readonly values: Float64Array } => {
  const { names, covariates, step, settings } = data;
  const width = names.length;
  const last = group.times.length - 1;
  const times = Float64Array.from({ length: horizon }, (_, i) =>
    from + i <= last ? group.times[from + i]! : group.times[last]! + (from + i - last) * step,
  );
  const features = (settings.calendar ?? []).filter((name): name is CalendarFeature => name !== "none");
  const calendar = calendarValues(features, times);
  const values = new Float64Array(horizon * width).fill(Number.NaN);
  for (let i = 0; i < horizon; i++) {
    for (let j = width - covariates; j < width; j++)
      if (from + i <= last) values[i * width + j] = group.values[(from + i) * width + j]!;
    for (const [k, feature] of calendar.entries()) values[i * width + width - calendar.length + k] = feature[i]!;
  }
  return { times, values };
};

/**
 * Draws what follows a series. Up to half a window is drawn at once; a longer horizon goes on from what was drawn. Draws of a step
 * are from its distribution given the past, those of one draw belong together.
 * @param data series with the run's channels, as `readSeries` reads them
 * @throws ArgumentError for a model that takes no known parts, and options out of range
 */
export const forecastSeries = async (
  run: SeriesModel,
  data: SeriesData,
  options: ForecastOptions,
): Promise<Forecast> => {
  checkSeriesModel("forecastSeries", run);
  checkMade("forecastSeries data", data, ["groups", "names"], "series as readSeries reads them");
  checkOptions("forecastSeries", options, known);
  const { horizon, draws = 100, seed = 0, group: number = 0, onProgress } = options;
  checkWhole("forecastSeries horizon", horizon);
  checkWhole("forecastSeries draws", draws);
  const { channels, length, series } = sizesOf(run);
  const group = data.groups[number]!;
  const from = options.from ?? knownRows(group, channels, series);
  const { times, values: ahead } = rowsToCome(data, group, from, horizon);
  const half = Math.max(1, length >> 1);
  // Rows of each draw from `length` before the first step to come.
  const rows = Array.from({ length: draws }, () => {
    const own = new Float64Array((length + horizon) * channels).fill(Number.NaN);
    const first = Math.max(0, from - length);
    own.set(group.values.subarray(first * channels, from * channels), (length - (from - first)) * channels);
    own.set(ahead, length * channels);
    return own;
  });
  const blocks = Math.ceil(horizon / half);
  for (let block = 0; block < blocks; block++) {
    const end = Math.min(horizon, (block + 1) * half);
    const windows = zeros([draws, channels, length], "float64");
    for (const [k, own] of rows.entries())
      for (let j = 0; j < channels; j++)
        for (let t = 0; t < length; t++) windows.data[(k * channels + j) * length + t] = own[(end + t) * channels + j]!;
    const encoded = run.codec.encode(windows, { seed, part: 2, steady: true });
    const drawn = await drawWindows(
      run,
      knownParts(encoded),
      { ...options, seed: seed + block },
      data.groups.length > 1 ? new Array<number>(draws).fill(number) : undefined,
    );
    for (const [k, own] of rows.entries())
      for (let i = block * half; i < end; i++)
        for (let j = 0; j < channels; j++) {
          const at = (length + i) * channels + j;
          if (Number.isNaN(own[at]!)) own[at] = drawn.data[(k * channels + j) * length + length + i - end]!;
        }
    onProgress?.((block + 1) * draws, blocks * draws);
  }
  const made = zeros([draws, horizon, series], "float64");
  for (const [k, own] of rows.entries())
    for (let i = 0; i < horizon; i++)
      for (let j = 0; j < series; j++) made.data[(k * horizon + i) * series + j] = own[(length + i) * channels + j]!;
  const levels = group.levels && levelsOf(made, group.levels, from, series);
  return { times, draws: made, ...(levels && { levels }) };
};

/** Levels that returns lead to from the last known ones. */
const levelsOf = (
  returns: NdArray<"float64">,
  levels: Float64Array,
  from: number,
  series: number,
): NdArray<"float64"> => {
  const [draws = 0, horizon = 0] = returns.shape;
  const made = zeros(returns.shape, "float64");
  for (let j = 0; j < series; j++) {
    let row = from - 1;
    while (row > 0 && Number.isNaN(levels[row * series + j]!)) row--;
    for (let k = 0; k < draws; k++) {
      let sum = 0;
      for (let i = 0; i < horizon; i++) {
        const at = (k * horizon + i) * series + j;
        sum += returns.data[at]!;
        made.data[at] = levels[row * series + j]! * Math.exp(sum);
      }
    }
  }
  return made;
};
