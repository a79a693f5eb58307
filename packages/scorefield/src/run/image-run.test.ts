import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sample } from "@scorefield/core";
import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import sharp from "sharp";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RecipeInput } from "../recipe/schema.ts";
import { checkpointFolder, checkpointSteps, readPace } from "./checkpoint.ts";
import { createRun } from "./create-run.ts";
import { loadRun } from "./load.ts";
import { readMetrics } from "./metrics.ts";
import type { PreparedRun } from "./prepared-run.ts";
import { resumeRun } from "./resume-run.ts";
import { trainRun } from "./train-run.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-image-run-"));
  // Dark pictures are nights, light ones days.
  for (let i = 0; i < 40; i++) {
    const name = join(folder, "photos", i % 2 === 0 ? "day" : "night");
    await mkdir(name, { recursive: true });
    const level = (i % 2 === 0 ? 200 : 20) + i;
    await sharp({
      create: { width: 12, height: 10, channels: 3, background: { r: level, g: level, b: level } },
    }).toFile(join(name, `${i}.${["png", "jpg", "webp"][i % 3]}`));
  }
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);
const recipe: RecipeInput = {
  data: { path: "photos", size: 4, greyscale: true, labels: "folders" },
  network: { kind: "mlp", width: 16, depth: 2 },
  training: { steps: 300, batch: 8, checkpointSeconds: 0 },
  sampler: { kind: "heun", steps: 6 },
  previews: 3,
};

const advance = async (run: PreparedRun, until = Number.POSITIVE_INFINITY): Promise<string[]> => {
  const pictures: string[] = [];
  for await (const { step, preview } of trainRun(run)) {
    if (preview) pictures.push(preview);
    if (step >= until) break;
  }
  return pictures;
};
const lastCheckpoint = async (run: string): Promise<Buffer> => {
  const step = (await checkpointSteps(run)).at(-1)!;
  return readFile(join(checkpointFolder(run), `step-${`${step}`.padStart(8, "0")}.safetensors`));
};

