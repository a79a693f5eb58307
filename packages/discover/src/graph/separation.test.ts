import { expect, test } from "vitest";
import { makeGraph } from "./graph.ts";
import { neighboursOf } from "./neighbours.ts";
import { connectedWith, dSeparated } from "./separation.ts";
import { orderOf } from "./topological-order.ts";

const names = ["a", "b", "c", "d"];
const separated = (edges: readonly string[], from: string, to: string, given: readonly string[] = []) =>
  dSeparated(makeGraph({ names, edges: edges.map((edge) => ({ from: edge[0]!, to: edge[1]! })) }), { from, to, given });

test("chain, fork and collider, and an effect of a collider", () => {
  expect(separated(["ab", "bc"], "a", "c")).toBe(false);
  expect(separated(["ab", "bc"], "a", "c", ["b"])).toBe(true);
  expect(separated(["ba", "bc"], "a", "c", ["b"])).toBe(true);
  expect(separated(["ab", "cb", "bd"], "a", "c")).toBe(true);
  expect(separated(["ab", "cb", "bd"], "a", "c", ["b"])).toBe(false);
  expect(separated(["ab", "cb", "bd"], "a", "c", ["d"])).toBe(false);
});

test("as in the moral graph of ancestors, for random DAGs of six", () => {
  // Lauritzen et al. 1990: separated where the ancestors' graph, parents married and directions dropped, is cut.
  const d = 6;
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let trial = 0; trial < 300; trial++) {
    const edges = new Uint8Array(d * d);
    for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) if (random() < 0.4) edges[i * d + j] = 1;
    expect(orderOf(edges, d).length).toBe(d);
    const given = Uint8Array.from({ length: d }, (_, i) => (i > 0 && random() < 0.3 ? 1 : 0));
    const found = connectedWith(neighboursOf(edges, d), 0, given);
    for (let to = 1; to < d; to++) {
      if (given[to]) continue;
      const kept = new Set([0, to]);
      for (let i = 0; i < d; i++) if (given[i]) kept.add(i);
      for (let i = d - 1; i >= 0; i--) for (let j = 0; j < d; j++) if (edges[i * d + j] && kept.has(j)) kept.add(i);
      const moral = (i: number, j: number) =>
        edges[i * d + j] === 1 ||
        edges[j * d + i] === 1 ||
        [...kept].some((k) => edges[i * d + k] === 1 && edges[j * d + k] === 1);
      const reached = new Set([0]);
      for (const at of reached)
        for (const next of kept) if (next !== at && !given[next] && moral(at, next)) reached.add(next);
      expect(found[to] === 1).toBe(reached.has(to));
    }
  }
});
