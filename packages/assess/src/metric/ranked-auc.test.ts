import { integers } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { rankedAuc } from "./ranked-auc.ts";
import { auroc } from "./ranking.ts";

test("as auroc of rows repeated as often as they count, ties and all", () => {
  const n = 40;
  const [scores, labels, counts] = [6, 2, 4].map((high, step) => integers([n], { seed: 1, step, high }).data);
  const of = rankedAuc(Float64Array.from(scores!), (row) => labels![row] === 1);
  const repeated = [...Array(n).keys()].flatMap((row) => Array<number>(counts![row]!).fill(row));
  const expected = auroc(
    ndarray(Float64Array.from(repeated, (row) => scores![row]!)),
    ndarray(Int32Array.from(repeated, (row) => labels![row]!)),
  );
  expect(of((row) => counts![row]!)).toBeCloseTo(expected, 12);
  expect(of((row) => (labels![row] === 1 ? 1 : 0))).toBeNaN();
});
