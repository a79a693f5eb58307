import { normal } from "@scorefield/core";
import { expect, test } from "vitest";
import { edgesOf } from "../graph/graph.ts";
import { pruneByTrees } from "./prune-by-trees.ts";

test("effects that only show together are found", async () => {
  const z = normal([500, 4], { seed: 4, dtype: "float64" }).data;
  // d = a sign(b) + noise: on average over b, a says nothing.
  const values = z.map((value, k) => (k % 4 === 3 ? 2 * z[k - 3]! * Math.sign(z[k - 2]!) + 0.5 * value : value));
  const names = ["a", "b", "c", "d"];
  const { graph, edges } = await pruneByTrees({ names, values }, names, { rounds: 40 });
  expect(edgesOf(graph)).toEqual([
    { from: "a", to: "d", directed: true },
    { from: "b", to: "d", directed: true },
  ]);
  expect(edges[0]!.strength).toBeGreaterThan(0.3);
  expect(edges.length).toBe(6);
});
