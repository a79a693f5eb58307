import { erf, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { expandTime } from "../model/expand-time.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { edm } from "../process/edm.ts";
import { integers } from "../random/uniform.ts";
import { functionTruths } from "../sampling/truths.case.ts";
import { bitsPerDimension, dequantise } from "./bits-per-dimension.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

functionTruths("bitsPerDimension", runtime);

const process = edm({ sigmaMin: 1e-3, sigmaMax: 1e4 });

/** The score of a density uniform on [-a, a] in every dimension, under noise. */
const uniformModel = (a: number, d: number): ScoreModel => {
  const score: ScoreModel["denoise"] = (x, t) => {
    const sigma = expandTime(process.sigma(t), 2);
    const [left, right] = [x.add(a).divide(sigma), x.subtract(a).divide(sigma)];
    const bell = (z: typeof x) =>
      z
        .square()
        .multiply(-0.5)
        .exp()
        .multiply(1 / Math.sqrt(2 * Math.PI));
    const mass = erf(left.multiply(Math.SQRT1_2))
      .subtract(erf(right.multiply(Math.SQRT1_2)))
      .multiply(0.5);
    return bell(left).subtract(bell(right)).divide(mass.multiply(sigma));
  };
  return {
    process,
    shape: [d],
    score,
    denoise: (x, t) => x.add(score(x, t).multiply(expandTime(process.sigma(t), 2).square())),
  };
};

describe("8 bits", () => {
  test("a uniform density takes 8 bits through the flow", async () => {
    const values = integers([60, 2], { seed: 1, low: 4, high: 252 });
    const options = { dtype: "float64", runtime } as const;
    const edges = await bitsPerDimension(uniformModel(1, 2), values, { ...options, range: [-255 / 256, 255 / 256] });
    const middles = await bitsPerDimension(uniformModel(256 / 255, 2), values, options);
    for (const { bits, mean } of [edges, middles]) {
      for (const value of bits.data) expect(value).toBeCloseTo(8, 3);
      expect(mean).toBeCloseTo(8, 3);
    }
  });
});

test("a scaling of the data leaves the bits alone", async () => {
  const values = integers([30, 3], { seed: 2, high: 16 });
  const options = { levels: 16, tolerance: 1e-7, dtype: "float64", runtime } as const;
  const found = [];
  for (const scale of [1, 3]) {
    const model = exact(gaussian({ mean: [0, 0, 0], covariance: 0.25 * scale ** 2 }), process);
    found.push(await bitsPerDimension(model, values, { ...options, range: [-scale, scale] }));
  }
  expect(found[1]!.mean).toBeCloseTo(found[0]!.mean, 4);
  expect(found[0]!.standardError).toBeGreaterThan(0);
});

test("dequantisation: reproducible by seed, inside the cell, for any element type", () => {
  const values = integers([500], { seed: 3, high: 256 });
  const x = dequantise(values, { seed: 1 });
  expect(dequantise(values, { seed: 1 })).toEqual(x);
  expect(dequantise(values, { seed: 2 })).not.toEqual(x);
  expect(dequantise(values, { seed: 1, draw: 1 })).not.toEqual(x);
  const centres = Array.from(values.data, (value) => value / 127.5 - 1);
  const offsets = centres.map((centre, i) => (x.data[i]! - centre) * 127.5);
  expect(Math.max(...offsets.map(Math.abs))).toBeLessThan(0.50001);
  expect(Math.abs(offsets.reduce((a, b) => a + b, 0) / 500)).toBeLessThan(4 / Math.sqrt(12 * 500));
  const bytes = ndarray(Uint8Array.from(values.data));
  expect(dequantise(bytes, { seed: 1 })).toEqual(x);
});

test("draws in the cell are averaged", async () => {
  const model = exact(gaussian({ mean: [0], covariance: 1 }), process);
  const values = ndarray(Int32Array.of(0, 3), [2, 1]);
  const options = { levels: 4, dtype: "float64", runtime } as const;
  const one = await bitsPerDimension(model, values, options);
  const many = await bitsPerDimension(model, values, { ...options, draws: 30 });
  const byHand = 0.5 * Math.log2(2 * Math.PI) + (1 + 1 / 27) / (2 * Math.LN2) - Math.log2(2 / 3);
  expect(many.bits.data[0]).not.toBe(one.bits.data[0]);
  // (1 + 2 u / 3)^2 / (2 ln 2) has a deviation of about 0.28 in u.
  expect(Math.abs(many.mean - byHand)).toBeLessThan((4 * 0.28) / Math.sqrt(60));
});

test("what is refused", async () => {
  expect(() => dequantise(ndarray(Float32Array.of(1.5)))).toThrow(/whole numbers from 0 to 255, found 1.5 at 0/);
  expect(() => dequantise(ndarray(Int32Array.of(256)))).toThrow(ArgumentError);
  expect(() => dequantise(ndarray(Int32Array.of(0)), { levels: 1 })).toThrow(/levels/);
  expect(() => dequantise(ndarray(Int32Array.of(0)), { range: [1, 1] })).toThrow(/range/);
  const model = uniformModel(1, 2);
  await expect(bitsPerDimension(model, ndarray(new Int32Array(2), [1, 2]), { draws: 0 })).rejects.toThrow(/draws/);
  await expect(bitsPerDimension(model, ndarray(new Int32Array(0), [0, 2]))).rejects.toThrow(ShapeError);
});
