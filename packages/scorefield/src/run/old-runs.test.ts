/** Runs that were begun before run.json named the domain of its data: they load, sample and resume as they did. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { edm, edmPreconditioning, mlp, sample, trainedModel } from "@scorefield/core";
import { glyphNames } from "@scorefield/domain";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RunError } from "../errors.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { createRun } from "./create-run.ts";
import { loadRun } from "./load.ts";
import { resumeRun } from "./resume-run.ts";
import { saveRun } from "./save.ts";
import { trainRun } from "./train-run.ts";
import { upgradeRecord } from "./upgrade-record.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-old-"));
  const rows = [
    "0.5,1,10.25",
    "1.5,1,20.5",
    "-0.25,2,30",
    "2,1,0.75",
    "3.5,3,5.5",
    "-1,1,7.25",
    "0.75,2,12",
    "4,1,1.5",
  ];
  await writeFile(join(folder, "t.csv"), `a,b,c\n${rows.join("\n")}\n`);
  const idx = (sizes: readonly number[], bytes: readonly number[]) =>
    new Uint8Array([0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size]), ...bytes]);
  const pixels = Array.from({ length: 24 }, (_, i) => 10 * i);
  await writeFile(join(folder, "t-images-idx3-ubyte"), idx([6, 2, 2], pixels));
  await writeFile(join(folder, "t-labels-idx1-ubyte"), idx([6], [4, 9, 4, 9, 4, 9]));
});
afterEach(() => rm(folder, { recursive: true }));

const once = (...values: readonly number[]) => ({ values, counts: values.map(() => 1), below: [...values.keys()] });

/** What each kind of run said of itself, as written by version 0.1.0 before domains. */
const kinds = {
  quantile: {
    shape: [3],
    columns: ["a", "b", "c"],
    scaling: {
      kind: "quantile",
      columns: [
        { ...once(-1, -0.25, 0.75, 1.5, 2, 3.5), decimals: 2 },
        { values: [1, 2, 3], counts: [3, 2, 1], below: [0, 3, 5], decimals: 0 },
        { ...once(0.75, 5.5, 7.25, 12, 20.5, 30), decimals: 2 },
      ],
    },
    data: { kind: "file", path: "../t.csv", missing: "error" },
    rows: { training: 6, heldOut: 2 },
    sha256: "6ba7978002b83b9cc90bc225d89a7e24590f2a344033cc002ad7bd85880344c2",
  },
  standard: {
    shape: [2],
    columns: ["a", "c"],
    scaling: {
      kind: "standard",
      mean: [1.0833333333333333, 12.666666666666668],
      scale: [1.4766704288891126, 9.87385717719046],
    },
    data: { kind: "file", path: "../t.csv", exclude: ["b"], missing: "error" },
    rows: { training: 6, heldOut: 2 },
    sha256: "d6788b5c9595eb37f38f12ab5130572cc0b262295ad37ef10ea777f2ec461d2d",
  },
  set: {
    shape: [2],
    columns: ["x", "y"],
    scaling: { kind: "none" },
    data: { kind: "set", set: "moons", count: 20, seed: 0 },
    rows: { training: 16, heldOut: 4 },
    sha256: "aafd14aef6db313e8901b8279b92519a1b0cd82ffe781544e4ef7dce6ed9ccc7",
  },
  images: {
    shape: [1, 2, 2],
    classes: ["4", "9"],
    scaling: { kind: "images" },
    data: {
      kind: "images",
      path: "../t-images-idx3-ubyte",
      labels: "../t-labels-idx1-ubyte",
      flip: false,
      damaged: "error",
    },
    rows: { training: 5, heldOut: 1 },
    sha256: "bf4e972412e93f1c8bb627c1c8bc5fad5954ba4f3734fd07af87b1bc3dd7aa53",
  },
  glyphs: {
    shape: [1, 8, 8],
    classes: glyphNames,
    scaling: { kind: "images" },
    data: { kind: "glyphs", size: 8, greyscale: true, count: 12, seed: 0 },
    rows: { training: 11, heldOut: 1 },
    sha256: "6b819f7e43a4ab32e7da9dc535ac436756930c6a09a6c70196a7c019918b4b31",
  },
} as const;

