import { matmul, ndarray, type Tensor, zeros } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { dit } from "./dit.ts";
import { countOf } from "./evaluate.case.ts";
import { mlp } from "./mlp.ts";
import type { Network } from "./network.ts";
import { summary } from "./summary.ts";
import { unet } from "./unet.ts";

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

test("mlp: one part for each layer, a multiply-add for each weight", () => {
  expect(summary(mlp({ width: 10, depth: 2, noiseFeatures: 4, classes: 3 }), [2, 3])).toEqual({
    parts: [
      { name: "input", output: [10], parameters: 14 * 10, multiplyAdds: 13 * 10 },
      { name: "hidden.0", output: [10], parameters: 11 * 10, multiplyAdds: 10 * 10 },
      { name: "output", output: [6], parameters: 11 * 6, multiplyAdds: 10 * 6 },
    ],
    parameters: 140 + 110 + 66,
    multiplyAdds: 130 + 100 + 60,
  });
});

test("unet: its blocks in the order they are used, with multiply-adds counted by hand", () => {
  const network = unet({ width: 8, multipliers: [1, 2], blocks: 1, attention: 4, downsample: "stride", classes: 3 });
  const { parts, parameters, multiplyAdds } = summary(network, [1, 8, 8]);
  const conv = (positions: number, from: number, to: number, taps = 9) => positions * from * to * taps;
  const residual = (positions: number, from: number, to: number) =>
    conv(positions, from, to) +
    conv(positions, to, to) +
    32 * 2 * to +
    (from === to ? 0 : conv(positions, from, to, 1));
  const attention = 16 * 16 * 48 + 2 * 16 * 16 * 16 + 16 * 16 * 16;
  const expected: [string, number[], number][] = [
    ["embedding", [32], 32 * 32 + 3 * 32 + 32 * 32],
    ["input", [8, 8, 8], conv(64, 1, 8)],
    ["down.0.blocks.0.residual", [8, 8, 8], residual(64, 8, 8)],
    ["down.0.halve", [8, 4, 4], conv(16, 8, 8)],
    ["down.1.blocks.0.residual", [16, 4, 4], residual(16, 8, 16)],
    ["down.1.blocks.0.attention", [16, 16], attention],
    ["middle.0.residual", [16, 4, 4], residual(16, 16, 16)],
    ["middle.0.attention", [16, 16], attention],
    ["middle.1.residual", [16, 4, 4], residual(16, 16, 16)],
    ["up.0.blocks.0.residual", [16, 4, 4], residual(16, 32, 16)],
    ["up.0.blocks.0.attention", [16, 16], attention],
    ["up.0.blocks.1.residual", [16, 4, 4], residual(16, 24, 16)],
    ["up.0.blocks.1.attention", [16, 16], attention],
    ["up.0.double", [16, 8, 8], conv(64, 16, 16)],
    ["up.1.blocks.0.residual", [8, 8, 8], residual(64, 24, 8)],
    ["up.1.blocks.1.residual", [8, 8, 8], residual(64, 16, 8)],
    ["output", [1, 8, 8], conv(64, 8, 1)],
  ];
  expect(parts.map(({ name, output, multiplyAdds: count }) => [name, output, count])).toEqual(expected);
  expect(multiplyAdds).toBe(total(expected.map(([, , count]) => count)));
  expect(parameters).toBe(countOf(network.initialise([1, 8, 8], 0)));
  expect(total(parts.map((part) => part.parameters))).toBe(parameters);
});

test("dit: products of attention count for the part whose results they are made of", () => {
  const { parts } = summary(dit({ patch: 2, width: 8, depth: 1, headWidth: 4 }), [1, 4, 6]);
  const found = Object.fromEntries(parts.map(({ name, multiplyAdds }) => [name, multiplyAdds]));
  expect(found).toEqual({
    embedding: 32 * 8 + 8 * 8,
    input: 6 * 4 * 8,
    "blocks.0.modulation": 8 * 48,
    "blocks.0.attention": 6 * 8 * 24 + 2 * 6 * 6 * 8 + 6 * 8 * 8,
    "blocks.0.widen": 6 * 8 * 32,
    "blocks.0.narrow": 6 * 32 * 8,
    output: 8 * 16 + 6 * 8 * 4,
  });
});

describe("networks of one's own", () => {
  const own = (apply: Network["apply"], parameters: ReturnType<Network["initialise"]>): Network => ({
    recipe: { kind: "own" },
    learningRate: 1,
    initialise: () => parameters,
    apply,
  });

  test("parameters used twice count once, their products twice; unused ones are parts too", () => {
    const network = own(
      (parameters, x) => {
        const { w } = parameters as { w: Tensor };
        return matmul(matmul(x, w).tanh(), w.transpose([1, 0]).transpose([1, 0]));
      },
      { w: zeros([3, 3]), idle: { weight: zeros([5]) } },
    );
    expect(summary(network, [3])).toEqual({
      parts: [
        { name: "w", output: [3], parameters: 9, multiplyAdds: 18 },
        { name: "idle", output: [], parameters: 5, multiplyAdds: 0 },
      ],
      parameters: 14,
      multiplyAdds: 18,
    });
  });

  test("products before any parameter are a separate part", () => {
    const network = own((_, x) => matmul(x.reshape([1, 3, 1]), x.reshape([1, 1, 3])), {
      w: ndarray(new Float32Array(1)),
    });
    expect(summary(network, [3]).parts[0]).toEqual({
      name: "(without parameters)",
      output: [3, 3],
      parameters: 0,
      multiplyAdds: 9,
    });
  });
});
