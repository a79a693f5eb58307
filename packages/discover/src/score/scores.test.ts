import { logGamma } from "@scorefield/core/internal";
import { expect, test } from "vitest";
import { essentialEdges } from "../graph/cpdag.ts";
import { allDags, covarianceOf, observed, randomModel, rearranged } from "../search/linear-gaussian.case.ts";
import { bdeu } from "./bdeu.ts";
import { bge } from "./bge.ts";
import { bic } from "./bic.ts";
import { discretise } from "./discretise.ts";
import { additionsOf, type Score, tableOf } from "./score.ts";
import { scoreGraph, scoreOfEdges } from "./score-graph.ts";

const rows = observed(randomModel(4, 0.6, 1), 40, 1);
const mixed = {
  ...rows,
  values: discretise(rows, { levels: 3 }).values.map((code, k) => (k % 4 < 2 ? code : rows.values[k]!)),
  categories: [3, 3, 0, 0],
};
const scores: Readonly<Record<string, Score>> = {
  bic: bic(rows),
  "bic, extended": bic(rows, { penalty: 2, extended: 0.5 }),
  "bic of a covariance": bic({ names: rows.names, covariance: covarianceOf(randomModel(4, 0.6, 1)), rows: 40 }),
  "mixed bic": bic(mixed),
  bge: bge(rows),
  bdeu: bdeu(discretise(rows), { sampleSize: 2 }),
};

test.each(Object.entries(scores))("%s: equal within each class of four variables", (_, score) => {
  const classes = new Map<string, number>();
  for (const edges of allDags(4)) {
    const key = essentialEdges(edges, 4).join("");
    const value = scoreOfEdges(score, edges);
    expect(Math.abs(value - (classes.get(key) ?? value))).toBeLessThan(1e-9);
    classes.set(key, value);
  }
});

test.each(Object.entries(scores))("%s: tables and additions are local scores", (_, score) => {
  const table = tableOf(score, 2, [0, 3, 1], 2);
  expect(table[0b111]).toBe(Number.NEGATIVE_INFINITY);
  expect(table[0b101]).toBeCloseTo(score.local(2, [0, 1]), 9);
  expect(table[0b110]).toBeCloseTo(score.local(2, [1, 3]), 9);
  const more = additionsOf(score, 1, [3]);
  expect(more[0]).toBeCloseTo(score.local(1, [3, 0]), 9);
  expect(more[1]).toBeCloseTo(score.local(1, [3]), 9);
  expect(more[3]).toBeCloseTo(score.local(1, [3]), 9);
});

test("bic is the log-likelihood of a regression less half a logarithm for each of its parameters", () => {
  // One parent, by the correlation: n log(sigma^2 (1 - r^2)), in units of the standardised column.
  const n = 40;
  const column = (j: number) => Float64Array.from({ length: n }, (_, i) => rows.values[i * 4 + j]!);
  const mean = (x: Float64Array) => x.reduce((sum, v) => sum + v / n, 0);
  const centred = [0, 1].map((j) => column(j).map((v) => v - mean(column(j))));
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  const [x, y] = [centred[0]!, centred[1]!];
  const r2 = dot(x, y) ** 2 / dot(x, x) / dot(y, y);
  const expected = (-n / 2) * (Math.log(2 * Math.PI * (1 - r2)) + 1) - 1.5 * Math.log(n);
  expect(scores.bic!.local(1, [0])).toBeCloseTo(expected, 9);
});

test("bge of one variable is the marginal likelihood of its standardised rows, by quadrature", () => {
  // Two rows, -1 and 1: precision ~ gamma, mean given it ~ normal (Kuipers et al. 2014, equations 1 and 2, n = 1).
  const score = bge({ names: ["a"], values: Float64Array.of(3, 7) }, { meanWeight: 1, freedom: 3 });
  const [meanWeight, freedom] = [1, 3];
  const t = (meanWeight * (freedom - 2)) / (meanWeight + 1);
  let sum = 0;
  for (let i = 0; i < 1000; i++)
    for (let j = 0; j < 200; j++) {
      const w = Math.exp(-12 + (16 * (i + 0.5)) / 1000);
      const mu = -8 + (16 * (j + 0.5)) / 200;
      const wishart =
        (freedom / 2) * Math.log(t / 2) - logGamma(freedom / 2) + (freedom / 2 - 1) * Math.log(w) - (t * w) / 2;
      const normal = (v: number, precision: number) => (Math.log(precision / (2 * Math.PI)) - precision * v * v) / 2;
      sum +=
        Math.exp(wishart + normal(mu, meanWeight * w) + normal(-1 - mu, w) + normal(1 - mu, w)) *
        w *
        (16 / 1000) *
        (16 / 200);
    }
  expect(score.local(0, [])).toBeCloseTo(Math.log(sum), 3);
});

test("bdeu of coins: the Beta function, by hand", () => {
  const score = bdeu({ names: ["a"], values: Float64Array.of(0, 0, 1), categories: [2] }, { sampleSize: 2 });
  // Uniform prior of the chance of heads: B(3, 2) = 1/12.
  expect(score.local(0, [])).toBeCloseTo(Math.log(1 / 12), 12);
});

test("units and the order of columns change no score", () => {
  const other = rearranged(rows, [2, 0, 3, 1], (column) => 10 ** (3 * column));
  for (const make of [bic, bge]) {
    const [a, b] = [make(rows), make(other)];
    for (const parents of [[], [1], [0, 3]]) expect(b.local(2, parents)).toBeCloseTo(a.local(2, parents), 9);
  }
});

test("rows in which a variable was set from outside are left out of its local score alone", () => {
  const targets = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? [1] : []));
  const kept = rows.values.filter((_, k) => Math.floor(k / 4) % 4 !== 0);
  const whole = bic({ ...rows, targets });
  expect(whole.local(0, [1])).toBe(bic(rows).local(0, [1]));
  // The same up to the scale of the columns, which the score's constants take up.
  const gain = (score: Score) => score.local(1, [0, 2]) - score.local(1, []);
  expect(gain(whole)).toBeCloseTo(gain(bic({ names: rows.names, values: kept })), 8);
});

test("constant and equal columns give finite scores and nothing to gain", () => {
  const values = Float64Array.from({ length: 60 }, (_, k) => [Math.sin(k), 2 * Math.sin(k - 1) + 1, 5][k % 3]!);
  const score = bic({ names: ["a", "b", "c"], values });
  expect(score.local(1, [0])).toBeGreaterThan(score.local(1, []));
  expect(Number.isFinite(score.local(1, [0]))).toBe(true);
  expect(score.local(2, [0])).toBeLessThan(score.local(2, []));
  expect(score.local(0, [2])).toBeLessThan(score.local(0, []));
});

test("what cannot be scored is refused", () => {
  expect(() => bic({ names: ["a"], values: Float64Array.of(1, Number.NaN) })).toThrow("row 2, a");
  expect(() => bdeu(rows)).toThrow("discretise");
  expect(() => bge(mixed)).toThrow("categories");
  expect(() => bic(rows, { penalty: 0 })).toThrow("penalty");
  expect(() => scoreGraph(scores.bic!, { names: ["a"], edges: new Uint8Array(1) })).toThrow("same variables");
});
