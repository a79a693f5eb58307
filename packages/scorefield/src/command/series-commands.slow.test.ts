/** Commands on series, as people start them, on one small run. */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normal } from "@scorefield/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { called } from "../testing/called-command.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const run = async (...args: string[]) => {
  const ended = await called(...args);
  if (ended.code !== 0) throw new Error(ended.stderr);
  return ended;
};
const json = async (...args: string[]) => JSON.parse((await run(...args, "--json")).stdout);
const lines = (name: string): string[] => readFileSync(at(name), "utf8").trim().split("\n");

const hour = (i: number): string => new Date(Date.UTC(2024, 0, 1, i)).toISOString().slice(0, 16).replace("T", " ");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-series-commands-"));
  const z = normal([400], { seed: 1, dtype: "float64" }).data;
  let x = 0;
  const values = Array.from(z, (noise, i) => {
    x = 0.8 * x + 0.6 * noise;
    return 20 + 5 * Math.sin((2 * Math.PI * i) / 24) + x;
  });
  const text = (hole: (i: number) => boolean) =>
    `time,heat,note,wind\n${values.map((value, i) => `${hour(i)},${hole(i) ? "" : value.toFixed(3)},n${i % 2},${i % 7}`).join("\n")}\n`;
  await writeFile(
    at("heat.csv"),
    text((i) => i % 50 === 7),
  );
  await writeFile(
    at("gaps.csv"),
    text((i) => (i >= 30 && i < 33) || i === 90),
  );
  await writeFile(
    at("prices.csv"),
    `day,price\n${values.map((value, i) => `${hour(24 * i).slice(0, 10)},${i % 9 === 4 ? "" : value.toFixed(2)}`).join("\n")}\n`,
  );
  const small = [
    "--length",
    "8",
    "--steps",
    "60",
    "--batch",
    "32",
    "--set",
    "network.width=8",
    "--set",
    "network.multipliers=[1,2]",
  ];
  const { stderr } = await run(
    "train",
    at("heat.csv"),
    "--time",
    "time",
    "--covariates",
    "wind",
    "--calendar",
    "hour",
    ...small,
    "--out",
    at("heat"),
  );
  expect(stderr).toContain("each is a window of 8 steps of 4 channels: heat, wind, cos hour of day, sin hour of day");
  expect(stderr).toContain("the step is 1 hour");
  expect(stderr).toContain("note is left out: it holds texts");
  await run("train", at("prices.csv"), "--time", "day", "--returns", ...small, "--out", at("prices"));
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

test("windows are drawn as a table of steps, and as a picture", async () => {
  await run("sample", at("heat"), "--count", "3", "--steps", "6", "--out", at("new.csv"));
  const [head, first] = lines("new.csv");
  expect(head).toBe("window,step,heat,wind,cos hour of day,sin hour of day");
  expect(first).toMatch(/^0,0,/);
  expect(lines("new.csv")).toHaveLength(1 + 24);
  await run("sample", at("heat"), "--count", "3", "--steps", "6", "--out", at("new.png"));
  expect(existsSync(at("new.png"))).toBe(true);
});

test("a forecast goes on from the last row, in quantiles, in paths, and as a picture; it is scored on what came", async () => {
  const options = ["--horizon", "6", "--draws", "8", "--steps", "6"];
  await run("forecast", at("heat"), ...options, "--quantiles", "0.1,0.5,0.9", "--out", at("f.csv"));
  const [head, ...rows] = lines("f.csv");
  expect(head).toBe("time,heat 0.1,heat 0.5,heat 0.9");
  expect(rows.map((row) => row.split(",")[0])).toEqual(Array.from({ length: 6 }, (_, i) => hour(400 + i)));
  for (const row of rows) {
    const [low, middle, high] = row.split(",").slice(1).map(Number) as [number, number, number];
    expect(low).toBeLessThanOrEqual(middle);
    expect(middle).toBeLessThanOrEqual(high);
  }
  await run("forecast", at("heat"), ...options, "--paths", "--out", at("paths.csv"));
  expect(lines("paths.csv")).toHaveLength(1 + 48);
  const { scores } = await json("forecast", at("heat"), ...options, "--score", "--out", at("f.png"));
  expect(scores[0].crps).toBeGreaterThan(0);
  expect(existsSync(at("f.png"))).toBe(true);
});

test("a forecast of returns is of prices", async () => {
  await run("forecast", at("prices"), "--horizon", "3", "--draws", "8", "--steps", "6", "--out", at("p.csv"));
  const [, first] = lines("p.csv");
  const price = Number(first!.split(",")[3]);
  expect(price).toBeGreaterThan(5);
  expect(price).toBeLessThan(60);
});

test("gaps are filled, and known values stay as they are", async () => {
  const { filled } = await json(
    "impute",
    at("heat"),
    "--data",
    at("gaps.csv"),
    "--steps",
    "6",
    "--out",
    at("filled.csv"),
    "--uncertainty",
    at("u.csv"),
  );
  expect(filled).toBe(4);
  const [before, after] = [lines("gaps.csv"), lines("filled.csv")];
  expect(after[0]).toBe("time,heat,wind");
  for (const [i, row] of before.entries()) {
    if (i === 0) continue;
    const [time, heat, , wind] = row.split(",");
    const [own, value, beside] = after[i]!.split(",");
    expect(own).toBe(time);
    expect(beside).toBe(wind);
    if (heat !== "") expect(Number(value)).toBeCloseTo(Number(heat), 6);
    else expect(Math.abs(Number(value) - 20)).toBeLessThan(25);
  }
  expect(lines("u.csv")).toHaveLength(1 + 4);
  await run("impute", at("heat"), "--data", at("gaps.csv"), "--steps", "6", "--out", at("filled.png"));
});

test("windows are scored by how unlike the training windows they are, and where", async () => {
  const { worst, windows } = await json("anomaly", at("heat"), "--data", at("gaps.csv"), "--out", at("scores.csv"));
  expect(windows).toBe(99);
  expect(worst[0].score).toBeGreaterThan(0);
  expect(lines("scores.csv")[0]).toBe("row,score,step");
});

test("evaluate says how good samples, forecasts and filled gaps are", async () => {
  const { conditional, measures } = await json("evaluate", at("heat"), "--count", "24", "--steps", "4");
  expect(measures.length).toBeGreaterThan(3);
  for (const task of ["forecast", "imputation"]) {
    expect(conditional[task].crps).toBeGreaterThan(0);
    expect(conditional[task].coverage).toBeGreaterThan(0.2);
  }
});

test("evaluate of returns lists stylised facts, of samples and of real windows", async () => {
  const { facts } = await json("evaluate", at("prices"), "--count", "40", "--steps", "4");
  expect(facts.map(({ fact }: { fact: string }) => fact)).toEqual([
    "lossTail",
    "gainTail",
    "kurtosis1",
    "skewness",
    "memory1",
    "clusters1",
  ]);
  for (const { series, samples, training } of facts) {
    expect(series).toBe("price");
    expect(Number.isFinite(samples) && Number.isFinite(training)).toBe(true);
  }
});

test("what is no run on series is refused with what to do", async () => {
  await run("train", "moons", "--steps", "10", "--out", at("moons"));
  const { stderr, code } = await called("forecast", at("moons"), "--horizon", "3");
  expect(code).toBe(1);
  expect(stderr).toContain("forecast expects a run on series whose network takes what is known");
});
