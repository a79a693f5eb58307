import { expect, test } from "vitest";
import { edgesOf } from "../graph/graph.ts";
import { curvedChain } from "../order/curved-pair.case.ts";
import { discoverByOrder } from "./discover-by-order.ts";

test("a chain of curves is found whole, and progress ends at its total", async () => {
  const seen: string[] = [];
  const { graph, order, edges } = await discoverByOrder(curvedChain(400, 1), {
    onProgress: ({ done, total }) => void seen.push(`${done}/${total}`),
  });
  expect(order).toEqual(["c", "a", "b"]);
  expect(edgesOf(graph)).toEqual([
    { from: "a", to: "b", directed: true },
    { from: "c", to: "a", directed: true },
  ]);
  expect(edges.map(({ kept }) => kept)).toEqual([true, true, false]);
  expect(seen).toEqual(["1/5", "2/5", "3/5", "4/5", "5/5"]);
});
