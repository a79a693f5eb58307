import { edm, exact, gaussian } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { evaluate, numbers } from "@scorefield/verify/internal";
import { afterAll, expect, test } from "vitest";
import { gaussianNoise } from "../noise/gaussian.ts";
import { identity } from "../operator/identity.ts";
import { uniformOf } from "./draw-uniform.ts";
import { populationModel, systematic } from "./population.ts";
import { runningSum } from "./running-sum.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("systematic resampling takes a particle floor or ceiling of weight times count, and its mean over u is the weight", async () => {
  const weights = [0.05, 0.45, 0, 0.3, 0.2];
  const n = 200;
  const uniforms = Float64Array.from({ length: n }, (_, i) => (i + 0.5) / n);
  const [found] = await evaluate(
    (w, u) => [systematic(w!, u!)],
    [
      ndarray(
        Float64Array.from({ length: 5 * n }, (_, i) => weights[i % 5]!),
        [n, 5],
      ),
      ndarray(uniforms),
    ],
    runtime,
  );
  const totals = new Float64Array(5);
  for (let row = 0; row < n; row++) {
    const counts = new Float64Array(5);
    for (let j = 0; j < 5; j++) counts[Number(found!.data[row * 5 + j]) - 5 * row]!++;
    for (const [k, count] of counts.entries()) {
      expect([Math.floor(weights[k]! * 5), Math.ceil(weights[k]! * 5)]).toContain(count);
      totals[k]! += count / (5 * n);
    }
  }
  for (const [k, total] of totals.entries()) expect(Math.abs(total - weights[k]!)).toBeLessThan(1 / n);
});

test("running sums and uniform numbers", async () => {
  const found = await evaluate(
    (x, z) => [runningSum(x!), uniformOf(z!)],
    [ndarray(Float64Array.of(1, 2, 3, 4, 5, 6), [2, 3]), ndarray(Float64Array.of(0, 9, 1.6448536269514722, 9), [2, 2])],
    runtime,
  );
  expect([...numbers(found[0]!)]).toEqual([1, 3, 6, 4, 9, 15]);
  expect(numbers(found[1]!)[0]).toBeCloseTo(0.5, 6);
  expect(numbers(found[1]!)[1]).toBeCloseTo(0.95, 6);
});

test("particles of a population are independent samples of the prior", async () => {
  const model = exact(gaussian({ mean: [1, -1] }), edm());
  const population = populationModel(
    { model, operator: identity({ input: [2] }), noise: gaussianNoise({ sigma: 1 }) },
    3,
  );
  expect(population.shape).toEqual([3, 2]);
  expect(population.evaluations).toBe(3);
  const points = Float64Array.from({ length: 12 }, (_, i) => Math.sin(i));
  const [all, single] = await evaluate(
    (x, t) => [
      population.denoise(x!, t!),
      model.denoise(x!.reshape([6, 2]), t!.expandDims(1).broadcastTo([2, 3]).reshape([6])),
    ],
    [ndarray(points, [2, 3, 2]), ndarray(Float64Array.of(0.01, 0.2))],
    runtime,
  );
  expect([...numbers(all!)]).toEqual([...numbers(single!)]);
});
