import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { normal, setting } from "@scorefield/core";
import { writeCsv, writeNifti, writeNpy, writeSound } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { audio } from "./audio/domain.ts";
import { defineDomain } from "./define.ts";
import { testDomain } from "./domain.case.ts";
import { events } from "./event/domain.ts";
import { glyphDomain } from "./glyphs/domain.ts";
import { images } from "./images/domain.ts";
import { planar } from "./planar/domain.ts";
import { arraySamples } from "./samples.ts";
import { series } from "./series/domain.ts";
import { table } from "./table/domain.ts";

const columns = ["heavy", "whole", "plain"];
const rowsOf = (seed: number) => {
  const { data } = normal([60, 3], { seed, dtype: "float64" });
  const values = data.map((z, k) => [Math.exp(z), Math.round(2 * z), 100 + 7 * z][k % 3]!);
  return { columns, values: ndarray(values, [60, 3]) };
};

testDomain("table", async () => ({
  domain: table,
  prepare: async (folder) => {
    await writeCsv(join(folder, "t.csv"), rowsOf(1));
    await writeCsv(join(folder, "other.csv"), rowsOf(2));
  },
  source: "t.csv",
  other: { path: "t.csv", exclude: ["plain"] },
  tolerance: 1e-4,
  written: { ".csv": 0, ".tsv": 0, ".xlsx": 0, ".jsonl": 0, ".npy": 0 },
}));

const people = (seed: number): string => {
  const { data } = normal([80, 4], { seed, dtype: "float64" });
  const lines = Array.from({ length: 80 }, (_, i) => {
    const [a, b, c, d] = data.subarray(4 * i, 4 * i + 4);
    const city = ["Paris", "Rome, old", 'the "city"', "=Oslo"][Math.floor(Math.abs(3 * a!)) % 4]!;
    const day = new Date(Date.UTC(2024, 0, 1 + Math.floor(200 * Math.abs(b!)))).toISOString().slice(0, 10).split("-");
    return [
      `P-${100 + i}`,
      `"${city.replaceAll('"', '""')}"`,
      i % 9 === 0 ? "" : (40 + 10 * c!).toFixed(2),
      i % 7 === 0 ? "?" : d! > 0 ? "yes" : "no",
      `${day[2]}/${day[1]}/${day[0]}`,
      ["low", "medium", "high"][Math.floor(Math.abs(2 * d!)) % 3],
      "always",
      Math.max(0, Math.floor(50 * c!)),
    ].join(",");
  });
  return `name,city,height,member,joined,effort,kind,points\n${lines.join("\n")}\n`;
};

testDomain("of a table with categories, dates and missing cells", async () => ({
  domain: table,
  prepare: async (folder) => {
    await writeFile(join(folder, "people.csv"), people(1));
    await writeFile(join(folder, "others.csv"), people(2));
  },
  source: "people.csv",
  other: "others.csv",
  tolerance: 1e-4,
  written: { ".csv": 0, ".tsv": 0, ".jsonl": 0, ".xlsx": 0 },
}));

testDomain("planar", async () => ({
  domain: planar,
  source: { set: "moons", count: 200 },
  other: { set: "moons", count: 200, seed: 1 },
  tolerance: 1e-4,
  // float32 in the fewest decimals that tell it.
  written: { ".csv": 1e-7, ".tsv": 1e-7, ".npy": 0 },
}));

const pixels = (by: number) =>
  ndarray(
    Float32Array.from({ length: 12 * 25 }, (_, i) => ((i * by) % 256) / 255),
    [12, 5, 5],
  );

testDomain("images", async () => ({
  domain: images,
  prepare: async (folder) => {
    await writeNpy(join(folder, "a.npy"), pixels(7));
    await writeNpy(join(folder, "b.npy"), pixels(9));
    await writeFile(
      join(folder, "t-labels-idx1-ubyte"),
      new Uint8Array([0, 0, 8, 1, 0, 0, 0, 12, ...Array(12).keys()]),
    );
  },
  source: { kind: "images", path: "a.npy", labels: "t-labels-idx1-ubyte", flip: true },
  other: { kind: "images", path: "b.npy" },
  tolerance: 1e-6,
  written: { ".npy": 1e-6, "": 1e-6 },
}));

testDomain("images that are slices of volumes", async () => ({
  domain: images,
  prepare: async (folder) => {
    for (const [n, name] of ["a", "b", "c"].entries()) {
      const values = ndarray(
        new Float32Array(6 * 5 * 4).map((_, at) => (at * (7 + n)) % 31),
        [6, 5, 4],
      );
      const affine = [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ] as const;
      await mkdir(join(folder, "scans", name), { recursive: true });
      await writeNifti(join(folder, "scans", name, "brain.nii.gz"), { values: values as NdArray, affine });
    }
  },
  source: { kind: "images", path: "scans", axis: "sagittal", labels: "folders", size: 5 },
  other: { kind: "images", path: "scans", axis: "axial", size: 8 },
  tolerance: 1e-6,
  written: { ".npy": 2 / 255, "": 2 / 255 },
}));

testDomain("glyphs", async () => ({
  domain: glyphDomain,
  source: { kind: "glyphs", size: 8, count: 40 },
  other: { kind: "glyphs", size: 8, count: 40, seed: 1 },
  tolerance: 1e-6,
  written: { ".npy": 1e-6, "": 1e-6 },
}));

