import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageFolder, readArray } from "@scorefield/data";
import { images as domain } from "@scorefield/domain/images";
import { ndarray } from "@scorefield/tensor";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UsageError } from "../errors.ts";
import { writeSamples } from "./write-samples.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "scorefield-write-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const madeOf = ({ shape }: { readonly shape: readonly number[] }) => ({ shape: shape.slice(1) });
const colour = ndarray(new Float64Array([-1, 1, 0, -0.5, 0.5, 3, 1, 1, -1, -1, 0, 0]), [2, 3, 1, 2]);
const grey = ndarray(new Float64Array([-1, 1, 0, -0.5]), [2, 1, 1, 2]);

test("an array of 8-bit pixels, channels last", async () => {
  await writeSamples(join(folder, "a.npy"), colour, { domain, made: madeOf(colour) });
  const read = await readArray(join(folder, "a.npy"));
  expect(read.shape).toEqual([2, 1, 2, 3]);
  expect([...(read.data as Int32Array)]).toEqual([0, 128, 191, 255, 64, 255, 255, 0, 128, 255, 0, 128]);
  await writeSamples(join(folder, "b.npy"), grey, { domain, made: madeOf(grey) });
  expect((await readArray(join(folder, "b.npy"))).shape).toEqual([2, 1, 2]);
});

test("a folder of PNG files, in sub-folders by class, which reads back as the same images", async () => {
  const square = ndarray(new Float64Array(3 * 4).fill(-1), [3, 1, 2, 2]);
  square.data[4] = 1;
  await writeSamples(join(folder, "new"), square, { domain, made: madeOf(square), classes: ["a", "b"] });
  const read = await imageFolder(join(folder, "new"), { labels: true });
  expect(read.files).toEqual(["a/00000.png", "a/00002.png", "b/00001.png"]);
  expect(read.shape).toEqual([1, 2, 2]);
  expect([...(await read.read([2])).data]).toEqual([1, -1, -1, -1]);
  expect(readdirSync(folder)).toEqual(["new"]);
});

test("names of classes never lead out of the folder, and each class has its own", async () => {
  const images = ndarray(new Float64Array(6 * 4), [6, 1, 2, 2]);
  const classes = ["..", "../../out", "", "con", "Cat", "cat"];
  await writeSamples(join(folder, "new"), images, { domain, made: madeOf(images), classes });
  expect(readdirSync(folder)).toEqual(["new"]);
  expect(readdirSync(join(folder, "new")).sort()).toEqual(["Cat", "_", "_-..-out", "_-2", "_con", "cat-2"]);
  expect((await imageFolder(join(folder, "new"), { labels: true })).count).toBe(6);
});

test.skipIf(process.platform === "win32")("a folder is open to whom the mask allows, as files are", async () => {
  const mask = process.umask(0o027);
  try {
    await writeSamples(join(folder, "new"), grey, { domain, made: madeOf(grey), classes: ["a"] });
    await writeSamples(join(folder, "one.npy"), grey, { domain, made: madeOf(grey) });
    mkdirSync(join(folder, "own"), { mode: 0o700 });
    symlinkSync(join(folder, "own"), join(folder, "link"));
    await writeSamples(join(folder, "link"), grey, { domain, made: madeOf(grey) });
  } finally {
    process.umask(mask);
  }
  const modes = ["new", "new/a", "new/a/00000.png", "one.npy", "own"].map(
    (name) => statSync(join(folder, name)).mode & 0o777,
  );
  expect(modes).toEqual([0o750, 0o750, 0o640, 0o640, 0o700]);
});

test("nothing is overwritten, and images are no table", async () => {
  writeFileSync(join(folder, "x"), "");
  const write = (name: string) => writeSamples(name, grey, { domain, made: madeOf(grey) });
  await expect(write(folder)).rejects.toThrow(UsageError);
  await expect(write(folder)).rejects.toThrow(/expected a new or empty folder, found 1 files in it/);
  await expect(write(join(folder, "x"))).rejects.toThrow(/found ENOTDIR/);
  await expect(write(join(folder, "a.csv"))).rejects.toThrow(/expected png, npy or a folder for images, found .csv/);
  await expect(write(join(folder, "gone", "b"))).rejects.toThrow(
    /gone.b: expected a folder to write into, found no such folder/,
  );
});
