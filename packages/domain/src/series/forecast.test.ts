/** Forecasts and imputations with a model whose answers are known: known places as they are, others from their neighbours' count. */
import { edm, type ScoreModel, unipc } from "@scorefield/core";
import { setDefaultRuntime, sliceAxis } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { forecastSeries } from "./forecast.ts";
import { imputeSeries } from "./impute-series.ts";
import type { SeriesData } from "./read-series.ts";
import { seriesCodec } from "./series-codec.ts";
import type { SeriesModel } from "./series-model.ts";
import type { SeriesSettings } from "./series-settings.ts";

const runtime = native({ threads: 1 });
setDefaultRuntime(runtime);
afterAll(() => runtime.dispose());

const [channels, length] = [3, 8];
const size = channels * length;

/** Unknown places are the mean of all known values of the window: a draw has no spread, and says what was known. */
const model: ScoreModel = {
  process: edm({ sigmaMin: 0.01, sigmaMax: 10 }),
  shape: [channels, length],
  conditions: { observed: { shape: [2 * size] } },
  denoise: (x, _, given = {}) => {
    const rows = given.observed!;
    const n = x.shape[0]!;
    const [values, flags] = [0, size].map((from) => sliceAxis(rows, 1, from, from + size)) as [
      typeof rows,
      typeof rows,
    ];
    const mean = values
      .sum([1])
      .divide(flags.sum([1]).max(1))
      .reshape([n, 1]);
    return values.add(mean.multiply(flags.negate().add(1))).reshape([n, channels, length]);
  },
};

const codec = seriesCodec(
  {
    kind: "series",
    means: [10, 0, 0],
    deviations: [2, 1, 1],
    floors: [null, null, null],
    logs: [null, null, null],
    covariates: 2,
    missing: true,
  },
  [channels, length],
);
const run: SeriesModel = { model, codec, sampler: unipc({ steps: 6 }) };

/** A series at 12 (1 in the model's units) with hourly times and the calendar's two channels, of which none has a mean. */
const dataOf = (rows: number, value: (row: number) => number, levels?: Float64Array): SeriesData => {
  const times = Float64Array.from({ length: rows }, (_, i) => i * 3_600_000);
  const values = Float64Array.from({ length: rows * channels }, (_, at) => {
    const [row, j] = [Math.floor(at / channels), at % channels];
    return j === 0 ? value(row) : (j === 1 ? Math.cos : Math.sin)((2 * Math.PI * (row % 24)) / 24);
  });
  return {
    names: ["a", "cos hour of day", "sin hour of day"],
    covariates: 2,
    groups: [{ name: "", times, values, ...(levels && { levels }) }],
    step: 3_600_000,
    isDate: true,
    timeName: "time",
    remarks: [],
    settings: { calendar: ["hour"] } as unknown as SeriesSettings,
  };
};

/** What the model says of the unknown places of a window. */
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

test("a forecast knows the past and the calendar to come, and goes on from what was drawn", async () => {
  const { times, draws } = await forecastSeries(
    run,
    dataOf(40, () => 12),
    { horizon: 6, draws: 3, seed: 1 },
  );
  expect([...times]).toEqual(Array.from({ length: 6 }, (_, i) => (40 + i) * 3_600_000));
  expect(draws.shape).toEqual([3, 6, 1]);
  const hours = (from: number) => Array.from({ length: length }, (_, t) => (2 * Math.PI * ((from + t) % 24)) / 24);
  const calendar = (from: number) => hours(from).flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
  // Steps 0 to 3 in a window from row 36, of which four values are known; steps 4 and 5 in one from row 38.
  const first = 10 + 2 * meanOf([1, 1, 1, 1, ...calendar(36)]);
  const drawn = (first - 10) / 2;
  const second = 10 + 2 * meanOf([1, 1, drawn, drawn, drawn, drawn, ...calendar(38)]);
  for (let k = 0; k < 3; k++)
    for (let i = 0; i < 6; i++) expect(draws.data[k * 6 + i]).toBeCloseTo(i < 4 ? first : second, 4);
});

test("of returns the levels follow, from the last known one", async () => {
  const levels = Float64Array.from({ length: 20 }, (_, i) => 100 + i);
  const found = await forecastSeries(
    run,
    dataOf(20, () => 12, levels),
    { horizon: 2, draws: 2, from: 15 },
  );
  const [r, s] = found.draws.data;
  expect(found.times[0]).toBe(15 * 3_600_000);
  expect(found.levels!.data[0]).toBeCloseTo(114 * Math.exp(r!), 6);
  expect(found.levels!.data[1]! / (114 * Math.exp(r! + s!))).toBeCloseTo(1, 9);
});

test("missing values are filled from windows around them, and known ones are not touched", async () => {
  const missing = new Set([3, 17, 18, 39]);
  const { groups, filled } = await imputeSeries(
    run,
    dataOf(40, (row) => (missing.has(row) ? Number.NaN : 12)),
    { draws: 2 },
  );
  expect(filled).toBe(4);
  expect(groups[0]!.map(({ row, series }) => [row, series])).toEqual([...missing].map((row) => [row, 0]));
  for (const { draws } of groups[0]!) {
    expect(draws.length).toBe(2);
    for (const value of draws) expect(Math.abs(value - 10)).toBeLessThan(2);
  }
});

test("a series shorter than a window is filled too", async () => {
  const { groups } = await imputeSeries(
    run,
    dataOf(5, (row) => (row === 2 ? Number.NaN : 12)),
    { draws: 2 },
  );
  const hours = Array.from({ length: 5 }, (_, t) => (2 * Math.PI * t) / 24);
  const expected = 10 + 2 * meanOf([1, 1, 1, 1, ...hours.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])]);
  expect(groups[0]![0]!.draws[0]).toBeCloseTo(expected, 4);
});

test("what is no run on series, and options that are not known, are refused", async () => {
  const { conditions: _, ...plain } = model;
  await expect(
    forecastSeries(
      { ...run, model: plain },
      dataOf(9, () => 1),
      { horizon: 1 },
    ),
  ).rejects.toThrow(/a run on series/);
  await expect(
    forecastSeries(
      run,
      dataOf(9, () => 1),
      { horizon: 0 },
    ),
  ).rejects.toThrow(/horizon/);
  await expect(
    imputeSeries(
      run,
      dataOf(9, () => 1),
      { steps: 3 } as never,
    ),
  ).rejects.toThrow(/unknown option steps/);
});
