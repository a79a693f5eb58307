/** Windows of series as samples: cut as they are read. */
import { DataError } from "@scorefield/data";
import { type FloatType, type NdArray, zeros } from "@scorefield/tensor";
import { fingerprint } from "../fingerprint.ts";
import type { Samples } from "../samples.ts";
import type { SeriesData } from "./read-series.ts";

/** Windows so many steps long where nothing is said: two days of hours, three months of trading days. */
const usualLength = (rows: number, step: number, isDate: boolean): number => {
  const wanted = isDate && step < 86_400_000 ? 48 : 64;
  // At least eight windows that do not overlap.
  return Math.max(2, Math.min(wanted, Math.floor(rows / 8)));
};

/** Numbers of windows that are at most looked at in an epoch, by default. */
const mostNumbers = 2 ** 23;

/** Blocks of time, in windows, that are learnt from or held out as a whole. */
const blockWindows = 4;

/** Where a window begins. */
export interface WindowStart {
  readonly group: number;
  readonly row: number;
}

/** Samples that are windows of series. */
export interface SeriesSamples extends Samples {
  /** How many of the last channels are covariates. */
  readonly covariates: number;
  /** Whether logarithms of the series are learnt. */
  readonly logs: boolean;
  /** Whether they are returns. */
  readonly returns: boolean;
}

/** Windows of series. */
export interface Windows {
  readonly samples: SeriesSamples;
  readonly starts: readonly WindowStart[];
  readonly length: number;
  readonly stride: number;
}

/** Values of windows, [n, channels, length]. */
export const cutWindows = (
  { groups, names }: Pick<SeriesData, "groups" | "names">,
  starts: readonly WindowStart[],
  length: number,
): NdArray<"float64"> => {
  const width = names.length;
  const cut = zeros([starts.length, width, length], "float64");
  for (const [i, { group, row }] of starts.entries()) {
    const { values } = groups[group]!;
    for (let j = 0; j < width; j++)
      for (let t = 0; t < length; t++) cut.data[(i * width + j) * length + t] = values[(row + t) * width + j]!;
  }
  return cut;
};

/**
 * Windows of series as samples. Those of one block of time are learnt from or held out together, and no window reaches from one block
 * into the next, so that no held-out value is in a training window. Windows without any value of a series are left out.
 * @param settings what is said of `length` and `stride`
 * @throws DataError for series shorter than two windows
 */
export const windowsOf = (
  data: SeriesData,
  settings: {
    readonly length?: number | undefined;
    readonly stride?: number | undefined;
    readonly blocks?: boolean;
    readonly logs?: boolean;
    readonly returns?: boolean;
  },
): Windows => {
  const { groups, names, covariates, step, isDate } = data;
  const width = names.length;
  const rowsOf = (group: number): number => groups[group]!.times.length;
  const longest = groups.reduce((most, _, group) => Math.max(most, rowsOf(group)), 0);
  const all = groups.reduce((sum, _, group) => sum + rowsOf(group), 0);
  const length = settings.length ?? usualLength(all, step, isDate);
  if (longest < length)
    throw new DataError({
      expected: `a series of at least ${length} rows, a window's length`,
      found: `${longest}`,
      fix: "Take a smaller length",
    });
  const stride = settings.stride ?? Math.max(1, Math.ceil((all * width * length) / mostNumbers));
  // With few windows blocks are smaller, so that some can be held out.
  const block = Math.max(1, Math.min(blockWindows, Math.floor(all / (10 * length)))) * length;
  const starts: WindowStart[] = [];
  const blocks: number[] = [];
  const values = width - covariates;
  let number = 0;
  for (const [group, { values: rows }] of groups.entries()) {
    const count = rowsOf(group);
    const held = (row: number): boolean => {
      for (let t = row; t < row + length; t++)
        for (let j = 0; j < values; j++) if (!Number.isNaN(rows[t * width + j]!)) return true;
      return false;
    };
    const blockRows = settings.blocks === false ? count : block;
    for (let from = 0; from < count; from += blockRows, number++)
      for (let row = from; row + length <= Math.min(from + blockRows, count); row += stride)
        if (held(row)) {
          starts.push({ group, row });
          blocks.push(number);
        }
  }
  const classes = groups.length > 1 ? groups.map(({ name }) => name) : undefined;
  const everything = new Float64Array(groups.reduce((sum, { values: own }) => sum + own.length, 0));
  let at = 0;
  for (const { values: own } of groups) {
    everything.set(own, at);
    at += own.length;
  }
  const samples: SeriesSamples = {
    covariates,
    logs: settings.logs ?? false,
    returns: settings.returns ?? false,
    count: starts.length,
    shape: [width, length],
    columns: names,
    ...(classes && { classes, labels: starts.map(({ group }) => group) }),
    groups: Int32Array.from(blocks),
    // Cut and encoded as they are read: neighbours share all but one of their values.
    decodes: false,
    sha256: fingerprint([...names, `${length}`, `${stride}`], {
      dtype: "float64",
      shape: [everything.length],
      data: everything,
    } as NdArray<FloatType>),
    read: (rows) =>
      cutWindows(
        data,
        rows.map((row) => starts[row]!),
        length,
      ),
  };
  return { samples, starts, length, stride };
};