describe("a run on a folder of images", () => {
  test("learns its classes, and its samples are images of them", async () => {
    const training = { ...recipe.training, steps: 600, learningRate: 5e-3 };
    const run = await createRun({ ...recipe, training }, { out: at("a"), folder });
    expect(run.record).toMatchObject({
      model: { shape: [1, 4, 4], network: { classes: 2 } },
      classes: ["day", "night"],
      scaling: { kind: "images" },
      training: { rows: { training: 36, heldOut: 4 } },
    });
    expect(run.data.recipe).toMatchObject({
      preconditioning: { sigmaData: 0.5 },
      objective: { sigmaData: 0.5 },
      data: { size: 4, greyscale: true },
    });
    await advance(run);
    expect((await readMetrics(at("a"))).at(-1)!.heldOutLoss).toBeGreaterThan(0);
    const loaded = await loadRun(at("a"));
    expect(loaded.classes).toEqual(["day", "night"]);
    const given = { class: Array.from({ length: 60 }, (_, i) => i % 2) };
    const drawn = loaded.toData(await sample(loaded.model, { count: 60, sampler: loaded.sampler, given }));
    const means = [0, 1].map((name) => {
      const values = Array.from({ length: 30 * 16 }, (_, k) => drawn.data[(2 * (k >> 4) + name) * 16 + (k & 15)]!);
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    });
    // The pictures' own means are 0.72 and -0.69.
    expect(means[0]!).toBeGreaterThan(0.4);
    expect(means[1]!).toBeLessThan(-0.4);
    for (const value of drawn.data) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  });

  test("resumed from the middle ends with the same bits, and draws the same pictures", async () => {
    const pictures = await advance(await createRun(recipe, { out: at("straight"), folder }));
    const names = ["step-000100.png", "step-000200.png", "step-000300.png"];
    expect(pictures).toEqual(names.map((name) => join(at("straight"), "previews", name)));
    await advance(await createRun(recipe, { out: at("stopped"), folder }), 100);
    await advance(await resumeRun(at("stopped")));
    expect((await lastCheckpoint(at("stopped"))).equals(await lastCheckpoint(at("straight")))).toBe(true);
    expect(await readdir(join(at("stopped"), "previews"))).toEqual(names);
    for (const name of names)
      expect(await readFile(join(at("stopped"), "previews", name))).toEqual(
        await readFile(join(at("straight"), "previews", name)),
      );
    const { width, height } = await sharp(join(at("straight"), "previews", names[0]!)).metadata();
    // Two rows, one for each class, of eight images of 64 px with 2 px between.
    expect([width, height]).toEqual([8 * 66 + 2, 2 * 66 + 2]);
  });

  test("a damaged image ends training with its name; resumed with skip, it goes on", async () => {
    await advance(await createRun(recipe, { out: at("a"), folder }), 100);
    const damaged = join(at("photos"), "day", "36.png");
    const bytes = await readFile(damaged);
    await writeFile(damaged, Buffer.concat([bytes.subarray(0, 40), Buffer.alloc(bytes.length - 40)]));
    await expect(advance(await createRun(recipe, { out: at("b"), folder }))).rejects.toThrow(/day\/36.png: expected/);
    expect(await readdir(folder)).not.toContain("b");
    await expect(advance(await resumeRun(at("a")))).rejects.toThrow(/day\/36.png: expected a PNG, JPEG or WebP image/);
    const change = (stored: RecipeInput): RecipeInput =>
      ({ ...stored, data: { ...(stored.data as object), damaged: "skip" } }) as RecipeInput;
    await advance(await resumeRun(at("a"), { change }));
    expect((await loadRun(at("a"))).step).toBe(300);
  });

  test("notices other images, and refuses settings that would make it another run", async () => {
    await advance(await createRun(recipe, { out: at("a"), folder }), 100);
    expect(JSON.parse(await readFile(join(at("a"), "run.json"), "utf8")).training.recipe.data.path).toBe("../photos");
    const change = (stored: RecipeInput): RecipeInput =>
      ({ ...stored, data: { ...(stored.data as object), size: 5 } }) as RecipeInput;
    await expect(resumeRun(at("a"), { change })).rejects.toThrow(/data.size cannot change when resuming/);
    await rm(join(at("photos"), "day", "0.png"));
    await expect(resumeRun(at("a"))).rejects.toThrow(/photos: expected the data that the run began with/);
  });

  test("mirror images are more to learn from, never held out; scaling is images", async () => {
    const data = { ...(recipe.data as object), flip: true } as RecipeInput["data"];
    const { data: prepared } = await createRun({ ...recipe, data }, { out: at("a"), folder });
    expect([prepared.training.count, prepared.heldOut.count]).toEqual([72, 4]);
    await expect(createRun({ ...recipe, scaling: "standard" }, { out: at("b"), folder })).rejects.toThrow(
      /scaling: expected images for images, found standard/,
    );
  });

  test("by the clock it ends with its last picture, and a run with its pace has the same bits", async () => {
    const { steps: _, ...training } = recipe.training!;
    const timed = { ...recipe, training: { ...training, minutes: 0.06 } };
    const created = await createRun(timed, { out: at("timed"), folder });
    const pictures = await advance(created);
    const metrics = await readMetrics(at("timed"));
    const { step, share, heldOutLoss, learningRate } = metrics.at(-1)!;
    expect(share).toBe(1);
    expect(heldOutLoss).toBeGreaterThan(0);
    // On a busy machine there may be one block only. How well the time is kept is tested by a clock of the test's own.
    expect(learningRate / created.data.recipe.training.learningRate).toBeLessThan(0.05);
    expect(pictures.at(-1)).toBe(join(at("timed"), "previews", `step-${`${step}`.padStart(6, "0")}.png`));
    const pace = await readPace(at("timed"));
    expect(pace.at(-1)).toEqual([step, 1]);
    const again = {
      ...recipe,
      training: { ...training, pace: pace.map(([step, share]) => [step, share] as [number, number]) },
    };
    await advance(await createRun(again, { out: at("again"), folder }));
    expect((await lastCheckpoint(at("again"))).equals(await lastCheckpoint(at("timed")))).toBe(true);
    // Nothing is left to do.
    expect(await advance(await resumeRun(at("timed")))).toEqual([]);
    await expect(
      createRun({ ...recipe, training: { steps: 5, minutes: 1 } }, { out: at("b"), folder }),
    ).rejects.toThrow(/one of steps, minutes and pace, found steps and minutes/);
  });

  test("by the clock, stopped on the way, it goes on for the time that is left, and its whole pace has the same bits", async () => {
    const { steps: _, ...training } = recipe.training!;
    const timed = { ...recipe, previews: 0, training: { ...training, minutes: 0.05 } };
    await advance(await createRun(timed, { out: at("timed"), folder }), 200);
    const stopped = (await resumeRun(at("timed"))).checkpoint!;
    expect(stopped.pace!.length).toBeGreaterThan(0);
    await advance(await resumeRun(at("timed")));
    const metrics = await readMetrics(at("timed"));
    expect(metrics.at(-1)!.share).toBe(1);
    expect(metrics.map(({ step }) => step)).toEqual(
      [...new Set(metrics.map(({ step }) => step))].sort((a, b) => a - b),
    );
    const pace = (await readPace(at("timed"))).map(([step, share]) => [step, share] as [number, number]);
    await advance(await createRun({ ...timed, training: { ...training, pace } }, { out: at("again"), folder }));
    expect((await lastCheckpoint(at("again"))).equals(await lastCheckpoint(at("timed")))).toBe(true);
  });
});
