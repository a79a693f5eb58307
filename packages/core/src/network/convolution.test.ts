import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { convolution, initialConvolution } from "./convolution.ts";
import { computed } from "./evaluate.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("sums neighbours with the weights, zeros beyond the edges, and steps by the stride", async () => {
  const x = ndarray(Float32Array.of(1, 2, 3, 4, 5), [1, 1, 5]);
  const weight = ndarray(Float32Array.of(1, 10, 100), [1, 1, 3]);
  const bias = ndarray(Float32Array.of(0.5));
  const run = (stride: number) =>
    computed(runtime, (input, w, b) => convolution({ weight: w!, bias: b! }, input!, stride), x, weight, bias);
  expect(Array.from((await run(1)).data)).toEqual([210.5, 321.5, 432.5, 543.5, 54.5]);
  expect(Array.from((await run(2)).data)).toEqual([210.5, 432.5, 54.5]);
});

test("keeps the size of samples with one to three axes, and halves it rounded up", async () => {
  for (const spatial of [[5], [4, 3], [2, 3, 4]]) {
    const { weight, bias } = initialConvolution(
      2,
      3,
      spatial.map(() => 3),
      { seed: 0, step: 0 },
    );
    const run = (stride: number) =>
      computed(
        runtime,
        (x, w, b) => convolution({ weight: w!, bias: b! }, x!, stride),
        normal([2, 2, ...spatial], { seed: 1 }),
        weight,
        bias,
      );
    expect((await run(1)).shape).toEqual([2, 3, ...spatial]);
    expect((await run(2)).shape).toEqual([2, 3, ...spatial.map((n) => Math.ceil(n / 2))]);
  }
});

test("weights have variance gain^2 / fan-in (4 standard errors), biases are 0, and so is all at gain 0", () => {
  const { weight, bias } = initialConvolution(40, 50, [3, 3], { seed: 1, step: 2, gain: 2 });
  const n = weight.data.length;
  const variance = (weight.data as Float32Array).reduce((sum, value) => sum + value ** 2, 0) / n;
  expect(weight.shape).toEqual([50, 40, 3, 3]);
  expect(Math.abs((variance * 360) / 4 - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  expect(bias.data.every((value) => value === 0)).toBe(true);
  expect(initialConvolution(2, 2, [3], { seed: 1, step: 2, gain: 0 }).weight.data.every((v) => v === 0)).toBe(true);
});
