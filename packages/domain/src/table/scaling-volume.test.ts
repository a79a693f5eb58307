import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import type { StoredCodec } from "../codec.ts";
import { fitDistribution, quantileMap } from "./quantile.ts";
import { applyScaling, fitScaling, type ScalingKind, scalingCodec } from "./scaling.ts";

const draw = { seed: 0, part: 0 };
const rows = ndarray(Float64Array.of(1, 10, 3, 50, 5, 30, 2, 20), [4, 2]);
const codecOf = (kind: ScalingKind, values: typeof rows) =>
  scalingCodec(fitScaling(kind, values) as unknown as StoredCodec);
const volumeOf = (kind: ScalingKind, fitted: typeof rows, values = fitted) => {
  const codec = codecOf(kind, fitted);
  return codec.volume?.(values, codec.encode(values, draw));
};

test.each([1, 1e-300, 1e300])("the derivative of the standard scaling, in numbers, for values of size %s", (size) => {
  const scaled = ndarray(
    rows.data.map((value, k) => (k % 2 === 0 ? size * value : value)),
    [4, 2],
  );
  const scaling = fitScaling("standard", scaled);
  const { logVolume, atoms } = volumeOf("standard", scaled)!;
  expect([...atoms]).toEqual([0, 0, 0, 0]);
  const at = (x: number, y: number) => applyScaling(scaling, ndarray(Float64Array.of(x * size, y), [1, 2]), draw).data;
  for (const [x, y] of [
    [2, 30],
    [-4, 7],
  ] as const) {
    const [high, low] = [at(x + 0.5, y + 5), at(x - 0.5, y - 5)];
    const [dx, dy] = [high[0]! - low[0]!, (high[1]! - low[1]!) / 10];
    // Scores are float32, of size up to 10.
    expect(Math.log(dx) + Math.log(dy) - Math.log(size)).toBeCloseTo(logVolume[0]!, 4);
  }
});

test("none changes nothing; constant columns have no density", () => {
  expect([...volumeOf("none", rows)!.logVolume]).toEqual([0, 0, 0, 0]);
  for (const kind of ["standard", "quantile"] as const) {
    const codec = codecOf(kind, ndarray(Float64Array.of(1, 7, 2, 7), [2, 2]));
    expect([codec.volume, codec.smooth, codec.because]).toEqual([undefined, false, "a constant column"]);
  }
});

const logNormal = (z: number) => -(z ** 2) / 2 - 0.5 * Math.log(2 * Math.PI);

