import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fillSettings } from "../settings.ts";
import { series } from "./domain.ts";
import { readSeries } from "./read-series.ts";
import type { SeriesSettings } from "./series-settings.ts";
import { windowsOf } from "./windows.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-series-"));
});
afterAll(() => rm(folder, { recursive: true }));

const read = async (text: string, settings: Partial<SeriesSettings> = {}) => {
  const path = join(folder, "s.csv");
  await writeFile(path, text);
  return readSeries(
    fillSettings(series, { kind: "series", path, time: ["time"], calendar: ["none"], ...settings }) as SeriesSettings,
  );
};
const hours = (count: number, skip: (i: number) => boolean, value = (i: number): string => `${i}`): string =>
  `time,a\n${Array.from({ length: count }, (_, i) => i)
    .filter((i) => !skip(i))
    .map((i) => `${new Date(Date.UTC(2024, 0, 1, i)).toISOString().slice(0, 16).replace("T", " ")},${value(i)}`)
    .join("\n")}\n`;

test("the step is found, and lacking times become missing rows", async () => {
  const { step, groups, names, remarks } = await read(hours(60, (i) => i === 7 || i === 8 || i === 30));
  expect(step).toBe(3_600_000);
  expect(names).toEqual(["a"]);
  expect(groups[0]!.times.length).toBe(60);
  expect(groups[0]!.times[8]! - groups[0]!.times[0]!).toBe(8 * 3_600_000);
  for (let i = 0; i < 60; i++) expect(groups[0]!.values[i]).toBe([7, 8, 30].includes(i) ? Number.NaN : i);
  expect(remarks.join()).toBe(
    "the step is 1 hour; times lack at 2 places, 3 in all, which are filled in as missing rows",
  );
});

test("where many times lack rows follow each other, as of trading days", async () => {
  const { groups, remarks } = await read(hours(70, (i) => i % 7 > 4));
  expect(groups[0]!.times.length).toBe(50);
  expect(remarks.join()).toContain("rows are taken as they follow each other");
});

test("irregular steps are said, and rows are put in the order of time", async () => {
  const { remarks, groups } = await read("time,a\n3,30\n1,10\n2,20\n4.3,43\n5,50\n6,60\n");
  expect(remarks).toEqual([
    "rows were put in the order of time",
    "the step is 1; 2 steps are irregular, and rows are taken as they follow each other",
  ]);
  expect([...groups[0]!.values]).toEqual([10, 20, 30, 43, 50, 60]);
});

test("returns are logarithms of ratios, and rows without a price are left out", async () => {
  const { groups, remarks } = await read("time,a\n2024-01-01,100\n2024-01-02,\n2024-01-03,110\n2024-01-04,99\n", {
    returns: true,
  });
  const [r, s] = groups[0]!.values;
  expect(r).toBeCloseTo(Math.log(1.1), 12);
  expect(s).toBeCloseTo(Math.log(0.9), 12);
  expect([...groups[0]!.levels!]).toEqual([110, 99]);
  expect(remarks[0]).toBe("1 rows without a value are left out, such as holidays");
  await expect(read("time,a\n1,5\n2,-1\n3,2\n", { returns: true })).rejects.toThrow(/numbers above 0/);
});

test("times in several columns, groups, covariates and features of the calendar", async () => {
  const lines = Array.from(
    { length: 72 },
    (_, i) =>
      `2024,1,${1 + Math.floor(i / 24)},${i % 24},x,${i},${2 * i}\n2024,1,${1 + Math.floor(i / 24)},${i % 24},y,${-i},0`,
  );
  const data = await read(`year,month,day,hour,shop,a,price\n${lines.join("\n")}\n`, {
    time: ["year", "month", "day", "hour"],
    group: "shop",
    covariates: ["price"],
    calendar: ["hour"],
  });
  expect(data.names).toEqual(["a", "price", "cos hour of day", "sin hour of day"]);
  expect(data.covariates).toBe(3);
  expect(data.groups.map(({ name }) => name)).toEqual(["x", "y"]);
  const { values } = data.groups[1]!;
  expect([...values.subarray(4 * 30, 4 * 31)].map((v) => Number(v.toFixed(9)))).toEqual([-30, 0, 0, 1]);
  const { samples } = windowsOf(data, { length: 6 });
  expect(samples.shape).toEqual([4, 6]);
  expect(samples.classes).toEqual(["x", "y"]);
});

test("until leaves later rows out, and errors say what to do", async () => {
  expect(
    (await read("time,a\n2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n", { until: "2024-01-02" })).groups[0]!.values
      .length,
  ).toBe(2);
  await expect(read("time,a\n1,1\n1,2\n2,3\n")).rejects.toThrow(/each time once/);
  await expect(read("when,a\n1,1\n2,2\n")).rejects.toThrow(/the time among the columns/);
  await expect(read("time,a\n1,x\n2,y\n")).rejects.toThrow(/at least one column of numbers beside the time/);
  await expect(read("time,a\n1,1\n,2\n3,3\n")).rejects.toThrow(/a time in every row/);
  await expect(read("time,a\n1,1\n2,2\n", { until: "soon" })).rejects.toThrow(/until as a number/);
});

test("windows do not share values across blocks of time, so no value is both learnt and held out", async () => {
  const data = await read(hours(400, () => false));
  const { samples, starts, length } = windowsOf(data, { length: 10, stride: 1 });
  const owner = new Map<number, number>();
  for (const [i, { row }] of starts.entries())
    for (let t = row; t < row + length; t++) {
      const block = samples.groups![i]!;
      expect(owner.get(t) ?? block).toBe(block);
      owner.set(t, block);
    }
  expect(new Set(samples.groups).size).toBeGreaterThan(5);
  const two = await samples.read([3, 0]);
  expect([...two.data.subarray(0, 10)]).toEqual(Array.from({ length: 10 }, (_, t) => starts[3]!.row + t));
});
