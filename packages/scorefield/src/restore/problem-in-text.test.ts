import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeNpy } from "@scorefield/data";
import { ndarray } from "@scorefield/tensor";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { methodInText, noiseInText, operatorInText, recipeText } from "./problem-in-text.ts";

let folder = "";
const given = { input: [1, 4, 4], units: "intensity in [-1, 1]" };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-problem-"));
  const pixels = Uint8Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 255 : 0));
  await sharp(pixels, { raw: { width: 4, height: 4, channels: 1 } })
    .png()
    .toFile(join(folder, "seen.png"));
  await writeNpy(join(folder, "kernel.npy"), ndarray(Float64Array.of(0, 1, 0, 1, 4, 1, 0, 1, 0), [3, 3]));
  await writeFile(join(folder, "a.csv"), `${Array(16).fill("0.25").join(",")}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("numbers come from files", async () => {
  const mask = await operatorInText([`mask:@${folder}/seen.png`], given);
  expect(mask.output).toEqual([8]);
  expect(mask.units.input).toBe("intensity in [-1, 1]");
  const blur = await operatorInText([`blur:kernel=@${folder}/kernel.npy`], given);
  expect(blur.output).toEqual([1, 4, 4]);
  expect(recipeText(blur.recipe)).toBe("blur:kernel=[...]");
  expect((await operatorInText([`matrix:matrix=@${folder}/a.csv`], given)).output).toEqual([1]);
  expect((await noiseInText(`gaussian:deviations=@${folder}/kernel.npy`).catch((error) => error)).message).toMatch(
    /deviations/,
  );
});

test("columns by name", async () => {
  const rows = { input: [3], units: "units of the columns", columns: ["age", "city", "pay"] };
  expect((await operatorInText(["columns:pay"], rows)).recipe.columns).toEqual([2]);
  expect((await operatorInText(['columns:columns=["pay","age"]'], rows)).recipe.columns).toEqual([2, 0]);
  expect((await operatorInText(["columns:columns=[1]"], rows)).recipe.columns).toEqual([1]);
  await expect(operatorInText(["columns:payy"], rows)).rejects.toThrow(
    /^--operator "columns:payy": .*did you mean pay/,
  );
});

test("operators one after another, the first on the sample", async () => {
  const both = await operatorInText(["blur:1", "downsample:2"], given);
  expect(both.kind).toBe("compose");
  expect(both.output).toEqual([1, 2, 2]);
  expect(recipeText(both.recipe)).toBe("compose:operators=(downsample after blur:sigma=1)");
});

test("errors name the option", async () => {
  await expect(operatorInText(["blurr:2"], given)).rejects.toThrow(/^--operator "blurr:2": .*did you mean blur/);
  await expect(operatorInText(["blur:kernel=@none.npy"], given)).rejects.toThrow(/none.npy/);
  await expect(operatorInText([`blur:kernel=@${folder}/seen.png`], given)).rejects.toThrow(
    /expected numbers for kernel, found a picture/,
  );
  await expect(noiseInText("gausian:1")).rejects.toThrow(/^--noise "gausian:1": .*did you mean gaussian/);
  expect(() => methodInText("mpms:steps=3")).toThrow(/^--method.*did you mean mmps/);
  expect(() => methodInText("mmps:stepps=3")).toThrow(/--method "mmps:stepps=3": .*stepps/);
});