testDomain("audio", async () => ({
  domain: audio,
  prepare: async (folder) => {
    for (const name of ["a", "b"]) {
      await mkdir(join(folder, name));
      for (let i = 0; i < 12; i++) {
        const { data } = normal([300], { seed: 100 * i + name.length + (name === "b" ? 7 : 0) });
        const samples = ndarray(
          data.map((z, t) => (t % 50 < 40 ? Math.tanh(z / 4) : 0)),
          [1, 300],
        );
        await writeSound(join(folder, name, `${i % 3}_ann_${i}.wav`), { rate: 1000, samples }, { format: "float32" });
      }
    }
  },
  source: { kind: "audio", path: "a", labels: "names", representation: "waveform", window: 16 },
  other: { kind: "audio", path: "b", labels: "names" },
  tolerance: 1e-5,
  // A peak of 1 is a step above what 16 bits hold.
  written: { "": 2 ** -15 },
}));

const collisions = (seed: number): string => {
  const { data } = normal([80, 8], { seed, dtype: "float64" });
  const lines = Array.from({ length: 80 }, (_, i) => {
    const [a, b, c, d, e, f, g, h] = data.subarray(8 * i, 8 * i + 8) as unknown as number[];
    const pair = [
      20 + 20 * Math.exp(a! / 4),
      b!,
      c! / 2,
      i % 3 ? -1 : 1,
      25 + 10 * Math.exp(d! / 2),
      e!,
      2.5 + f! / 9,
      1,
    ];
    const jet = i % 4 === 0 ? [30 * Math.exp(g! / 3), h!, (a! + b!) / 2, 5 + (c! % 1)] : ["", "", "", ""];
    return [...pair, ...jet].join(",");
  });
  return `pt1,eta1,phi1,Q1,pt2,eta2,phi2,Q2,pt3,eta3,phi3,m3\n${lines.join("\n")}\n`;
};

testDomain("events", async () => ({
  domain: events,
  prepare: async (folder) => {
    await writeFile(join(folder, "z.csv"), collisions(1));
    await writeFile(join(folder, "other.csv"), collisions(2));
  },
  source: { kind: "events", path: "z.csv", particles: ["mu", "mu", "j"] },
  other: { kind: "events", path: "other.csv", particles: ["mu", "mu", "j"] },
  tolerance: 1e-4,
  written: { ".csv": 1e-9, ".tsv": 1e-9, ".lhe": 1e-9, ".lhe.gz": 1e-9 },
}));

const hourly = (seed: number): string => {
  const { data } = normal([400, 2], { seed, dtype: "float64" });
  const lines = Array.from({ length: 400 }, (_, i) =>
    [new Date(Date.UTC(2024, 0, 1, i)).toISOString(), 20 + 5 * data[2 * i]!, 1000 + 9 * data[2 * i + 1]!].join(","),
  );
  return `time,heat,pressure\n${lines.join("\n")}\n`;
};

testDomain("series", async () => ({
  domain: series,
  prepare: async (folder) => {
    await writeFile(join(folder, "a.csv"), hourly(1));
    await writeFile(join(folder, "b.csv"), hourly(2));
  },
  source: { path: "a.csv", time: ["time"], length: 6 },
  other: { path: "b.csv", time: ["time"], length: 6 },
  tolerance: 1e-4,
  written: { ".npy": 0 },
}));

const pairs = (seed: number) =>
  arraySamples(normal([40, 2, 3], { seed, dtype: "float64" }), { sha256: `of seed ${seed}` });
const pairDomain = defineDomain({
  kind: "pairs",
  settings: { seed: setting.whole({ default: 0, least: 0, help: "Which samples" }) },
  read: async (settings) => ({ samples: pairs(settings.seed as number), settings }),
});

testDomain("of a user, whose samples have two axes and which says no more", async () => ({
  domain: pairDomain,
  source: "pairs",
  other: { kind: "pairs", seed: 1 },
  tolerance: 1e-6,
  written: {},
}));

test("samples of several axes are measured as rows, one column for each of their numbers", async () => {
  const of = (shape: readonly number[]) => {
    const shaped = (seed: number) => ndarray(normal([40, 6], { seed, dtype: "float64" }).data, [40, ...shape]);
    return pairDomain.measure({
      made: { shape },
      classes: 0,
      model: "a model",
      reference: arraySamples(shaped(1), { sha256: "reference" }),
      count: 40,
      seed: 0,
      signal: new AbortController().signal,
      draw: async () => ({ samples: shaped(2) }),
    });
  };
  const [measured, asRows] = [await of([2, 3]), await of([6])];
  expect(measured).toEqual(asRows);
});

test("an option that open does not know is refused", async () => {
  await expect(planar.open("moons", { heldout: 0.5 } as never)).rejects.toThrow(
    "set open: unknown option heldout; known are heldOut, seed, codec, folder, signal; did you mean heldOut?",
  );
});

test("a domain whose read gives no samples is named in the error", async () => {
  const read = (async () => ({ values: normal([9, 2], { seed: 0 }) })) as never;
  await expect(defineDomain({ kind: "own", read }).open("own")).rejects.toThrow(
    /own read: expected { samples, settings } from the domain's read, found/,
  );
});
