import { expect, test } from "vitest";
import { cpdagOf, essentialEdges } from "./cpdag.ts";
import { dagOf } from "./extension.ts";
import { edgesOf, makeGraph } from "./graph.ts";
import { isAcyclic, orderOf, topologicalOrder } from "./topological-order.ts";

/** Edges of all DAGs of four variables. */
const dags = Array.from({ length: 3 ** 6 }, (_, code) => {
  const edges = new Uint8Array(16);
  let rest = code;
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < i; j++) {
      if (rest % 3 === 1) edges[i * 4 + j] = 1;
      if (rest % 3 === 2) edges[j * 4 + i] = 1;
      rest = Math.floor(rest / 3);
    }
  return edges;
}).filter((edges) => orderOf(edges, 4).length === 4);

const joined = (edges: Uint8Array, i: number, j: number) => edges[i * 4 + j] || edges[j * 4 + i];

/** Pairs that are joined, and colliders: what a class has in common (Verma & Pearl 1990). */
const features = (edges: Uint8Array, targets: readonly (readonly number[])[] = []): string => {
  const found: string[] = [];
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < 4; j++) {
      if (i < j && joined(edges, i, j)) found.push(`${i}-${j}`);
      if (edges[i * 4 + j] && targets.some((set) => set.includes(i) !== set.includes(j))) found.push(`${i}>${j}`);
      for (let k = 0; k < i; k++)
        if (edges[i * 4 + j] && edges[k * 4 + j] && !joined(edges, i, k)) found.push(`${k}>${j}<${i}`);
    }
  return found.sort().join(" ");
};

test.each([[[]], [[[0]]], [[[1], [0, 2]]]])(
  "of all 543 DAGs of four: the union of the class, targets %j",
  (targets) => {
    const classes = new Map<string, Uint8Array[]>();
    for (const dag of dags) {
      const key = features(dag, targets);
      classes.set(key, [...(classes.get(key) ?? []), dag]);
    }
    expect(dags.length).toBe(543);
    if (targets.length === 0) expect(classes.size).toBe(185);
    for (const members of classes.values()) {
      const union = Uint8Array.from({ length: 16 }, (_, k) => (members.some((dag) => dag[k]) ? 1 : 0));
      for (const dag of members) expect(essentialEdges(dag, 4, targets)).toEqual(union);
      const one = dagOf({ names: ["a", "b", "c", "d"], edges: union }).edges;
      expect(members.map((dag) => dag.join(""))).toContain(one.join(""));
    }
  },
);

test("a collider stays, a chain is open", () => {
  const names = ["a", "b", "c"];
  const collider = makeGraph({
    names,
    edges: [
      { from: "a", to: "b" },
      { from: "c", to: "b" },
    ],
  });
  expect(cpdagOf(collider)).toEqual(collider);
  const chain = makeGraph({
    names,
    edges: [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
    ],
  });
  expect(edgesOf(cpdagOf(chain)).every(({ directed }) => !directed)).toBe(true);
  expect(edgesOf(cpdagOf(chain, { targets: [["a"]] }))).toEqual(edgesOf(chain));
});

test("a ring of open edges has no DAG without a new collider; a cycle has no order", () => {
  const names = ["a", "b", "c", "d"];
  const ring = names.map((from, i) => ({ from, to: names[(i + 1) % 4]! }));
  expect(() => dagOf(makeGraph({ names, edges: ring.map((edge) => ({ ...edge, directed: false })) }))).toThrow(
    "none such",
  );
  const cycle = makeGraph({ names, edges: ring });
  expect(isAcyclic(cycle)).toBe(false);
  expect(() => topologicalOrder(cycle)).toThrow("cycle");
  expect(topologicalOrder(makeGraph({ names, edges: ring.slice(1) }))).toEqual(["b", "c", "d", "a"]);
});
