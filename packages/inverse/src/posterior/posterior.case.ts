/** What every method for posteriors must do: a suite that each of them passes. */
import { edm, exact, gaussian, RecipeError, rectifiedFlow, sample } from "@scorefield/core";
import { type NdArray, ndarray, type Runtime, ShapeError, sizeOf } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import type { PosteriorMethod } from "../method/posterior-method.ts";
import { gaussianNoise } from "../noise/gaussian.ts";
import { clipping } from "../operator/clipping.ts";
import { matrix } from "../operator/matrix.ts";
import { posterior } from "./posterior.ts";
import { posteriorFromRecipe } from "./posteriors.ts";

const shape = [2, 2];
const density = gaussian({
  mean: [
    [1, 0],
    [-1, 0.5],
  ],
  covariance: [1, 0.5, 0.8, 1.2],
});
const model = exact(density, edm({ sigmaMin: 0.01, sigmaMax: 20 }));
const operator = matrix({
  input: shape,
  matrix: [
    [0.8, 0.1, 0, 0.2],
    [0, 0.5, -0.3, 0.1],
    [0.2, 0, 0.6, 0.4],
  ],
});
const noise = gaussianNoise({ sigma: 0.3 });
const measurements = [
  [0.7, 0.2, -0.4],
  [2, -1, 0.5],
].map((values) => ndarray(Float64Array.from(values)));

const both = (): NdArray =>
  ndarray(Float64Array.from(measurements.flatMap(({ data }) => Array.from(data as Float64Array))), [2, 3]);

const largest = (a: NdArray, b: NdArray): number =>
  Array.from(a.data as Float64Array).reduce((most, value, i) => Math.max(most, Math.abs(value - Number(b.data[i]))), 0);

/**
 * Tests of a method: finite draws, the same by the recipe and the seed; a measurement for each sample; its recipe; what it refuses; processes
 * that scale the data.
 * @param make the method, of few steps
 */
export const posteriorSuite = (
  name: string,
  make: () => PosteriorMethod,
  { runtime }: { readonly runtime: Runtime },
): void => {
  const draws = make().declaration.form === "estimate" ? 1 : 6;
  const options = { draws, seed: 3, dtype: "float64", runtime } as const;

  describe(name, () => {
    test("draws are finite, and the same again by the recipe and the seed", async () => {
      const [y] = measurements as [NdArray];
      const found = await posterior(model, operator, noise, y, { ...options, method: make() });
      expect(found.draws.shape).toEqual([draws, ...shape]);
      expect(found.mean.shape).toEqual(shape);
      expect(Array.from(found.draws.data).every(Number.isFinite)).toBe(true);
      expect(found.method).toEqual(make().recipe);
      const again = await posterior(model, operator, noise, y, {
        ...options,
        method: posteriorFromRecipe(make().recipe),
      });
      expect(again.draws.data).toEqual(found.draws.data);
      if (draws === 1) {
        expect(found.deviation).toBeUndefined();
        expect(found.changes!.length).toBeGreaterThan(0);
        return;
      }
      expect(found.deviation!.shape).toEqual(shape);
    });

    test("each sample has its own measurement, whatever the batch", async () => {
      const { model: prepared, sampler } = await make().prepare({ model, operator, noise }, { runtime });
      const given = { measurement: both() };
      const run = { sampler, seed: 3, dtype: "float64", runtime } as const;
      const together = await sample(prepared, { ...run, count: 2, given });
      const size = sizeOf(prepared.shape);
      for (const [i, y] of measurements.entries()) {
        const alone = await sample(prepared, { ...run, count: 1, firstSample: i, given: { measurement: y } });
        const row = { ...together, data: together.data.slice(i * size, (i + 1) * size) };
        expect(largest(alone, row)).toBeLessThan(1e-6);
      }
    });

    test("a process that scales the data", async () => {
      const scaling = exact(density, rectifiedFlow());
      const { mean } = await posterior(scaling, operator, noise, measurements[0]!, { ...options, method: make() });
      for (const value of mean.data) expect(Math.abs(value)).toBeLessThan(20);
    });

    test("what it cannot take is refused with a sentence", async () => {
      const method = make();
      const of = (what: Partial<{ y: NdArray; operator: typeof operator }>) =>
        posterior(model, what.operator ?? operator, noise, what.y ?? measurements[0]!, { ...options, method });
      await expect(of({ y: ndarray(new Float64Array(4)) })).rejects.toThrow(ShapeError);
      await expect(of({ operator: matrix({ input: [4], matrix: [[1, 0, 0, 0]] }) })).rejects.toThrow(
        /samples \[2, 2\]/,
      );
      expect(() => posteriorFromRecipe({ ...method.recipe, stepz: 1 })).toThrow(RecipeError);
      const nonlinear = clipping({ input: shape, low: -1, high: 1 });
      if (method.declaration.needs.linear)
        await expect(method.prepare({ model, operator: nonlinear, noise })).rejects.toThrow(
          /expected a linear operator, found clipping/,
        );
    });
  });
};