const recordOf = (kind: keyof typeof kinds) => {
  const { shape, scaling, data, rows, sha256, ...names } = kinds[kind];
  const classes = "classes" in names ? names.classes.length : 0;
  const dataDeviation = classes > 0 ? 0.5 : 1;
  const process = { kind: "edm", sigmaMin: 0.002, sigmaMax: 80 };
  const network = { kind: "mlp", width: 4, depth: 1, noiseFeatures: 4, classes };
  const preconditioning = { kind: "edm", dataDeviation };
  const noise = { grid: "karras", denoiseLast: true, sChurn: 0, sMin: 0, sMax: null, sNoise: 1 };
  const sampler = { kind: "heun", steps: classes > 0 ? 18 : 32, ...noise };
  const levels = { kind: "log-normal", mean: -1.2, deviation: 1.2 };
  return {
    format: "scorefield-run",
    version: 1,
    created: "2026-11-27T11:48:47.415Z",
    versions: { scorefield: "0.1.0", node: "v20.20.2", machine: "linux-x64" },
    model: { shape, process, network, preconditioning },
    sampler,
    ...names,
    scaling,
    training: {
      recipe: {
        data,
        heldOut: classes > 0 ? 0.1 : 0.2,
        scaling: scaling.kind,
        process,
        network,
        preconditioning,
        objective: { kind: "denoising", weighting: "edm", levels, dataDeviation, uncertainty: false },
        sampler,
        training: {
          steps: 4,
          batch: 2,
          decay: "cosine",
          adam: {},
          checkpointSeconds: 30,
          keepCheckpoints: 3,
          averageDecay: 0.999,
          learningRate: 0.001,
        },
        grids: 0,
        seed: 0,
      },
      rows,
      sha256,
    },
  };
};

const advance = async (run: Awaited<ReturnType<typeof createRun>>): Promise<void> => {
  for await (const _ of trainRun(run));
};

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])("a run of before on %s", (kind) => {
  const record = recordOf(kind);
  const { recipe } = (upgradeRecord(record) as typeof record).training;
  // Its checkpoint is made here: the layout of parameters has not changed.
  beforeEach(async () => {
    await mkdir(join(folder, "new"));
    await advance(await createRun(recipe as RecipeInput, { out: join(folder, "old"), folder: join(folder, "new") }));
    await writeFile(join(folder, "old", "run.json"), JSON.stringify(record));
  });

  test("loads, samples in the data's units, and is resumed on the same data", async () => {
    const run = await loadRun(join(folder, "old"));
    expect(run.domain.kind).toBe(record.training.recipe.data.kind);
    const { codec } = run;
    expect(codec.stored).toEqual(record.scaling);
    const samples = run.toData(await sample(run.model, { count: 3, sampler: run.sampler }));
    expect(samples.shape).toEqual([3, ...record.model.shape]);
    const change = (stored: RecipeInput): RecipeInput => ({ ...stored, training: { ...stored.training, steps: 8 } });
    await advance(await resumeRun(join(folder, "old"), { change }));
    expect((await loadRun(join(folder, "old"))).step).toBe(8);
    const written = JSON.parse(await readFile(join(folder, "old", "run.json"), "utf8"));
    expect(written.training.recipe).toMatchObject({ ...recipe, training: { steps: 8 } });
    expect(JSON.stringify(written)).not.toMatch(/dataDeviation|"levels"|"grids"/);
  });
});

describe("a model that a program saved before", () => {
  const network = mlp({ width: 4, depth: 1 });
  const parts = { process: edm(), network, preconditioning: edmPreconditioning() };
  const save = async (shape: readonly number[], record: object) => {
    const path = join(folder, "model");
    await saveRun(path, trainedModel(parts, network.initialise(shape, 0), shape));
    const written = JSON.parse(await readFile(join(path, "run.json"), "utf8"));
    await writeFile(join(path, "run.json"), JSON.stringify({ ...written, domain: undefined, ...record }));
    return loadRun(path);
  };

  test("rows are a table; other shapes are arrays that can be sampled", async () => {
    const rows = await save([2], { columns: ["a", "b"] });
    expect([rows.domain.kind, rows.made.columns]).toEqual(["file", ["a", "b"]]);
    await rm(join(folder, "model"), { recursive: true });
    const arrays = await save([2, 3], {});
    expect(arrays.domain.kind).toBe("array");
    expect(arrays.toData(await sample(arrays.model, { count: 2 })).shape).toEqual([2, 2, 3]);
  });

  test("one of a domain that is not known is refused, and says what to do", async () => {
    const unknown = save([2], { domain: "molecules" });
    await expect(unknown).rejects.toThrow(RunError);
    await expect(unknown).rejects.toThrow(/one of the domain molecules; give that domain to loadRun or resumeRun/);
  });
});
