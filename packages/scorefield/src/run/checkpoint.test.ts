import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { denoising, flatLayout, mlp, normal, trainableLayout } from "@scorefield/core";
import { decodeSafetensors } from "@scorefield/data";
import { ndarray } from "@scorefield/tensor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CheckpointError } from "../errors.ts";
import {
  checkpointFolder,
  checkpointSteps,
  readCheckpoint,
  type StoredCheckpoint,
  writeCheckpoint,
} from "./checkpoint.ts";

const network = mlp({ width: 8, depth: 2, noiseFeatures: 4 });
const layout = flatLayout(network.initialise([3], 0));
const vector = (seed: number) => normal([layout.size], { seed });

const at = (step: number): StoredCheckpoint => {
  const average = vector(4 * step);
  const [parameters, firstMoment, secondMoment] = [1, 2, 3].map((k) => vector(4 * step + k)) as [
    typeof average,
    typeof average,
    typeof average,
  ];
  return { step, average, training: { step, state: { parameters, firstMoment, secondMoment, average } } };
};

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), "scorefield-checkpoint-"));
});
afterEach(() => rm(run, { recursive: true }));

describe("checkpoints", () => {
  test("come back bit for bit, and the last is read unless another is asked for", async () => {
    await writeCheckpoint(run, at(10), layout);
    await writeCheckpoint(run, at(20), layout);
    expect(await readCheckpoint(run, layout)).toEqual(at(20));
    expect(await readCheckpoint(run, layout, 10)).toEqual(at(10));
  });

  test("hold the averaged weights under the network's plain names, for other tools", async () => {
    const path = await writeCheckpoint(run, at(10), layout);
    const { arrays, metadata } = decodeSafetensors(await readFile(path));
    expect(Object.keys(arrays)).toEqual(expect.arrayContaining(layout.entries.map(({ name }) => name)));
    expect(arrays["input.weight"]!.shape).toEqual([7, 8]);
    expect(arrays["hidden.0.bias"]!.shape).toEqual([8]);
    expect(metadata).toMatchObject({ format: "scorefield-checkpoint-1", step: "10" });
  });

  test("keep the last few, and leave nothing temporary behind", async () => {
    for (const step of [5, 10, 15, 20]) await writeCheckpoint(run, at(step), layout);
    expect(await checkpointSteps(run)).toEqual([10, 15, 20]);
    expect(await readdir(checkpointFolder(run))).toHaveLength(3);
    await writeCheckpoint(run, at(25), layout, { keep: 1 });
    expect(await checkpointSteps(run)).toEqual([25]);
  });

  test("hold averages of other widths, the loss scale, and what the objective learns, which is no part of the model", async () => {
    const whole = trainableLayout({
      network: network.initialise([3], 0),
      objective: denoising({ uncertainty: true }).initialise!(0),
    });
    const vector = (seed: number) => normal([whole.size], { seed });
    const [parameters, firstMoment, secondMoment, average] = [1, 2, 3, 4].map(vector) as [
      ReturnType<typeof vector>,
      ReturnType<typeof vector>,
      ReturnType<typeof vector>,
      ReturnType<typeof vector>,
    ];
    const otherAverages = [vector(5), vector(6)];
    const lossScale = ndarray(Float32Array.of(1024, 7));
    const state = { parameters, firstMoment, secondMoment, average, otherAverages, lossScale };
    const stored = { step: 10, average, training: { step: 10, state } };
    const path = await writeCheckpoint(run, stored, whole);
    expect(await readCheckpoint(run, whole)).toEqual(stored);
    const { arrays } = decodeSafetensors(await readFile(path));
    expect(arrays["objective/weight"]!.shape).toEqual([32, 1]);
    const model = (await readCheckpoint(run, layout)).average;
    expect(model.data).toEqual(average.data.slice(0, layout.size));
  });

  test("that cannot be written leave those there are, and say which is the last good one", async () => {
    await writeCheckpoint(run, at(10), layout);
    // A folder where the file should go.
    await mkdir(join(checkpointFolder(run), "step-00000020.safetensors"));
    const refusal = await writeCheckpoint(run, at(20), layout).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(CheckpointError);
    expect((refusal as Error).message).toMatch(
      /step 20 could not be saved: .*found a folder.*The last good checkpoint is of step 10; .*--resume$/,
    );
    expect(await readCheckpoint(run, layout, 10)).toEqual(at(10));
    await rm(checkpointFolder(run), { recursive: true });
    await writeFile(checkpointFolder(run), "a file where the folder should be");
    await expect(writeCheckpoint(run, at(30), layout)).rejects.toThrow(/could not be saved.*no earlier checkpoint/);
  });

  test("of later steps go once training went back behind them", async () => {
    for (const step of [5, 10, 15]) await writeCheckpoint(run, at(step), layout);
    await writeCheckpoint(run, at(12), layout);
    expect(await checkpointSteps(run)).toEqual([5, 10, 12]);
  });

  test("without the state of training hold the weights alone", async () => {
    await writeCheckpoint(run, { step: 3, average: vector(1) }, layout);
    expect(await readCheckpoint(run, layout)).toEqual({ step: 3, average: vector(1) });
  });

  test.each<[string, (bytes: Buffer) => Uint8Array, RegExp]>([
    ["cut off", (bytes) => bytes.subarray(0, bytes.length - 40), /damaged checkpoint .*step-00000020/],
    ["empty", () => new Uint8Array(), /damaged checkpoint .*0 bytes/],
    [
      "one bit changed in a weight",
      (bytes) => {
        bytes.writeUInt8(bytes.at(-9)! ^ 1, bytes.length - 9);
        return bytes;
      },
      /SHA-256/,
    ],
  ])("%s: refused, naming the one before it, which is not taken unasked", async (_, damage, message) => {
    await writeCheckpoint(run, at(10), layout);
    const path = await writeCheckpoint(run, at(20), layout);
    await writeFile(path, damage(await readFile(path)));
    const error = await readCheckpoint(run, layout).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(/the one before it is of step 10: ask for it by that number$/);
    expect(await readCheckpoint(run, layout, 10)).toEqual(at(10));
  });

  test("of another network, missing, or of another format are refused", async () => {
    await expect(readCheckpoint(run, layout)).rejects.toThrow(/expected a checkpoint, found none; train the run first/);
    await writeCheckpoint(run, at(10), layout);
    await expect(readCheckpoint(run, layout, 7)).rejects.toThrow(/checkpoint of step 7, found checkpoints of steps 10/);
    const wider = flatLayout(mlp({ width: 9, depth: 2, noiseFeatures: 4 }).initialise([3], 0));
    await expect(readCheckpoint(run, wider)).rejects.toThrow(/hidden.0.bias of float32 \[9\].*found float32 \[8\]/);
  });
});
