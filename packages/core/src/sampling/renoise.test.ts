import { compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { flowProcesses } from "@scorefield/verify/internal";
import { afterAll, expect, test } from "vitest";
import { renoise } from "./renoise.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("takes the marginal of one time to the marginal of a later one, and equal times to themselves", async () => {
  for (const process of flowProcesses) {
    const pairs = [
      [0.1, 0.3],
      [0.01, 0.9],
      [0.5, 0.500001],
      [0.4, 0.4],
    ];
    const n = pairs.length;
    const compiled = await compile(
      (x: Tensor, z: Tensor, from: Tensor, to: Tensor) => renoise(process, x, from, to, z),
      [
        { shape: [n, 2], dtype: "float64" },
        { shape: [n, 2], dtype: "float64" },
        { shape: [n], dtype: "float64" },
        { shape: [n], dtype: "float64" },
      ],
      { runtime },
    );
    const row = (a: number, b: number) =>
      ndarray(
        Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 ? b : a)),
        [n, 2],
      );
    const at = (side: 0 | 1) => ndarray(Float64Array.from(pairs, (pair) => pair[side]!));
    const { data } = await compiled(row(1, 0), row(0, 1), at(0), at(1));
    await compiled.dispose();
    for (const [i, [from, to]] of pairs.entries()) {
      const [a, b] = [Number(data[2 * i]), Number(data[2 * i + 1])];
      expect(a).toBeCloseTo(process.alpha(to!) / process.alpha(from!), 13);
      const variance = a ** 2 * process.sigma(from!) ** 2 + b ** 2;
      expect(Math.abs(variance / process.sigma(to!) ** 2 - 1), process.recipe.kind).toBeLessThan(1e-12);
      if (from === to) expect(b).toBe(0);
    }
  }
});
