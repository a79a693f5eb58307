import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { normal } from "../random/normal.ts";
import { uniform } from "../random/uniform.ts";
import { checkRate, dropout, dropoutFrom, dropoutUniforms } from "./dropout.ts";
import { computed } from "./evaluate.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("the definition: kept where frac(a_c + b_p) >= rate, and divided by 1 - rate", async () => {
  const uniforms = ndarray(Float32Array.of(0.1, 0.6, 0.05, 0.5, 0.875), [1, 5]);
  const x = ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]);
  const { data } = await computed(runtime, (h, u) => dropout(h!, 0.25, u!), x, uniforms);
  // Sums: 0.15 0.6 0.975; 0.65 1.1 1.475
  for (const [i, value] of [0, 2, 3, 4, 0, 6].entries()) expect(data[i]).toBeCloseTo(value / 0.75, 5);
});

describe("masks", () => {
  const [n, channels, positions, rate] = [4000, 4, 6, 0.3];
  const entries = channels * positions;
  const masks = async () => {
    const count = dropoutUniforms([channels, 2, 3]);
    expect(count).toBe(channels + positions);
    const ones = ndarray(new Float32Array(n * entries).fill(1), [n, channels, 2, 3]);
    return computed(runtime, (x, u) => dropout(x!, rate, u!), ones, uniform([n, count], { seed: 1 }));
  };

  test("have mean 1, and any two entries are uncorrelated (5 standard errors)", async () => {
    const { data } = await masks();
    const at = (sample: number, entry: number) => Number(data[sample * entries + entry]);
    // An entry is 0 or 1 / (1 - rate), of variance rate / (1 - rate).
    const variance = rate / (1 - rate);
    for (let i = 0; i < entries; i++) {
      let mean = 0;
      for (let s = 0; s < n; s++) mean += at(s, i) / n;
      expect(Math.abs(mean - 1)).toBeLessThan(5 * Math.sqrt(variance / n));
      for (let j = 0; j < i; j++) {
        let covariance = 0;
        for (let s = 0; s < n; s++) covariance += ((at(s, i) - 1) * (at(s, j) - 1)) / n;
        expect(Math.abs(covariance), `entries ${i} and ${j}`).toBeLessThan((5 * variance) / Math.sqrt(n));
      }
    }
  });
});

describe("dropoutFrom", () => {
  const x = normal([2, 3, 4], { seed: 1 });

  test("layers take their draws in turn, and layers without draws or rate drop nothing", async () => {
    const uniforms = uniform([2, 14], { seed: 2 });
    const twice = await computed(
      runtime,
      (h, u) => {
        const drop = dropoutFrom(0.5, u, 14);
        return drop(drop(h!));
      },
      x,
      uniforms,
    );
    const byHand = await computed(
      runtime,
      (h, u) => dropout(dropout(h!, 0.5, u!.slice([null, [0, 7]])), 0.5, u!.slice([null, [7, 14]])),
      x,
      uniforms,
    );
    expect(twice).toEqual(byHand);
    expect(new Set(twice.data).size).toBeGreaterThan(2);
    for (const [rate, given] of [
      [0.5, false],
      [0, true],
    ] as const)
      expect(
        await computed(runtime, (h, u) => dropoutFrom(rate, given ? u : undefined, 14)(h!).add(0), x, uniforms),
      ).toEqual(x);
  });

  test("rates and draws that do not fit are refused", async () => {
    for (const rate of [-0.1, 1, Number.NaN]) expect(() => checkRate("x", rate)).toThrow(ArgumentError);
    await expect(
      computed(runtime, (h, u) => dropoutFrom(0.5, u, 8)(h!), x, uniform([2, 7], { seed: 2 })),
    ).rejects.toThrow(/expected uniforms \[n, 8\] for dropout, found \[2,7\]/);
  });
});
