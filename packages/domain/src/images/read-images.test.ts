import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findDomain, recogniseData } from "../built-in.ts";
import { glyphNames } from "../glyphs/glyphs.ts";
import { type DataSettings, fillSettings } from "../settings.ts";

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "scorefield-source-"));
  for (const [i, name] of ["cat", "dog", "owl"].entries()) {
    mkdirSync(join(folder, "pets", name), { recursive: true });
    for (const k of [0, 1])
      await sharp({ create: { width: 8, height: 8, channels: 3, background: { r: 40 * i, g: 9 * k, b: 0 } } }).toFile(
        join(folder, "pets", name, `${k}.png`),
      );
  }
  const header = (...sizes: number[]) => [0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size])];
  writeFileSync(join(folder, "t-images-idx3-ubyte"), new Uint8Array([...header(3, 1, 2), 0, 1, 2, 3, 4, 5]));
  writeFileSync(join(folder, "t-labels-idx1-ubyte"), new Uint8Array([...header(3), 4, 9, 4]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = async (data: string | object) => {
  const given = typeof data === "string" || !("kind" in data) ? recogniseData(data as string)! : (data as DataSettings);
  const domain = findDomain(given.kind)!;
  const { samples, settings, remarks } = await domain.read(fillSettings(domain, given), { folder });
  return { images: samples, recipe: settings, remarks };
};
const levels = async (data: string | object, row: number) =>
  [...(await (await read(data)).images.read([row])).data].map((value) => Math.round((value + 1) * 127.5));

describe("readImages", () => {
  test("a folder, its recipe in full", async () => {
    const { images, recipe } = await read("pets");
    expect(images).toMatchObject({ count: 6, shape: [3, 8, 8] });
    expect(images.labels).toBeUndefined();
    expect(recipe).toMatchObject({ kind: "images", path: "pets", size: 8, greyscale: false });
  });

  test("runs inside of a folder are no data, and said", async () => {
    cpSync(join(folder, "pets"), join(folder, "work"), { recursive: true });
    const before = await read("work");
    expect(before.remarks).toEqual([]);
    for (const run of ["runs/work", "model"]) {
      cpSync(join(folder, "pets", "cat"), join(folder, "work", run, "samples"), { recursive: true });
      writeFileSync(join(folder, "work", run, "run.json"), '{"format": "scorefield-run"}');
    }
    // Of another program.
    writeFileSync(join(folder, "work", "dog", "run.json"), '{"format": "of races"}');
    const { images, remarks } = await read({ path: "work", labels: "folders" });
    expect(remarks).toEqual(["left out, as they are runs: model, runs/work"]);
    expect(images).toMatchObject({ count: 6, classes: ["cat", "dog", "owl"], sha256: before.images.sha256 });
    await expect(read("work/model")).rejects.toThrow(
      /work.model: expected a folder of images, found a run, whose pict/,
    );
    await expect(read("work/runs")).rejects.toThrow(/expected a folder with .* images, found no files outside of work/);
    expect((await read("work/runs/work/samples")).images.count).toBe(2);
  });

  test("sub-folders as classes, and some of them alone", async () => {
    const all = (await read({ path: "pets", labels: "folders" })).images;
    expect(all.classes).toEqual(["cat", "dog", "owl"]);
    const some = (await read({ path: "pets", labels: "folders", only: ["owl", "cat"], size: 4 })).images;
    expect(some).toMatchObject({ count: 4, classes: ["cat", "owl"], shape: [3, 4, 4] });
    expect(Array.from(some.labels!)).toEqual([0, 0, 1, 1]);
    expect((await some.read([2])).data[0]).toBeCloseTo(80 / 127.5 - 1, 6);
    await expect(read({ path: "pets", labels: "folders", only: ["cow"] })).rejects.toThrow(
      /expected classes among cat, dog, owl, found cow/,
    );
    await expect(read({ path: "pets", only: ["cat"] })).rejects.toThrow(/labels with only, found none/);
    await expect(read({ path: "pets", labels: "names.csv" })).rejects.toThrow(/labels "folders" for a folder/);
  });

  test("an array with a file of labels, both relative to the folder", async () => {
    const data = { path: "t-images-idx3-ubyte", labels: "t-labels-idx1-ubyte" };
    const { images, recipe } = await read(data);
    expect(images).toMatchObject({ count: 3, shape: [1, 1, 2], classes: ["4", "9"] });
    expect(recipe).toMatchObject(data);
    expect(await levels({ ...data, only: [9] }, 0)).toEqual([2, 3]);
    await expect(read({ ...data, size: 8 })).rejects.toThrow(/no size for an array, which keeps its own, found 8/);
    await expect(read({ ...data, labels: "folders" })).rejects.toThrow(/expected a file of labels/);
  });

  test("glyphs, with their names as classes", async () => {
    const { images } = await read({ kind: "glyphs", count: 30, size: 8 });
    expect(images).toMatchObject({ count: 30, shape: [1, 8, 8], classes: glyphNames });
    expect((await read({ kind: "glyphs", count: 2, greyscale: false })).images.shape).toEqual([3, 32, 32]);
  });

  test("what is not there", async () => {
    await expect(read("gone")).rejects.toThrow(/gone: expected a folder or file of images, found no such file/);
  });
});
