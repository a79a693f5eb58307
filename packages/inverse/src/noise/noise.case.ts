/** What every noise must do: a suite that each of them passes. */
import { normal } from "@scorefield/core";
import { type NdArray, ndarray, type Runtime, ShapeError } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import type { Noise } from "./noise.ts";
import { noiseFromRecipe } from "./noises.ts";

/** A z of positive numbers, [n, 2, 2]. */
const noiseless = (n: number): NdArray<"float64"> => {
  const z = normal([n, 2, 2], { seed: 1, dtype: "float64" });
  return { ...z, data: z.data.map((value) => Math.abs(value) + 0.5) };
};

/**
 * Tests of a noise: made again from its recipe; draws by the seed and sample alone, whose mean and variance are as said, within
 * four standard errors; a likelihood for each sample; refusals.
 * @param make for measurements of 4 numbers
 * @param mean E y given z, of noise that has a bias
 */
export const noiseSuite = (
  name: string,
  make: () => Noise,
  runtime: Runtime,
  mean: (z: number) => number = (z) => z,
): void => {
  describe(name, () => {
    test("is made again from the JSON of its recipe", () => {
      const { recipe, kind, units } = make();
      expect(recipe.kind).toBe(kind);
      expect(units.length).toBeGreaterThan(0);
      const again = noiseFromRecipe(JSON.parse(JSON.stringify(recipe)));
      expect(again.recipe).toEqual(recipe);
      expect(again.draw(noiseless(2), { seed: 3 })).toEqual(make().draw(noiseless(2), { seed: 3 }));
    });

    test("draws sample i by the seed and i alone", () => {
      const z = noiseless(3);
      const y = make().draw(z, { seed: 5 });
      expect([y.shape, y.dtype]).toEqual([z.shape, "float64"]);
      const last = ndarray(z.data.slice(8), [1, 2, 2]);
      expect(make().draw(last, { seed: 5, firstSample: 2 }).data).toEqual(y.data.slice(8));
      expect(make().draw(z, { seed: 6 }).data).not.toEqual(y.data);
      expect(make().draw(z, { seed: 5, step: 1 }).data).not.toEqual(y.data);
      expect(
        make().draw({ dtype: "float32", shape: [1, 4], data: Float32Array.of(1, 2, 3, 4) }, { seed: 1 }).dtype,
      ).toBe("float32");
    });

    test("draws have the mean and the variance that it says", async () => {
      const n = 20_000;
      const one = noiseless(1);
      const z = ndarray(
        Float64Array.from({ length: 4 * n }, (_, i) => one.data[i % 4]!),
        [n, 2, 2],
      );
      const y = make().draw(z, { seed: 8 }).data;
      const { variance } = await evaluated((z) => ({ variance: make().variance(z!) }), [one], runtime);
      const errors = Float64Array.from({ length: n }, (_, i) => {
        let sum = 0;
        for (let j = 0; j < 4; j++) sum += (y[4 * i + j]! - one.data[j]!) ** 2 / 4;
        return sum;
      });
      const square = errors.reduce((sum, value) => sum + value, 0) / n;
      const spread = Math.sqrt(errors.reduce((sum, value) => sum + (value - square) ** 2, 0) / n);
      expect(Math.abs(square - Number(variance!.data[0]))).toBeLessThan((4 * spread) / Math.sqrt(n));
      for (let j = 0; j < 4; j++) {
        const expected = mean(one.data[j]!);
        const bias = Array.from({ length: n }, (_, i) => y[4 * i + j]! - expected).reduce((sum, v) => sum + v, 0) / n;
        expect(Math.abs(bias)).toBeLessThan((4 * Math.sqrt(4 * square)) / Math.sqrt(n));
      }
    });

    test("has a likelihood for each sample, alike in both element types", async () => {
      const z = noiseless(3);
      const y = make().draw(z, { seed: 2 });
      const both = await evaluated(
        (y, z) => ({
          double: make().logLikelihood(y!, z!),
          single: make().logLikelihood(y!.cast("float32"), z!.cast("float32")),
        }),
        [y, z],
        runtime,
      );
      expect(both.double!.shape).toEqual([3]);
      expect(both.single!.dtype).toBe("float32");
      for (let i = 0; i < 3; i++) expect(both.single!.data[i]).toBeCloseTo(both.double!.data[i] as number, 3);
      // One measurement, and several z.
      const first = ndarray((y.data as Float64Array).slice(0, 4), [1, 2, 2]);
      const copies = ndarray(Float64Array.from([0, 1, 2].flatMap(() => Array.from(first.data))), [3, 2, 2]);
      const same = await evaluated(
        (first, copies, z) => ({ a: make().logLikelihood(first!, z!), b: make().logLikelihood(copies!, z!) }),
        [first, copies, z],
        runtime,
      );
      expect(same.a).toEqual(same.b);
      expect(same.a!.data[0]).toBeCloseTo(both.double!.data[0] as number, 10);
    });

    test("refuses other shapes and options", async () => {
      const z = noiseless(2);
      const wrong = ndarray(new Float64Array(6), [2, 3]);
      await expect(evaluated((y, z) => ({ l: make().logLikelihood(y!, z!) }), [wrong, z], runtime)).rejects.toThrow(
        ShapeError,
      );
      expect(() => make().draw(z, { seed: -1 })).toThrow(/seed/);
      expect(() => make().draw(z, { seed: 1, count: 2 } as never)).toThrow(/unknown option count/);
      expect(() => make().draw([1] as never, { seed: 1 })).toThrow(/expected an NdArray/);
    });
  });
};
