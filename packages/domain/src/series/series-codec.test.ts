import { type NdArray, ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { arraySamples } from "../samples.ts";
import { fitSeries, seriesCodec } from "./series-codec.ts";

const draw = { seed: 0, part: 0 };
const samplesOf = (values: readonly number[], shape: readonly number[]) =>
  arraySamples(ndarray(Float64Array.from(values), shape) as NdArray<"float64">, { sha256: "x", columns: ["a", "b"] });

test("each channel is scaled by its own mean and deviation, and missing values stay missing", async () => {
  const samples = samplesOf([1, 3, Number.NaN, 1e9 + 10, 1e9 - 10, 1e9], [1, 2, 3]);
  const codec = await fitSeries(samples, {});
  expect(codec.absent).toBe(true);
  const encoded = codec.encode(await samples.read([0]), draw);
  expect([...encoded.data]).toEqual([-1, 1, Number.NaN, expect.closeTo(1.2247, 3), expect.closeTo(-1.2247, 3), 0]);
  expect(codec.decode(encoded).data[2]).toBeNaN();
  expect(codec.decode(encoded).data[3]).toBeCloseTo(1e9 + 10, 1);
});

test("a channel without negative values keeps to that; logarithms are of 1 more where there are zeros", async () => {
  const samples = samplesOf([0, 1, 3, 5, 10, 20], [1, 2, 3]);
  const plain = await fitSeries(samples, {});
  expect(plain.decode(ndarray(Float32Array.of(-9, 0, 0, -9, 0, 0), [1, 2, 3])).data[0]).toBe(0);
  const codec = await fitSeries(samples, { logs: true, covariates: 0 });
  const values = await samples.read([0]);
  const back = codec.decode(codec.encode(values, draw)).data;
  for (const [i, value] of values.data.entries()) expect(back[i]).toBeCloseTo(value, 4);
  expect((codec.stored as unknown as { logs: unknown }).logs).toEqual([1, 0]);
  // The log-volume is the sum of the logarithms of the slopes.
  const encoded = codec.encode(values, draw);
  const exact = [0, 1, 2].reduce((sum, t) => sum - Math.log(values.data[t]! + 1) - Math.log(values.data[3 + t]!), 0);
  const { deviations } = codec.stored as unknown as { deviations: number[] };
  expect(codec.volume!(values, encoded).logVolume[0]).toBeCloseTo(
    exact - 3 * Math.log(deviations[0]! * deviations[1]!),
    6,
  );
});

test("logarithms of negative values, and what is never stored, are refused", async () => {
  await expect(fitSeries(samplesOf([-1, 1, 3, 5, 10, 20], [1, 2, 3]), { logs: true })).rejects.toThrow(
    /no negative values/,
  );
  const stored = (await fitSeries(samplesOf([1, 2, 3, 4, 5, 6], [1, 2, 3]), {})).stored;
  expect(() => seriesCodec({ ...stored, deviations: [1, 0] }, [2, 3])).toThrow(/series scaling/);
  expect(() => seriesCodec(stored, [3, 3])).toThrow(/series scaling/);
});

test("without logarithms it says mean and scale of each element, for operators on the data", async () => {
  const samples = samplesOf([1, 3, 2, 5, 10, 20], [1, 2, 3]);
  const { affine, decode } = await fitSeries(samples, {});
  const z = ndarray(Float64Array.of(0.1, -0.2, 0.3, 0.4, -0.1, 0.2), [1, 2, 3]);
  const expected = Array.from(z.data, (value, i) => affine!.mean[i]! + affine!.scale[i]! * value);
  for (const [i, value] of expected.entries()) expect(decode(z).data[i]).toBeCloseTo(value, 9);
  expect((await fitSeries(samples, { logs: true })).affine).toBeUndefined();
});