describe("quantile scaling", () => {
  const column = normal([5000], { seed: 3, dtype: "float64" }).data.map((z) => Math.exp(z));
  const map = quantileMap(fitDistribution(column));

  test.each([0.2, 0.7, 1.31, 4.4])("between values, the slope of the map at %d by differences", (value) => {
    const step = 1e-7;
    const [low, high] = [map.toScore(value - step, 0.5), map.toScore(value + step, 0.5)];
    const found = map.volume(value, map.toScore(value, 0.5));
    expect(found.atom).toBe(false);
    expect(found.logVolume).toBeCloseTo(Math.log((high - low) / (2 * step)), 3);
  });

  test("a model without fault has the data's own density: log-normal to what 5,000 rows tell", () => {
    const errors = Array.from({ length: 400 }, (_, i) => {
      const value = 0.3 + (2.5 * i) / 400;
      const score = map.toScore(value, 0.5);
      return logNormal(score) + map.volume(value, score).logVolume - (logNormal(Math.log(value)) - Math.log(value));
    });
    // A density from the gaps between a thousand kept values: every fifth of the rows, so about sqrt(1 / 5) each.
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(Math.abs(mean)).toBeLessThan(0.15);
  });

  test("repeated values have their share of the rows as probability, for any score", () => {
    const mixed = Float64Array.from([0, 0, 0, 0, 0, 0, 1, 2, 2, 50]);
    const { volume, toScore } = quantileMap(fitDistribution(mixed));
    for (const [value, share] of [
      [0, 0.6],
      [2, 0.2],
    ] as const)
      for (const u of [0.01, 0.5, 0.99]) {
        const score = toScore(value, u);
        const { logVolume, atom } = volume(value, score);
        expect(atom).toBe(true);
        // Scores that the model learns fill 0.6 of the value's range with the normal density over 0.6.
        expect(Math.exp(logNormal(score) - Math.log(0.6) + logVolume)).toBeCloseTo(share, 6);
      }
  });

  test("all probability is one: steps, what lies between them and both tails", () => {
    const ten = column.slice(0, 70);
    for (const mixed of [column.slice(0, 50), Float64Array.from([...Array(30).fill(0.9), ...ten])]) {
      const distribution = fitDistribution(mixed);
      const { volume, toScore, toValueBeyond } = quantileMap(distribution);
      const density = (value: number) =>
        Math.exp(logNormal(toScore(value, 0.5)) + volume(value, toScore(value, 0.5)).logVolume);
      const { values, counts } = distribution;
      let total = 0;
      for (const [i, value] of values.entries()) if (counts[i]! > 1) total += density(value);
      const tails = Array.from({ length: 401 }, (_, i) => 2.5 + i / 50);
      const outside = (side: number) => [values.at(side < 0 ? 0 : -1)!, ...tails.map((z) => toValueBeyond(side * z))];
      const ends = [...new Set([...outside(-1), ...values, ...outside(1)])].sort((x, y) => x - y);
      for (let i = 1; i < ends.length; i++) {
        const pieces = 50;
        const width = (ends[i]! - ends[i - 1]!) / pieces;
        for (let k = 0; k < pieces; k++) total += density(ends[i - 1]! + (k + 0.5) * width) * width;
      }
      expect(total).toBeCloseTo(1, 3);
    }
  });

  test("beyond the range, the slope of the map; values that no column of repeated ones can have are nowhere", () => {
    const fitted = quantileMap(fitDistribution(column.slice(0, 500)));
    for (const value of [-30, -0.1, 40, 1e4]) {
      const step = Math.abs(value) * 1e-6;
      const [low, high] = [fitted.toScore(value - step, 0.5), fitted.toScore(value + step, 0.5)];
      const { logVolume, atom } = fitted.volume(value, fitted.toScore(value, 0.5));
      expect(atom).toBe(false);
      expect(logVolume).toBeCloseTo(Math.log((high - low) / (2 * step)), 4);
    }
    const two = Float64Array.from([0, 0, 0, 1, 1, 1]);
    const { volume, toScore } = quantileMap(fitDistribution(two));
    expect(volume(0.5, toScore(0.5, 0.5)).logVolume).toBe(-Infinity);
    for (const value of [-1, 2]) expect(Math.abs(volume(value, toScore(value, 0.5)).logVolume)).toBeLessThan(10);
    // Whole numbers with one missing between: a new row may well hold it.
    const whole = quantileMap(fitDistribution(Float64Array.from([1, 1, 2, 2, 4, 4, 4])));
    expect(Math.abs(whole.volume(3, whole.toScore(3, 0.5)).logVolume)).toBeLessThan(10);
  });

  test("rows say how many of their columns are steps, and whether one lies beyond", () => {
    const table = ndarray(
      Float64Array.from({ length: 100 }, (_, k) => (k % 2 === 0 ? column[k]! : k % 4 === 1 ? 5 : column[k]!)),
      [50, 2],
    );
    const { atoms } = volumeOf("quantile", table)!;
    for (const [i, count] of atoms.entries()) expect(count).toBe(i % 2 === 0 ? 1 : 0);
    expect(codecOf("quantile", table).beyond!(ndarray(Float64Array.of(1e9, 5), [1, 2]))).toBe(1);
  });
});
