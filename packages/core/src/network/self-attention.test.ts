import { type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { computed, leavesOf, randomised } from "./evaluate.case.ts";
import { layerDraws } from "./initialisation.ts";
import type { Parameters } from "./network.ts";
import {
  type AttentionBlock,
  attentionBlock,
  headsOf,
  initialAttentionBlock,
  initialSelfAttention,
  type SelfAttention,
  selfAttention,
} from "./self-attention.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("a number of heads of about the width that divides the features", () => {
  for (const [features, width, heads] of [
    [128, 64, 2],
    [192, 64, 3],
    [32, 64, 1],
    [96, 64, 1],
    [160, 64, 2],
    [100, 30, 2],
  ] as const)
    expect(headsOf(features, width)).toBe(heads);
});

describe("selfAttention", () => {
  const parameters = randomised(initialSelfAttention(4, layerDraws(0)) as Parameters);
  const { leaves, paths, unflatten } = leavesOf(parameters);
  const run = (tokens: NdArray) =>
    computed(
      runtime,
      (t, ...values) => selfAttention(unflatten(values) as SelfAttention<Tensor>, t!, 2),
      tokens,
      ...leaves,
    );
  const tokens = normal([2, 3, 4], { seed: 1 });

  test("is its definition, worked out in plain numbers, with two heads", async () => {
    const linear = (name: string, input: readonly number[]): number[] => {
      const weight = leaves[paths.indexOf(`${name}.weight`)]!;
      const outputs = weight.shape[1]!;
      return Array.from(leaves[paths.indexOf(`${name}.bias`)]!.data, (b, j) =>
        input.reduce((sum, v, i) => sum + v * weight.data[i * outputs + j]!, b),
      );
    };
    const found = await run(tokens);
    for (const sample of [0, 1]) {
      const rows = [0, 1, 2].map((i) =>
        linear("input", Array.from(tokens.data.slice(12 * sample + 4 * i, 12 * sample + 4 * i + 4), Number)),
      );
      const heads = [0, 1].map((head) => {
        const part = (which: number) => rows.map((row) => row.slice(4 * which + 2 * head, 4 * which + 2 * head + 2));
        const [q, k, v] = [part(0), part(1), part(2)];
        return q.map((query) => {
          const scores = k.map((key) => Math.exp((query[0]! * key[0]! + query[1]! * key[1]!) / Math.SQRT2));
          const total = scores.reduce((a, b) => a + b, 0);
          return [0, 1].map((d) => scores.reduce((sum, s, i) => sum + (s / total) * v[i]![d]!, 0));
        });
      });
      for (const i of [0, 1, 2])
        for (const [j, value] of linear("output", [...heads[0]![i]!, ...heads[1]![i]!]).entries())
          expect(found.data[12 * sample + 4 * i + j]).toBeCloseTo(value, 5);
    }
  });

  test("tokens in another order give results in that order", async () => {
    const turned = ndarray(
      Float32Array.from(tokens.data, (_, i) => Number(tokens.data[i < 12 ? (i + 4) % 12 : i])),
      [2, 3, 4],
    );
    const [plain, moved] = [(await run(tokens)).data, (await run(turned)).data];
    for (let i = 0; i < 24; i++) expect(moved[i]).toBeCloseTo(Number(plain[i < 12 ? (i + 4) % 12 : i]), 6);
  });
});

describe("attentionBlock", () => {
  const x = normal([2, 8, 2, 3], { seed: 1 });
  const run = (parameters: Parameters, input: NdArray, skipRescale: boolean) => {
    const { leaves, unflatten } = leavesOf(parameters);
    return computed(
      runtime,
      (h, ...values) => attentionBlock(unflatten(values) as AttentionBlock<Tensor>, h!, { headWidth: 4, skipRescale }),
      input,
      ...leaves,
    );
  };

  test("starts as its skip connection", async () => {
    const parameters = initialAttentionBlock(8, layerDraws(0)) as Parameters;
    expect(await run(parameters, x, false)).toEqual(x);
  });

  test("does not know where positions lie: transposed images give transposed results", async () => {
    const parameters = randomised(initialAttentionBlock(8, layerDraws(0)) as Parameters);
    const place = (i: number) => {
      const [rest, row, column] = [Math.floor(i / 6), Math.floor((i % 6) / 2), i % 2];
      return 6 * rest + 3 * column + row;
    };
    const turned = ndarray(
      Float32Array.from(x.data, (_, i) => Number(x.data[place(i)])),
      [2, 8, 3, 2],
    );
    const [plain, moved] = [(await run(parameters, x, true)).data, await run(parameters, turned, true)];
    expect(moved.shape).toEqual([2, 8, 3, 2]);
    for (let i = 0; i < 96; i++) expect(moved.data[i]).toBeCloseTo(Number(plain[place(i)]), 5);
  });
});
