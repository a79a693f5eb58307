import { expect, test } from "vitest";
import { cpdagOf } from "./cpdag.ts";
import { structuralHammingDistance } from "./distance.ts";
import { type Graph, makeGraph } from "./graph.ts";
import { structuralInterventionDistance } from "./intervention-distance.ts";

const graph = (names: string, ...edges: string[]): Graph =>
  makeGraph({
    names: [...names],
    edges: edges.map((edge) => ({ from: edge[0]!, to: edge.at(-1)!, directed: edge.length === 2 })),
  });

test("missing, added, turned and opened edges count one each, in any order of names", () => {
  const truth = graph("abcd", "ab", "bc", "cd");
  expect(structuralHammingDistance(truth, graph("dcba", "ab", "bc", "cd"))).toBe(0);
  expect(structuralHammingDistance(truth, graph("abcd", "ba", "b-c", "ad"))).toBe(4);
  expect(structuralHammingDistance(truth, graph("abcd"))).toBe(3);
  expect(() => structuralHammingDistance(truth, graph("abce"))).toThrow("same variables");
});

test("interventions: 0 for the truth and for more edges in its order, hand-counted pairs else", () => {
  // Peters & Buhlmann 2015, figure 1 and example: X1, X2 -> Y1, Y2, Y3, X1 -> X2. An edge more costs nothing; turning X1 -> X2 costs 8.
  const all = ["xp", "xq", "xr", "yp", "yq", "yr"];
  const truth = graph("xypqr", "xy", ...all);
  const sid = (other: Graph) => structuralInterventionDistance(truth, other);
  expect(sid(truth)).toEqual({ least: 0, greatest: 0 });
  expect(sid(graph("xypqr", "xy", ...all, "pq"))).toEqual({ least: 0, greatest: 0 });
  expect(sid(graph("xypqr", "yx", ...all))).toEqual({ least: 8, greatest: 8 });
});

test("no edges: each true effect is found by plain regression unless something is common", () => {
  const chain = graph("abc", "ab", "bc");
  // Wrong: b to a and c to a and c to b, which plain regression takes for effects.
  expect(structuralInterventionDistance(chain, graph("abc"))).toEqual({ least: 3, greatest: 3 });
  expect(structuralInterventionDistance(graph("abc"), chain)).toEqual({ least: 0, greatest: 0 });
});

test("a CPDAG has bounds over its DAGs", () => {
  const chain = graph("abc", "ab", "bc");
  const bounds = structuralInterventionDistance(chain, cpdagOf(chain));
  const each = [graph("abc", "ab", "bc"), graph("abc", "ba", "bc"), graph("abc", "cb", "ba")].map(
    (dag) => structuralInterventionDistance(chain, dag).least,
  );
  expect(bounds).toEqual({ least: Math.min(...each), greatest: Math.max(...each) });
});
