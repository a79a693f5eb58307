import { expect, test } from "vitest";
import { edgesOf, makeGraph } from "./graph.ts";

test("edges by name come back, an open one once", () => {
  const edges = [
    { from: "b", to: "a", directed: true },
    { from: "b", to: "c", directed: false },
  ];
  const graph = makeGraph({ names: ["a", "b", "c"], edges });
  expect(Array.from(graph.edges)).toEqual([0, 0, 0, 1, 0, 1, 0, 1, 0]);
  expect(edgesOf(graph)).toEqual(edges);
});

test("a name twice, an unknown name and an edge to itself are refused", () => {
  expect(() => makeGraph({ names: ["a", "a"], edges: [] })).toThrow("each name once, found a, a");
  expect(() => makeGraph({ names: ["a"], edges: [{ from: "a", to: "x" }] })).toThrow('expected one of a, found "x"');
  expect(() => makeGraph({ names: ["a"], edges: [{ from: "a", to: "a" }] })).toThrow("found a twice");
});
