import { expect, test } from "vitest";
import { cpdagOf } from "../graph/cpdag.ts";
import { makeGraph } from "../graph/graph.ts";
import { observed, randomModel, rowsOf } from "./linear-gaussian.case.ts";
import { predictIntervention } from "./predict-intervention.ts";

test("a knocked-out variable moves others along the edges, by the slopes of least squares", async () => {
  const names = ["a", "b", "c"];
  const graph = makeGraph({
    names,
    edges: [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
    ],
  });
  const rows = observed(
    { graph, weights: Float64Array.of(0, 2, 0, 0, 0, -1, 0, 0, 0), noise: Float64Array.of(1, 1, 1) },
    500,
    1,
  );
  const slope = (x: number, y: number) => {
    const mean = (j: number) => rows.values.reduce((sum, v, k) => (k % 3 === j ? sum + v / 500 : sum), 0);
    let [xy, xx] = [0, 0];
    for (let i = 0; i < 500; i++) {
      xy += (rows.values[i * 3 + x]! - mean(x)) * (rows.values[i * 3 + y]! - mean(y));
      xx += (rows.values[i * 3 + x]! - mean(x)) ** 2;
    }
    return { slope: xy / xx, mean };
  };
  const [found] = [await predictIntervention(graph, rows, { set: { a: -3 } })];
  const ab = slope(0, 1);
  const bc = slope(1, 2);
  const b = ab.mean(1) + ab.slope * (-3 - ab.mean(0));
  expect(found.map(({ name }) => name)).toEqual(names);
  expect(found[0]).toEqual({ name: "a", mean: -3, range: [-3, -3], interval: [-3, -3], rows: [-3, -3] });
  expect(found[1]!.mean).toBeCloseTo(b, 10);
  expect(found[2]!.mean).toBeCloseTo(bc.mean(2) + bc.slope * (b - bc.mean(1)), 10);
  expect(found[1]!.range).toEqual([found[1]!.mean, found[1]!.mean]);
  // A row of b: 1.645 deviations of its noise each way, and a little for the parameters.
  expect((found[1]!.rows[1] - found[1]!.rows[0]) / 2).toBeCloseTo(1.645, 0);
  // Setting an effect leaves its causes where they are.
  const [a] = await predictIntervention(graph, rows, { set: { c: 9 } });
  expect(a!.mean).toBeCloseTo(ab.mean(0), 10);
});

test("90 % intervals hold the true mean in about 90 % of sets of rows", async () => {
  const model = randomModel(4, 0.7, 5);
  const target = 0;
  let inside = 0;
  let all = 0;
  const truth = rowsOf(model, 20_000, 99, { [target]: 2 });
  const means = [0, 1, 2, 3].map((j) => truth.reduce((sum, v, k) => (k % 4 === j ? sum + v / 20_000 : sum), 0));
  for (let trial = 0; trial < 150; trial++) {
    const found = await predictIntervention(model.graph, observed(model, 60, trial), {
      set: { g1: 2 },
      draws: 200,
    });
    for (let j = 1; j < 4; j++) {
      all++;
      if (found[j]!.interval[0] <= means[j]! && means[j]! <= found[j]!.interval[1]) inside++;
    }
  }
  // Effects of one set are correlated: 150 sets, four standard errors of a share of 0.9.
  expect(Math.abs(inside / all - 0.9)).toBeLessThan(4 * Math.sqrt((0.9 * 0.1) / 150));
});

test("an open edge gives the range over its DAGs", async () => {
  const graph = makeGraph({ names: ["a", "b"], edges: [{ from: "a", to: "b" }] });
  const rows = observed({ graph, weights: Float64Array.of(0, 1, 0, 0), noise: Float64Array.of(1, 1) }, 300, 2);
  const open = await predictIntervention(cpdagOf(graph), rows, { set: { a: 4 } });
  const directed = await predictIntervention(graph, rows, { set: { a: 4 } });
  const apart = await predictIntervention(makeGraph({ names: ["a", "b"], edges: [{ from: "b", to: "a" }] }), rows, {
    set: { a: 4 },
  });
  expect(open[1]!.range).toEqual([apart[1]!.mean, directed[1]!.mean]);
  expect(open[1]!.mean).toBeCloseTo((apart[1]!.mean + directed[1]!.mean) / 2, 12);
  await expect(predictIntervention(graph, rows, { set: { x: 1 } })).rejects.toThrow("expected one of");
  await expect(predictIntervention(cpdagOf(graph), rows, { set: { a: 1 }, graphs: 1 })).rejects.toThrow("dagOf");
});
