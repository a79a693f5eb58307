import { isNdArray, mapTree, type NdArray, ndarray, type Shape, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { normal } from "../random/normal.ts";
import { dit } from "./dit.ts";
import { countOf, evaluate, leavesOf } from "./evaluate.case.ts";
import { initialLinear } from "./linear.ts";
import { mlp } from "./mlp.ts";
import type { Parameters } from "./network.ts";
import { unet } from "./unet.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

describe("parameters", () => {
  test("37,762 for points in the plane, with width 128 and depth 3", () => {
    expect(countOf(mlp({ width: 128, depth: 3 }).initialise([2], 0))).toBe(37_762);
    expect(countOf(mlp().initialise([2], 0))).toBe(37_762);
  });

  test("(d + features + 1) w + (depth - 1) (w + 1) w + (w + 1) d of them, for any shape and size", () => {
    const cases: [Shape, number, number, number][] = [
      [[1], 8, 1, 2],
      [[21], 16, 4, 8],
      [[2, 3, 4], 5, 2, 6],
    ];
    for (const [shape, width, depth, noiseFeatures] of cases) {
      const d = sizeOf(shape);
      expect(countOf(mlp({ width, depth, noiseFeatures }).initialise(shape, 0))).toBe(
        (d + noiseFeatures + 1) * width + (depth - 1) * (width + 1) * width + (width + 1) * d,
      );
    }
  });

  test("the same for the same seed, others for another, and no two layers alike", () => {
    const network = mlp({ width: 8, depth: 3 });
    const first = leavesOf(network.initialise([8], 4));
    expect(leavesOf(network.initialise([8], 4)).leaves).toEqual(first.leaves);
    const other = leavesOf(network.initialise([8], 5));
    const at = (name: string, { paths, leaves } = first) => leaves[paths.indexOf(name)]!.data;
    expect(at("input.weight", other)).not.toEqual(at("input.weight"));
    expect(at("hidden.0.weight", other)).not.toEqual(at("hidden.0.weight"));
    expect(at("hidden.0.weight")).not.toEqual(at("hidden.1.weight"));
    expect(at("hidden.0.weight")).not.toEqual(at("input.weight").slice(0, 64));
  });

  test("weights have variance gain^2 / inputs (4 standard errors), biases are 0", () => {
    const { weight, bias } = initialLinear(300, 400, { seed: 1, step: 0, gain: 2 });
    const n = weight.data.length;
    const variance = (weight.data as Float32Array).reduce((sum, value) => sum + value ** 2, 0) / n;
    expect(Math.abs((variance * 300) / 4 - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect((bias.data as Float32Array).every((value) => value === 0)).toBe(true);
  });
});

describe("the function", () => {
  for (const shape of [[1], [2], [3, 2, 2]])
    test(`starts at zero, of the shape of its data [${shape}]`, async () => {
      const network = mlp({ width: 8 });
      const x = normal([5, ...shape], { seed: 1 });
      const result = await evaluate(runtime, network, network.initialise(shape, 3), {
        x,
        noiseLevel: normal([5], { seed: 2 }),
      });
      expect(result.shape).toEqual([5, ...shape]);
      expect(result.data.every((value) => Number(value) === 0)).toBe(true);
    });

  test("is its definition, worked out in plain numbers", async () => {
    const network = mlp({ width: 3, depth: 2, noiseFeatures: 4 });
    let seed = 0;
    const random = ({ shape }: NdArray) => normal(shape, { seed: seed++ });
    const parameters = mapTree(network.initialise([2], 0), random, isNdArray) as Parameters;
    const { leaves, paths } = leavesOf(parameters);
    const layer = (name: string, input: readonly number[]): number[] => {
      const weight = leaves[paths.indexOf(`${name}.weight`)]!;
      const bias = leaves[paths.indexOf(`${name}.bias`)]!;
      const outputs = weight.shape[1]!;
      return Array.from(bias.data, (b, j) => input.reduce((sum, x, i) => sum + x * weight.data[i * outputs + j]!, b));
    };
    const silu = (x: number) => x / (1 + Math.exp(-x));
    const points = [
      [0.3, -1.2, 0.4],
      [2, 0.1, -0.9],
    ] as const;
    const expected = points.flatMap(([a, b, c]) => {
      const features = [Math.cos(c), Math.cos(64 * c), Math.sin(c), Math.sin(64 * c)];
      const first = layer("input", [a, b, ...features]).map(silu);
      const second = layer("hidden.0", first).map((value, i) => first[i]! + silu(value));
      return layer("output", second);
    });
    const x = ndarray(Float32Array.from(points.flatMap((point) => point.slice(0, 2))), [2, 2]);
    const level = ndarray(Float32Array.from(points, ([, , c]) => c));
    const found = await evaluate(runtime, network, parameters, { x, noiseLevel: level });
    for (const [i, value] of expected.entries()) expect(Number(found.data[i])).toBeCloseTo(value, 4);
  });
});

test("recipe and bad options", () => {
  expect(mlp({ width: 64 }).recipe).toEqual({
    kind: "mlp",
    width: 64,
    depth: 3,
    noiseFeatures: 32,
    classes: 0,
    observed: 0,
    target: false,
    noiseEmbedding: "log",
  });
  for (const bad of [{ width: 0 }, { width: 1.5 }, { depth: 0 }, { noiseFeatures: 0 }, { noiseFeatures: 7 }])
    expect(() => mlp(bad)).toThrow(ArgumentError);
  expect(() => mlp({ noiseFeatures: 7 })).toThrow(/noiseFeatures: expected an even positive number, found 7/);
});

test("a layer larger than any runtime takes is refused before memory is filled with it", () => {
  expect(() => mlp({ width: 1e6 }).initialise([3], 0)).toThrow(
    /at most 268435456 weights, found one of \[1000000, 1000000\]/,
  );
});

test("more layers than can be built are refused at once", () => {
  expect(() => mlp({ depth: 1e9 })).toThrow(/mlp depth: expected at most 10000/);
  expect(() => mlp({ depth: 1000, width: 16_000 })).toThrow(/mlp depth: expected at most 2 for layers of this width/);
  expect(() => dit({ depth: 1e9 })).toThrow(
    /dit depth: expected at most 1213 for layers of this width, found 1000000000/,
  );
  expect(() => unet({ blocks: 1e9, width: 1 })).toThrow(/unet blocks: expected at most 10000/);
});
