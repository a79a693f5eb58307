import { normal } from "@scorefield/core";
import { castArray, type NdArray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, it, test } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import { arrayCoverage } from "./array-coverage.ts";
import { interferometer } from "./interferometer.ts";
import { powerIteration } from "./power-iteration.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const frequencies = arrayCoverage({ antennas: 12, times: 6, longest: 0.5, seed: 4 });
const count = frequencies.shape[0]!;
const [rows, columns] = [24, 21];
const sky = normal([1, rows, columns], { seed: 1, dtype: "float64" });

const visibilities = async (options: object, x: NdArray = sky): Promise<Float64Array> => {
  const made = interferometer({ input: [rows, columns], frequencies, ...options });
  return (await evaluated((v) => ({ y: made.apply(v!) }), [x], runtime)).y!.data as Float64Array;
};

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
};

test("the direct sum is the sum", async () => {
  const expected = new Float64Array(2 * count);
  for (let k = 0; k < count; k++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const [u, v] = [frequencies.data[2 * k]!, frequencies.data[2 * k + 1]!];
        const angle = -2 * Math.PI * (u * (j - 10) + v * (i - 12));
        expected[2 * k]! += sky.data[i * columns + j]! * Math.cos(angle);
        expected[2 * k + 1]! += sky.data[i * columns + j]! * Math.sin(angle);
      }
  expect(distance(await visibilities({ method: "direct" }), expected)).toBeLessThan(1e-13);
});

it.each([
  { width: 3, oversampling: 2, error: 1e-2 },
  { width: 4, oversampling: 2, error: 1e-3 },
  { width: 6, oversampling: 2, error: 1e-5 },
  { width: 8, oversampling: 2, error: 1e-7 },
  { width: 6, oversampling: 1.5, error: 1e-4 },
])("gridding of width $width, oversampling $oversampling errs by less than $error", async ({ error, ...grid }) => {
  const direct = await visibilities({ method: "direct" });
  const found = distance(await visibilities(grid), direct);
  expect(found).toBeLessThan(error);
  // The statement is not looser than it must be.
  expect(found).toBeGreaterThan(error / 30);
});

test("in float32 the default errs no more", async () => {
  const direct = await visibilities({ method: "direct" });
  expect(distance(await visibilities({}, castArray(sky, "float32")), direct)).toBeLessThan(1e-5);
});

test("the bound of the norm is near it", async () => {
  const made = interferometer({ input: [rows, columns], frequencies });
  const found = await powerIteration(made, { runtime, steps: 60 });
  expect(made.norm).toBeGreaterThan(found);
  expect(made.norm).toBeLessThan(2 * found);
});

test("the bound of the norm holds for narrow kernels too, and for a pixel alone, where it is the norm", async () => {
  const ratios: number[] = [];
  for (const width of [2, 3, 4])
    for (const oversampling of [1.25, 1.5, 2])
      for (const f of [0, 0.25]) {
        const made = interferometer({ input: [1, 1], frequencies: [[f, f]], width, oversampling });
        const found = await powerIteration(made, { runtime, steps: 1 });
        ratios.push(found / made.norm);
      }
  expect(Math.max(...ratios)).toBeLessThan(1);
});

test("the array's tracks are ellipses within the longest baseline", () => {
  const { data, shape } = arrayCoverage({ antennas: 3, times: 50, hours: 24, declination: 30, longest: 0.3, seed: 1 });
  expect(shape).toEqual([150, 2]);
  let most = 0;
  for (let k = 0; k < 150; k++) most = Math.max(most, Math.hypot(data[2 * k]!, data[2 * k + 1]!));
  expect(most).toBeCloseTo(0.3, 12);
  // u^2 + ((v - centre) / sin(declination))^2 is the same along a track (Thompson, Moran & Swenson 2017, equation 4.5).
  for (let track = 0; track < 3; track++) {
    const of = (k: number, part: number): number => data[2 * (50 * track + k) + part]!;
    let centre = 0;
    for (let k = 0; k < 50; k++) centre += of(k, 1) / 50;
    const size = (k: number): number => of(k, 0) ** 2 + ((of(k, 1) - centre) / 0.5) ** 2;
    for (let k = 1; k < 50; k++) expect(size(k)).toBeCloseTo(size(0), 10);
  }
});

test("what does not fit is named", () => {
  expect(() => interferometer({ input: [8, 8], frequencies: [[0.6, 0]] })).toThrow(
    /frequencies: expected cycles per pixel from -1\/2 to 1\/2, found 0.6/,
  );
  expect(() => interferometer({ input: [8, 8], frequencies: [[0.1, 0, 0]] })).toThrow(/expected \[visibilities, 2\]/);
  expect(() => arrayCoverage({ antennas: 1 })).toThrow(/antennas: expected at least 2, found 1/);
});
