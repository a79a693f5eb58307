/** Series of real files, as they are published. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { stylisedFacts } from "@scorefield/assess";
import { describe, expect, test } from "vitest";
import { fillSettings } from "../settings.ts";
import { series } from "./domain.ts";
import { readSeries } from "./read-series.ts";
import type { SeriesSettings } from "./series-settings.ts";
import { windowsOf } from "./windows.ts";

const data = process.env.SCOREFIELD_DATA ?? fileURLToPath(new URL("../../../../../shared/data", import.meta.url));
const missing = !existsSync(data);
const settingsOf = (settings: object) => fillSettings(series, { kind: "series", ...settings }) as SeriesSettings;

describe.skipIf(missing)(`real series${missing ? `: skipped, no folder ${data}; set SCOREFIELD_DATA` : ""}`, () => {
  test("Beijing PM2.5: hours from four columns, of which some are missing", async () => {
    const path = `${data}/timeseries/beijing_pm25.csv.gz`;
    const read = await readSeries(
      settingsOf({ path, time: ["year", "month", "day", "hour"], columns: ["pm2.5"], covariates: ["TEMP", "PRES"] }),
    );
    const [{ times, values }] = read.groups as [(typeof read.groups)[0]];
    // The file may hold the first four years, or all five.
    const first = 35_059;
    expect(times.length).toBeGreaterThanOrEqual(first);
    expect(new Date(times[0]!).toISOString()).toBe("2010-01-01T00:00:00.000Z");
    const width = read.names.length;
    expect(width).toBe(9);
    expect(times.subarray(0, first).filter((_, i) => Number.isNaN(values[i * width]!)).length).toBe(1968);
    expect(read.remarks).toEqual(["the step is 1 hour"]);
    const { samples } = windowsOf(read, { length: 48 });
    expect(samples.shape).toEqual([9, 48]);
    expect(samples.count).toBeGreaterThan(10_000);
  });

  test("a column of texts is left out and said", async () => {
    const path = `${data}/timeseries/beijing_pm25.csv.gz`;
    const { remarks } = await readSeries(settingsOf({ path, time: ["No"] }));
    expect(remarks).toContain("cbwd is left out: it holds texts");
  });

  test("S&P 500: returns of trading days have the facts of a market", async () => {
    const path = `${data}/finance/sp500-daily.csv`;
    const read = await readSeries(settingsOf({ path, time: ["observation_date"], returns: true }));
    expect(read.remarks.join()).toMatch(/rows without a value are left out, such as holidays/);
    const facts = stylisedFacts(read.groups[0]!.values);
    expect(facts.kurtosis1).toBeGreaterThan(5);
    expect(facts.lossTail).toBeLessThan(4);
    expect(facts.clusters20).toBeGreaterThan(0.1);
    expect(facts.leverage).toBeLessThan(0);
  });

  test("Google: rows without times, one after the other", async () => {
    const path = `${data}/finance/google-daily.csv`;
    const { names, groups, isDate } = await readSeries(settingsOf({ path, time: ["row"] }));
    expect(names).toEqual(["Open", "High", "Low", "Close", "Adj_Close", "Volume"]);
    expect(groups[0]!.times.length).toBeGreaterThan(2900);
    expect(isDate).toBe(false);
  });

  test("ECG5000: windows of an array, chosen by their label", async () => {
    const path = `${data}/timeseries/ecg5000.npz`;
    const { samples } = await series.read(settingsOf({ path, windows: true, label: "y", only: [1] }));
    expect(samples.shape).toEqual([1, 140]);
    expect(samples.count).toBeGreaterThanOrEqual(234);
  });
});
