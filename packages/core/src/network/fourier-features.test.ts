import { compile, jvp, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { fourierFeatures, noiseFeatures } from "./fourier-features.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const features = async (values: number[], count: number, highest: number) => {
  const compiled = await compile(
    (c: Tensor) => fourierFeatures(c, count, highest),
    [{ shape: [values.length], dtype: "float64" }],
    { runtime },
  );
  const result = await compiled(ndarray(Float64Array.from(values)));
  await compiled.dispose();
  return result;
};

test("cosines, then sines, at frequencies 1, 2, 4, 8", async () => {
  const values = [-1.3, 0, 0.4];
  const { data, shape } = await features(values, 8, 8);
  expect(shape).toEqual([3, 8]);
  for (const [i, c] of values.entries())
    for (const [k, frequency] of [1, 2, 4, 8].entries()) {
      expect(data[8 * i + k]).toBeCloseTo(Math.cos(frequency * c), 12);
      expect(data[8 * i + 4 + k]).toBeCloseTo(Math.sin(frequency * c), 12);
    }
});

test("a single pair has frequency 1", async () => {
  const { data } = await features([0.7], 2, 64);
  expect(data[0]).toBeCloseTo(Math.cos(0.7), 12);
  expect(data[1]).toBeCloseTo(Math.sin(0.7), 12);
});

test("an odd count is refused", async () => {
  for (const count of [7, 0, -2, 2.5]) await expect(features([0], count, 8)).rejects.toThrow(ArgumentError);
});

test("features of the share of noise move slowly, whatever the level", async () => {
  const levels = [-3, -1, -0.1, 0, 0.1, 1, 3];
  const compiled = await compile(
    (c: Tensor) => ({
      found: noiseFeatures(c, 8, "share"),
      right: fourierFeatures(c.multiply(4).exp().divide(c.multiply(4).exp().add(1)), 8, 8),
      // d/ds of s = sigma / (alpha + sigma), by c = log(s / (1 - s)) / 4.
      rate: jvp(
        ({ s }: { s: Tensor }) => noiseFeatures(s.divide(s.negate().add(1)).log().multiply(0.25), 8, "share"),
        { s: c.multiply(4).sigmoid() },
        { s: c.multiply(0).add(1) },
      )[1],
    }),
    [{ shape: [levels.length], dtype: "float64" }],
    { runtime },
  );
  const { found, right, rate } = await compiled(ndarray(Float64Array.from(levels)));
  await compiled.dispose();
  for (let i = 0; i < found.data.length; i++) expect(found.data[i]).toBeCloseTo(Number(right.data[i]), 12);
  // The highest frequency is 8.
  expect(Math.max(...Array.from(rate.data as Float64Array, Math.abs))).toBeLessThan(8 + 1e-6);
});
