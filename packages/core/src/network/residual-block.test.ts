import type { NdArray, Tensor, Tensors } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { computed, leavesOf, randomised } from "./evaluate.case.ts";
import { layerDraws } from "./initialisation.ts";
import type { Parameters } from "./network.ts";
import { initialResidualBlock, type ResidualBlock, residualBlock } from "./residual-block.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const options = { features: 3, kernel: [3], draws: layerDraws(0) };
const x = normal([2, 4, 5], { seed: 1 });
const embedding = normal([2, 3], { seed: 2 });

const run = (parameters: Parameters, skipRescale: boolean, drop = (h: Tensor): Tensor => h) => {
  const { leaves, unflatten } = leavesOf(parameters);
  return computed(
    runtime,
    (h, e, ...values) =>
      residualBlock(unflatten(values) as Tensors as unknown as ResidualBlock<Tensor>, h!, e!, { drop, skipRescale }),
    x,
    embedding,
    ...leaves,
  );
};

test("starts as its skip connection, rescaled if so wished", async () => {
  const parameters = initialResidualBlock(4, 4, options);
  expect(parameters.skip).toBeUndefined();
  expect(await run(parameters, false)).toEqual(x);
  const { data } = await run(parameters, true);
  for (const [i, value] of x.data.entries()) expect(data[i]).toBeCloseTo(Number(value) * Math.SQRT1_2, 6);
});

/** Channels of one sample, each a row of numbers. */
type Rows = readonly (readonly number[])[];
const rowsOf = ({ data, shape }: NdArray, sample: number): Rows =>
  Array.from({ length: shape[1]! }, (_, c) =>
    Array.from({ length: shape[2]! }, (_, i) => Number(data[(sample * shape[1]! + c) * shape[2]! + i])),
  );
const silu = (v: number) => v / (1 + Math.exp(-v));
const each = (rows: Rows, f: (v: number, channel: number) => number): Rows =>
  rows.map((row, c) => row.map((v) => f(v, c)));

test("is its definition, worked out in plain numbers, from 4 to 8 channels", async () => {
  const parameters = randomised(initialResidualBlock(4, 8, options) as Parameters);
  const { leaves, paths } = leavesOf(parameters);
  const leaf = (name: string) => leaves[paths.indexOf(name)]!;
  const convolved = (rows: Rows, name: string): Rows => {
    const weight = leaf(`${name}.weight`);
    const [outputs, inputs, taps] = weight.shape as [number, number, number];
    return Array.from({ length: outputs }, (_, o) =>
      rows[0]!.map((_, i) => {
        let sum = Number(leaf(`${name}.bias`).data[o]);
        for (let c = 0; c < inputs; c++)
          for (let k = 0; k < taps; k++)
            sum += weight.data[(o * inputs + c) * taps + k]! * (rows[c]![i + k - (taps >> 1)] ?? 0);
        return sum;
      }),
    );
  };
  const normalised = (rows: Rows): Rows => {
    const groups = rows.length / 4;
    const parts = Array.from({ length: groups }, (_, g) => {
      const values = rows.slice(4 * g, 4 * g + 4).flat();
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
      return (v: number) => (v - mean) / Math.sqrt(variance + 1e-5);
    });
    return each(rows, (v, c) => parts[Math.floor(c / 4)]!(v));
  };
  const found = await run(parameters, true, (h) => h.multiply(0.5));
  expect(found.shape).toEqual([2, 8, 5]);
  for (const sample of [0, 1]) {
    const modulation = Array.from({ length: 16 }, (_, j) =>
      [0, 1, 2].reduce(
        (sum, i) => sum + Number(embedding.data[3 * sample + i]) * leaf("modulation.weight").data[16 * i + j]!,
        leaf("modulation.bias").data[j]!,
      ),
    );
    const input = rowsOf(x, sample);
    const start = each(normalised(input), (v, c) =>
      silu(v * leaf("norm.scale").data[c]! + leaf("norm.shift").data[c]!),
    );
    const middle = each(
      normalised(convolved(start, "first")),
      (v, c) => 0.5 * silu(v * (1 + modulation[c]!) + modulation[8 + c]!),
    );
    const branch = convolved(middle, "second");
    const expected = each(convolved(input, "skip"), (v) => v).map((row, c) =>
      row.map((v, i) => (v + branch[c]![i]!) * Math.SQRT1_2),
    );
    for (const [c, row] of rowsOf(found, sample).entries())
      for (const [i, value] of row.entries()) expect(value).toBeCloseTo(expected[c]![i]!, 4);
  }
});
