/** The command on a folder of photographs, as a newcomer has one. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readNpy } from "@scorefield/data";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkpointFolder, checkpointSteps } from "./run/checkpoint.ts";

const bin = fileURLToPath(new URL("../bin/scorefield.js", import.meta.url));

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  if (!existsSync(fileURLToPath(new URL("../dist/cli.js", import.meta.url))))
    throw new Error("the command is not built: run npm run build first");
  folder = await mkdtemp(join(tmpdir(), "scorefield-cli-images-"));
  for (let i = 0; i < 40; i++) {
    const name = i % 2 === 0 ? "sea" : "sun";
    await mkdir(at("photos", name), { recursive: true });
    const background = i % 2 === 0 ? { r: 0, g: 5 * i, b: 255 } : { r: 255, g: 5 * i, b: 0 };
    await sharp({ create: { width: 30 + i, height: 40, channels: 3, background } }).toFile(
      at("photos", name, `${i}.jpg`),
    );
  }
});
const children = new Set<ChildProcess>();
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

const start = (...args: string[]) => startIn(folder, ...args);
const startIn = (cwd: string, ...args: string[]) => {
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, DEBUG: "" } });
  children.add(child);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  const finished = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout, stderr })),
  );
  return { child, finished };
};
const run = async (...args: string[]) => {
  const ended = await start(...args).finished;
  expect(ended.code, ended.stderr).toBe(0);
  return ended;
};
const refusal = async (...args: string[]): Promise<string> => {
  const { code, stderr } = await start(...args).finished;
  expect(code).toBe(1);
  return stderr;
};

const settings = ["network.width=8", "network.multipliers=[1,1]", "network.blocks=1", "network.attention=0"];
const small = ["--size", "8", "--batch", "4", ...settings.flatMap((setting) => ["--set", setting])];

const lastCheckpoint = async (name: string): Promise<Buffer> => {
  const step = (await checkpointSteps(at(name))).at(-1)!;
  return readFile(join(checkpointFolder(at(name)), `step-${`${step}`.padStart(8, "0")}.safetensors`));
};

describe("a folder of photographs", () => {
  beforeAll(async () => {
    const { stdout, stderr } = await run("train", "photos/", "--labels", "--flip", "--steps", "20", ...small);
    expect(stderr).toMatch(/new run runs\/photos: 20 steps of 4 images/);
    expect(stderr).toMatch(
      /72 training images and 4 held out, mirrored .*; each is an image of 8x8, colour, of 2 classes: sea, sun/,
    );
    expect(stderr).toMatch(/unet \(width 8,/);
    expect(stdout).toMatch(/draw images with: scorefield sample runs\/photos --class all --out grid.png/);
  }, 600_000);

  test("pictures of samples stand in the run's folder", async () => {
    // All steps were one block of work, after which one picture is made.
    expect(await readdir(at("runs", "photos", "previews"))).toEqual(["step-000020.png"]);
  });

  test("new images as a picture, a folder and an array, by class", async () => {
    const draw = (...args: string[]) => run("sample", "runs/photos", "--steps", "3", ...args);
    await draw("-n", "6", "--class", "all", "--out", "grid.png");
    const { width, height } = await sharp(at("grid.png")).metadata();
    // Two columns, one for each class, of images of 64 px with 2 px between.
    expect([width, height]).toEqual([2 * 66 + 2, 3 * 66 + 2]);
    await draw("-n", "3", "--class", "sun,sea", "--out", "new/");
    expect((await readdir(at("new"), { recursive: true })).sort()).toEqual([
      "sea",
      join("sea", "00001.png"),
      "sun",
      join("sun", "00000.png"),
      join("sun", "00002.png"),
    ]);
    // A part goes by each sample's own number: in its name, its class and its pixels.
    await draw("-n", "3", "--class", "sun,sea", "--shard", "2/2", "--out", "part/");
    expect((await readdir(at("part"), { recursive: true })).filter((name) => name.endsWith(".png")).sort()).toEqual([
      join("sea", "00001.png"),
      join("sun", "00002.png"),
    ]);
    await draw("-n", "3", "--class", "sun,sea", "--shard", "1/2", "--out", "first/");
    await run("gather", "part/", "first/", "--out", "both/");
    for (const name of [join("sea", "00001.png"), join("sun", "00000.png"), join("sun", "00002.png")])
      expect(await readFile(at("both", name))).toEqual(await readFile(at("new", name)));
    for (const file of [join("sea", "00001.png"), join("sun", "00002.png")]) {
      const [part, whole] = await Promise.all(
        ["part", "new"].map((folder) => sharp(at(folder, file)).raw().toBuffer()),
      );
      for (const [i, value] of whole!.entries()) expect(Math.abs(part![i]! - value)).toBeLessThanOrEqual(1);
    }
    const json = await draw("-n", "3", "--class", "sun", "--out", "new.npy", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ file: "new.npy", classes: ["sun"], sampler: { steps: 3 } });
    expect((await readNpy(at("new.npy"))).shape).toEqual([3, 8, 8, 3]);
    const alone = await draw("-n", "2");
    expect(alone.stdout).toMatch(/^runs\/photos\/samples\/step-20-unipc-3-seed-0-count-2.png: 2 samples/);
    const usual = await draw("--class", "all", "--json");
    expect(JSON.parse(usual.stdout)).toMatchObject({ count: 64 });
    const piped = await draw("-n", "3", "--class", "sun", "--out", "-", "--format", "npy");
    expect(piped.stderr).toContain("standard output (npy): 3 samples");
  });

  test("stopped and resumed it ends with the bits of a run never stopped", async () => {
    const args = [
      "train",
      "photos",
      ...small,
      "--steps",
      "500",
      "--set",
      "training.checkpointSeconds=0",
      "--set",
      "previews=0",
    ];
    const { child, finished } = start(...args, "--out", "stopped");
    while ((await checkpointSteps(at("stopped"))).length === 0 && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill("SIGINT");
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(/continue with: scorefield train stopped --resume/);
    await run("train", "stopped", "--resume");
    await run(...args, "--out", "straight");
    expect((await lastCheckpoint("stopped")).equals(await lastCheckpoint("straight"))).toBe(true);
  });

  test("the folder one stands in is data without the runs that come to be in it", async () => {
    await cp(at("photos"), at("here"), { recursive: true });
    const train = async (name: string, ...args: string[]) => {
      const { code, stderr } = await startIn(at("here"), "train", ...args, "--steps", "20", ...small).finished;
      expect(code, stderr).toBe(0);
      expect(stderr).toContain(`new run ${name}: 20 steps`);
      const { training, classes } = JSON.parse(await readFile(at("here", name, "run.json"), "utf8"));
      return { stderr, sha256: training.sha256, classes };
    };
    const first = await train(join("runs", "here"), ".");
    expect(first.stderr).not.toContain("left out");
    const second = await train(join("runs", "here-2"), ".", "--labels");
    expect(second.stderr).toContain("left out, as it is a run: runs/here");
    expect(second).toMatchObject({ sha256: first.sha256, classes: ["sea", "sun"] });
    expect((await train("third", "./", "--out", "third")).stderr).toContain(
      "left out, as they are runs: runs/here, runs/here-2",
    );
    const resumed = await startIn(at("here"), "train", "runs/here", "--resume", "--steps", "40").finished;
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await refusal("train", "here/runs")).toMatch(/images, found no files outside of here, here-2/);
    expect(await refusal("train", "here/runs/here")).toMatch(/found a run; continue it with --resume/);
    expect(await refusal("train", "/")).toMatch(/found a whole disk; name the folder that they are in/);
  });

  test("classes of a stranger's run do not lead out of the folder of its samples", async () => {
    await cp(at("runs", "photos"), at("stranger"), { recursive: true });
    const record = JSON.parse(await readFile(at("stranger", "run.json"), "utf8"));
    await writeFile(at("stranger", "run.json"), JSON.stringify({ ...record, classes: ["..", "../../x"] }));
    await mkdir(at("inner"));
    await run("sample", "stranger", "--count", "2", "--steps", "3", "--class", "all", "--out", join("inner", "new"));
    expect((await readdir(at("inner"), { recursive: true })).sort()).toEqual(
      [
        "new",
        join("new", "_"),
        join("new", "_", "00000.png"),
        join("new", "_-..-x"),
        join("new", "_-..-x", "00001.png"),
      ].sort(),
    );
  });

  test("mistakes give one clear line", async () => {
    await mkdir(at("empty"), { recursive: true });
    expect(await refusal("train", "empty")).toMatch(/a folder with PNG, JPEG or WebP images, found no files/);
    expect(await refusal("train", "photoz")).toMatch(
      /photoz: expected a data file, a folder of images or sounds, a recipe/,
    );
    expect(await refusal("train", "photos", "--columns", "x")).toMatch(
      /--columns: expected series in time or a data file .*found images/,
    );
    expect(await refusal("train", "photos", "--labels", "--only", "moon")).toMatch(
      /classes among sea, sun, found moon/,
    );
    expect(await refusal("train", "photos", "--minutes", "1", "--steps", "9")).toMatch(/leave out --steps/);
    expect(await refusal("sample", "runs/photos", "-n", "1", "--class", "sae")).toMatch(/did you mean sea\?/);
    expect(await refusal("sample", "runs/photos", "--out", "-", "--format", "csv")).toMatch(
      /expected png, npy or a folder/,
    );
  });
});

describe("a folder of photographs to a model of four steps in two commands", () => {
  const codec = ["width=4", "multipliers=[1]", "blocks=1", "channels=2"].map((text) => `latent.autoencoder.${text}`);
  const latent = [...small, ...codec.flatMap((setting) => ["--set", setting])];

  test.each([
    ["plain", []],
    ["by class, levels seen slowly", ["--labels", "--set", "network.noiseEmbedding=share"]],
  ] as const)("%s", async (name, options) => {
    const [a, b] = [`a ${name}`, `b ${name}`];
    const byClass = options.length > 0 ? ["--class", "sun"] : [];
    await run("train", "photos/", "--latent", "--minutes", "0.05", "--out", a, ...latent, ...options);
    const made = await run("distil", a, "--minutes", "0.05", "--out", b);
    expect(made.stderr).toContain(`new run ${b}: a flow map`);
    expect(made.stdout).toContain(`scorefield sample ${b} --steps 2${options.length > 0 ? " --class all" : ""} --out`);
    // The new run needs no other.
    await rm(at(a), { recursive: true });
    await run("sample", b, "--steps", "4", "-n", "2", ...byClass, "--out", `new ${name}/`);
    const files = (await readdir(at(`new ${name}`), { recursive: true })).filter((file) => file.endsWith(".png"));
    expect(files).toHaveLength(2);
    const { width, height, channels } = await sharp(at(`new ${name}`, files[0]!)).metadata();
    expect([width, height, channels]).toEqual([8, 8, 3]);
    expect((await run("show", b)).stdout).toMatch(/autoencoder +convolutional[\s\S]*a flow map, made from \.\.\/a /);
    await run("export", b, "--steps", "4", "-n", "2", "--out", `${name}.onnx`);
    for (const command of ["likelihood", "inspect", "distil"])
      expect(await refusal(command, b)).toMatch(/expected a run of a score model, found one of a flow map/);
  });

  test("Ctrl-C saves a distillation of latents, and --resume ends it with the bits of one that was not stopped", async () => {
    await run("train", "photos/", "--latent", "--steps", "10", "--out", "start", ...latent);
    const { child, finished } = start("distil", "start", "--steps", "400", "--out", "cut");
    while ((await readFile(at("cut", "metrics.jsonl"), "utf8").catch(() => "")) === "" && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill("SIGINT");
    const { code, stderr } = await finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(/continue with: scorefield distil cut --resume/);
    await run("distil", "cut", "--resume");
    await run("distil", "start", "--steps", "400", "--out", "whole");
    expect((await lastCheckpoint("cut")).equals(await lastCheckpoint("whole"))).toBe(true);
  });
});
