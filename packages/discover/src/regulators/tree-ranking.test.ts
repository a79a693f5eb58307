import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { treeRanking } from "./tree-ranking.ts";

const names = ["a", "b", "c", "d"];
const rowsOf = (values: Float64Array) => ndarray(values, [values.length / 4, 4]);

/** d follows a b, the others are noise. */
const steady = (scale: readonly number[]) => {
  const z = normal([120, 4], { seed: 1, dtype: "float64" }).data;
  return rowsOf(
    z.map((value, k) => scale[k % 4]! * (k % 4 === 3 ? Math.tanh(2 * z[k - 3]!) + z[k - 2]! + 0.3 * value : value)),
  );
};

test("regulators stand first, in any units and any order of genes, and may be limited", async () => {
  const { confidence } = await treeRanking({ names, steady: steady([1, 1, 1, 1]) }, { trees: 100 });
  const toD = [0, 1, 2].map((i) => confidence[i * 4 + 3]!);
  expect(Math.min(toD[0]!, toD[1]!)).toBeGreaterThan(3 * toD[2]!);
  const other = await treeRanking({ names, steady: steady([4, 0.5, 2, 8]) }, { trees: 100 });
  for (let at = 0; at < 16; at++) expect(other.confidence[at]).toBeCloseTo(confidence[at]!, 10);
  const order = [2, 0, 3, 1];
  const moved = steady([1, 1, 1, 1]).data.map((_, k, all) => all[k - (k % 4) + order[k % 4]!]!);
  const turned = await treeRanking({ names: order.map((i) => names[i]!), steady: rowsOf(moved) }, { trees: 100 });
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < 4; j++)
      expect(turned.confidence[i * 4 + j]).toBeCloseTo(confidence[order[i]! * 4 + order[j]!]!, 10);
  const limited = await treeRanking({ names, steady: steady([1, 1, 1, 1]) }, { trees: 50, regulators: ["c"] });
  expect(limited.confidence[3]).toBe(0);
  expect(limited.confidence[2 * 4 + 3]).toBeGreaterThan(0);
});

test("in a time series the gene that moves another stands first", async () => {
  // dx/dt of b follows a; c and d drift on their own.
  const series = Array.from({ length: 6 }, (_, seed) => {
    const z = normal([40, 4], { seed, dtype: "float64" }).data;
    const values = new Float64Array(160);
    const now = [1, 1, 1, 1];
    for (let t = 0; t < 40; t++) {
      values.set(now, 4 * t);
      const [a, b, c, d] = now as [number, number, number, number];
      now[0] = a + 0.5 * (1 - a) + 0.6 * z[4 * t]!;
      now[1] = b + 0.4 * (a - b) + 0.05 * z[4 * t + 1]!;
      now[2] = c + 0.5 * (1 - c) + 0.6 * z[4 * t + 2]!;
      now[3] = d + 0.5 * (1 - d) + 0.6 * z[4 * t + 3]!;
    }
    return { times: Array.from({ length: 40 }, (_, t) => t), values: rowsOf(values) };
  });
  const { confidence } = await treeRanking({ names, series }, { trees: 100 });
  expect(confidence[0 * 4 + 1]).toBeGreaterThan(3 * Math.max(confidence[2 * 4 + 1]!, confidence[3 * 4 + 1]!));
  expect(confidence[0 * 4 + 1]).toBeGreaterThan(2 * confidence[1 * 4 + 0]!);
});

test("what does not fit is refused", async () => {
  await expect(treeRanking({ names, steady: ndarray(new Float64Array(9), [3, 3]) })).rejects.toThrow("rows of 4 genes");
  await expect(treeRanking({ names })).rejects.toThrow("expected at least 3 rows that tell of a, found 0");
  await expect(treeRanking({ names, steady: steady([1, 1, 1, 1]) }, { regulators: ["x"] })).rejects.toThrow("found x");
});
