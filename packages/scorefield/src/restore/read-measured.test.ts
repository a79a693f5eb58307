import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { edm, exact, gaussian } from "@scorefield/core";
import { writeNifti, writeNpy, writeNpz } from "@scorefield/data";
import { applyOperator, downsample, fourier, mask, matrix } from "@scorefield/inverse";
import { defaultRuntime, type NdArray, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exactRun } from "./exact-run.case.ts";
import { readMeasurements, readSeenColumns, readTruths } from "./read-measured.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
let folder = "";
const at = (name: string) => join(folder, name);
const shape = [1, 4, 4];
const zeros = (shape: readonly number[]) => ndarray(new Float64Array(shape.reduce((a, b) => a * b)), shape);
const images = exactRun(exact(gaussian({ mean: zeros(shape) }), edm()), { kind: "images" });
const colours = exactRun(exact(gaussian({ mean: zeros([3, 2, 4]) }), edm()), { kind: "images" });
const rows = exactRun(exact(gaussian({ mean: [0, 0] }), edm()), { kind: "none" }, { columns: ["age", "pay"] });
const units = "intensity in [-1, 1]";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-measured-"));
  const pixels = Uint8Array.from({ length: 16 }, (_, i) => 17 * i);
  await sharp(pixels, { raw: { width: 4, height: 4, channels: 1 } })
    .png()
    .toFile(at("four.png"));
  await sharp(pixels.slice(0, 4), { raw: { width: 2, height: 2, channels: 1 } })
    .png()
    .toFile(at("two.png"));
  await writeNpy(
    at("levels.npy"),
    ndarray(
      Int32Array.from({ length: 32 }, (_, i) => 8 * i),
      [2, 4, 4],
    ),
  );
  await writeNpy(
    at("last.npy"),
    ndarray(
      Int32Array.from({ length: 24 }, (_, i) => i),
      [2, 4, 3],
    ),
  );
  const values = ndarray(
    Float64Array.from({ length: 16 }, (_, i) => i / 15),
    [4, 4],
  );
  await writeNpy(at("floats.npy"), values);
  await writeNpz(at("both.npz"), { a: values, b: { ...values, data: values.data.map((value) => 2 * value - 1) } });
  await writeNpy(at("wild.npy"), ndarray(new Float64Array(16).fill(3), [4, 4]));
  await writeFile(at("rows.csv"), "pay,age\n10,1\n20,2\n");
  await writeFile(at("pay.csv"), "pay\n10\n");
  await writeFile(at("y.csv"), "a,b,c\n1,2,3\n");
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await defaultRuntime().dispose();
});
const ends = ({ data }: NdArray) => [data[0], data.at(-1)];

describe("slices of volumes", () => {
  const write = (name: string, missing: boolean) =>
    writeNifti(at(name), {
      affine: [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ],
      values: ndarray(
        Float32Array.from({ length: 32 }, (_, i) => (missing && i === 3 ? Number.NaN : 10 * i)),
        [2, 4, 4],
      ),
    });
  const seen = mask({ input: shape, share: 0.5, units });
  const read = (name: string, range?: readonly [number, number]) =>
    readMeasurements(images, seen, at(name), (samples) => applyOperator(seen, samples), { range });

  test("are in the range that is named", async () => {
    await write("volume.nii.gz", false);
    const { rows: found, remarks } = await read("volume.nii.gz", [0, 620]);
    expect(found.shape[0]).toBeGreaterThan(1);
    expect(Math.max(...found.data)).toBeLessThanOrEqual(1e-6);
    expect(remarks[0]).toMatch(/values 0 and 620 are -1 and 1/);
    expect((await read("volume.nii.gz")).remarks[0]).toMatch(/--range LOW,HIGH/);
  });

  test("with values that are no numbers are refused", async () => {
    await write("holes.nii.gz", true);
    await expect(read("holes.nii.gz", [0, 310])).rejects.toThrow(/expected finite numbers in a measurement, found 1/);
  });
});

describe("truths", () => {
  test("are in the units of the data, whatever keeps them", async () => {
    expect(ends((await readTruths(images, at("four.png"))).rows)).toEqual([-1, 1]);
    const levels = (await readTruths(images, at("levels.npy"))).rows;
    expect(levels.shape).toEqual([2, ...shape]);
    expect(levels.data[31]).toBeCloseTo(248 / 127.5 - 1, 12);
    expect(ends((await readTruths(images, at("floats.npy"))).rows)).toEqual([-1, 1]);
    expect((await readTruths(images, `${at("both.npz")}#b`)).remarks[0]).toMatch(/taken as pixels in \[-1, 1\]/);
    const first = (await readTruths(colours, at("last.npy"))).rows;
    expect(first.shape).toEqual([1, 3, 2, 4]);
    expect(first.data[1]).toBeCloseTo(3 / 127.5 - 1, 12);
    expect(Array.from((await readTruths(rows, at("rows.csv"))).rows.data)).toEqual([1, 10, 2, 20]);
  });

  test("of another shape or range are refused", async () => {
    await expect(readTruths(images, at("two.png"))).rejects.toThrow(
      /expected samples of shape \[1, 4, 4\].*found \[1, 2, 2\]/,
    );
    await expect(readTruths(images, at("wild.npy"))).rejects.toThrow(/expected pixels from 0 to 1/);
    await expect(readTruths(images, at("rows.csv"))).rejects.toThrow(/rows.csv: expected samples of shape/);
    await expect(readTruths(images, at("none.npy"))).rejects.toThrow(/none.npy/);
  });
});

describe("measurements", () => {
  const read = (operator: Parameters<typeof readMeasurements>[1], name: string, run = images) =>
    readMeasurements(run, operator, at(name), (samples) => applyOperator(operator, samples));

  test("are taken as they are, besides pixels of 8 bits", async () => {
    const half = downsample({ input: shape, factor: 2, units });
    expect((await read(half, "two.png")).rows.shape).toEqual([1, 1, 2, 2]);
    const project = matrix({
      input: shape,
      matrix: [new Array(16).fill(1), new Array(16).fill(2), new Array(16).fill(3)] as never,
      units,
    });
    expect(Array.from((await read(project, "y.csv")).rows.data)).toEqual([1, 2, 3]);
    await expect(read(half, "four.png")).rejects.toThrow(
      /expected a measurement of shape \[1, 2, 2\], as downsample of \[1, 4, 4\] gives, found \[1, 4, 4\]/,
    );
    await expect(read(fourier({ input: shape, share: 0.5, units }), "four.png")).rejects.toThrow(/picture/);
  });

  test("of parts may be whole samples", async () => {
    const upper = mask({ input: shape, box: [2, 0, 2, 4], units });
    const { rows: seen, remarks } = await read(upper, "floats.npy");
    expect(Array.from(seen.data)).toEqual(Array.from({ length: 8 }, (_, i) => i / 15));
    expect(remarks[0]).toMatch(/whole samples/);
    const { rows: levels } = await read(upper, "levels.npy");
    expect(levels.shape).toEqual([2, 8]);
    expect(levels.data[0]).toBe(-1);
  });

  test("of tables go by the names of columns", async () => {
    const { operator, rows: seen } = await readSeenColumns(rows, at("pay.csv"), "units of the columns");
    expect(operator.recipe.columns).toEqual([1]);
    expect(Array.from(seen.data)).toEqual([10]);
    expect(Array.from((await read(operator, "rows.csv", rows)).rows.data)).toEqual([10, 20]);
    await expect(readSeenColumns(rows, at("y.csv"), "units of the columns")).rejects.toThrow(
      /expected columns of the run: age, pay/,
    );
  });
});
