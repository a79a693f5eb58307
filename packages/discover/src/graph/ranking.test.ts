import { expect, test } from "vitest";
import { makeGraph } from "./graph.ts";
import { edgeRanking } from "./ranking.ts";

const truth = makeGraph({
  names: ["a", "b", "c"],
  edges: [
    { from: "a", to: "b" },
    { from: "c", to: "b" },
  ],
});

test("a perfect list has areas 1, equal confidences those of chance", () => {
  const perfect = edgeRanking(truth, [0, 3, 0, 0, 0, 0, 0, 2, 0]);
  expect(perfect.auroc).toBeCloseTo(1, 14);
  expect(perfect.aupr).toBeCloseTo(1, 14);
  const chance = edgeRanking(truth, new Float64Array(9));
  expect(chance).toEqual({ auroc: 0.5, aupr: 1 / 3, chance: 1 / 3 });
});

test("as the challenge's own recurrence, with the rest of the list at random", () => {
  // Listed: b -> a (false), a -> b (true), b -> c (false); then one true of three is left.
  const { auroc, aupr } = edgeRanking(truth, [9, 2, 0, 3, 9, 1, 0, 0, 9]);
  const [p, n, total, listed] = [2, 4, 6, 3];
  const area = (1 - 1 * Math.log(2 / 1)) / p;
  const rate = (p - 1) / (total - listed);
  const recall = 1 / p;
  const rest =
    rate * (1 - recall) +
    rate * (recall - (listed * rate) / p) * Math.log((listed * rate + p * (1 - recall)) / (listed * rate));
  expect(aupr).toBeCloseTo(area + rest, 14);
  // False positives below each point of recall: 1 to 1, then a line from 2 to 4.
  expect(auroc).toBeCloseTo(1 - ((1 / n) * (1 / p) + ((2 + 4) / 2 / n) * (1 / p)), 14);
});

test("what cannot be scored is refused", () => {
  expect(() => edgeRanking(truth, [1, 2])).toThrow("9 numbers");
  expect(() => edgeRanking(truth, new Float64Array(9).fill(Number.NaN))).toThrow("from a to b");
  expect(() => edgeRanking(makeGraph({ names: ["a", "b"], edges: [] }), [0, 0, 0, 0])).toThrow("found 0");
});
