import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ndarray } from "@scorefield/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { writeNpy } from "../npy-file.ts";
import { imageArray, readImageArray } from "./array.ts";
import { takeImages, withMirrored } from "./images.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-arrays-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, bytes: number[]): string => {
  const path = join(folder, name);
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(new Uint8Array(bytes)) : new Uint8Array(bytes));
  return path;
};
const idx = (name: string, sizes: number[], bytes: number[]): string =>
  file(name, [0, 0, 8, sizes.length, ...sizes.flatMap((size) => [0, 0, 0, size]), ...bytes]);

const twelve = [0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 6];
const scaled = (levels: readonly number[]) => levels.map((level) => Math.fround(level / 127.5 - 1));

describe("readImageArray", () => {
  test("IDX images with their labels, gzip or not", async () => {
    const images = idx("train-images-idx3-ubyte", [3, 2, 2], twelve);
    const labels = idx("train-labels-idx1-ubyte.gz", [3], [7, 3, 7]);
    const read = await readImageArray(images, { labels });
    expect(read).toMatchObject({ count: 3, shape: [1, 2, 2], classes: ["3", "7"], decodes: false });
    expect([...read.labels!]).toEqual([1, 0, 1]);
    const { data, shape } = await read.read([2, 0]);
    expect(shape).toEqual([2, 1, 2, 2]);
    expect([...data]).toEqual(scaled([3, 4, 5, 6, 0, 51, 102, 153]));
    expect((await readImageArray(images)).labels).toBeUndefined();
  });

  test("labels that do not fit", async () => {
    const images = idx("images.idx", [3, 2, 2], twelve);
    await expect(readImageArray(images, { labels: idx("two.idx", [2], [1, 2]) })).rejects.toThrow(
      /two.idx: expected 3 labels, one for each image, found an array of shape \[2\]/,
    );
    await writeNpy(join(folder, "half.npy"), ndarray(new Float32Array([0, 1, 0.5]), [3]));
    await expect(readImageArray(images, { labels: join(folder, "half.npy") })).rejects.toThrow(
      /row 3: expected a whole number as label, found 0.5/,
    );
  });

  test("NPY with channels first or last", async () => {
    const path = join(folder, "colour.npy");
    await writeNpy(path, ndarray(new Int32Array([10, 20, 30, 40, 50, 60]), [1, 1, 2, 3]));
    const last = await readImageArray(path);
    expect(last.shape).toEqual([3, 1, 2]);
    expect([...(await last.read([0])).data]).toEqual(scaled([10, 40, 20, 50, 30, 60]));
    const first = imageArray(ndarray(new Int32Array([10, 40, 20, 50, 30, 60]), [1, 3, 1, 2]));
    expect(await first.read([0])).toEqual(await last.read([0]));
  });
});

describe("imageArray", () => {
  test("floating-point images from 0 to 1 are rounded to 8 bits", async () => {
    const images = imageArray(ndarray(new Float32Array([0, 1, 0.5, 0.001]), [1, 2, 2]));
    expect([...(await images.read([0])).data]).toEqual(scaled([0, 255, 128, 0]));
  });

  test("other numbers and shapes are refused with what to do", () => {
    const of = (values: Float32Array | Int32Array, ...shape: number[]) => imageArray(ndarray(values, shape));
    expect(() => of(new Float32Array([0, -1]), 1, 1, 2)).toThrow(/numbers from 0 to 1, found -1. Scale/);
    expect(() => of(new Float32Array([0, Number.NaN]), 1, 1, 2)).toThrow(/found NaN/);
    expect(() => of(new Int32Array([0, 256]), 1, 1, 2)).toThrow(/whole numbers from 0 to 255, found 256/);
    expect(() => of(new Int32Array(6), 1, 6)).toThrow(/\[n, h, w, c\] .*found an array of shape \[1, 6\]/);
    expect(() => of(new Int32Array(8), 1, 2, 1, 4)).toThrow(/1 or 3 channels/);
    expect(() => of(new Int32Array(0), 0, 2, 2)).toThrow(/shape \[0, 2, 2\]/);
  });

  test("the fingerprint depends on pixels, shape and labels", () => {
    const values = new Int32Array(twelve);
    const labels = { labels: new Int32Array([0, 1, 0]), classes: ["a", "b"] };
    const prints = [
      imageArray(ndarray(values, [3, 2, 2])),
      imageArray(ndarray(values, [3, 1, 4])),
      imageArray(ndarray(values, [3, 2, 2]), { labels }),
      imageArray(ndarray(values, [3, 2, 2]), { labels: { ...labels, labels: new Int32Array([0, 1, 1]) } }),
      imageArray(ndarray(values.with(0, 9), [3, 2, 2])),
    ].map(({ sha256 }) => sha256);
    expect(new Set(prints).size).toBe(5);
    expect(imageArray(ndarray(new Int32Array(twelve), [3, 2, 2])).sha256).toBe(prints[0]);
  });
});

describe("parts of images", () => {
  const labels = { labels: new Int32Array([0, 1, 0]), classes: ["a", "b"] };
  const images = imageArray(ndarray(new Int32Array(twelve), [3, 2, 2]), { labels });

  test("takeImages picks by position", async () => {
    const taken = takeImages(images, [2, 1]);
    expect(taken).toMatchObject({ count: 2, classes: ["a", "b"], sha256: images.sha256 });
    expect([...taken.labels!]).toEqual([0, 1]);
    expect(await taken.read([1, 0])).toEqual(await images.read([1, 2]));
    expect(() => takeImages(images, [3])).toThrow(/positions below 3, found 3/);
  });

  test("withMirrored adds the mirror images, line by line", async () => {
    const twice = withMirrored(images);
    expect(twice.count).toBe(6);
    expect([...twice.labels!]).toEqual([0, 1, 0, 0, 1, 0]);
    expect([...(await twice.read([0, 3])).data]).toEqual(scaled([0, 51, 102, 153, 51, 0, 153, 102]));
    expect(await twice.read([2])).toEqual(await images.read([2]));
  });
});
