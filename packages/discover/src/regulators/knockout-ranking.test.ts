import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { combinedRanking } from "./combined-ranking.ts";
import { directShares } from "./direct-effects.ts";
import { knockoutRanking } from "./knockout-ranking.ts";

const d = 6;
const names = Array.from({ length: d }, (_, i) => `g${i}`);
/** g0 -> g1 -> g2, and g3 -> g4, as slopes of a linear model about 1 for each gene. */
const direct = [
  [0, 1, 0.8],
  [1, 2, 0.7],
  [3, 4, -0.6],
] as const;

/** Steady states with genes switched off, with noise of measurement. */
const knockouts = (deviation: number, scale = 1) => {
  const z = normal([d, d], { seed: 1, dtype: "float64" }).data;
  const values = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    const moves = new Float64Array(d);
    moves[k] = -1;
    for (const [from, to, slope] of direct) if (to !== k) moves[to]! += slope * moves[from]!;
    for (let j = 0; j < d; j++) values[k * d + j] = scale * (1 + moves[j]! + (j === k ? 0 : deviation * z[k * d + j]!));
  }
  return { values: ndarray(values, [d, d]), genes: names.map((_, k) => k) };
};

test("genes that move when another is switched off stand first, and indirect ones lower", () => {
  const { confidence } = knockoutRanking({ names, knockouts: knockouts(0.05) });
  const listed = Array.from(confidence.keys()).sort((a, b) => confidence[b]! - confidence[a]!);
  expect(new Set(listed.slice(0, 3))).toEqual(new Set(direct.map(([from, to]) => from * d + to)));
  expect(confidence[2]).toBeLessThan(0.5 * confidence[listed[2]!]!);
  const scaled = knockoutRanking({ names, knockouts: knockouts(0.05, 1000) });
  for (let at = 0; at < d * d; at++) expect(scaled.confidence[at]).toBeCloseTo(confidence[at]!, 8);
});

test("of exact slopes the direct share is exact", () => {
  const slopes = new Float64Array(d * d);
  for (let i = 0; i < d; i++) slopes[i * d + i] = 1;
  for (const [from, to, slope] of direct) slopes[from * d + to] = slope;
  slopes[0 * d + 2] = 0.8 * 0.7;
  const shares = directShares({ z: new Float64Array(d * d).fill(1e9), slopes }, d);
  for (const [from, to] of direct) expect(shares[from * d + to]).toBeCloseTo(1, 10);
  expect(shares[0 * d + 2]).toBeCloseTo(0, 10);
});

test("kinds of data are combined; steady states alone are ranked by trees", async () => {
  const steady = ndarray(normal([60, d], { seed: 4, dtype: "float64" }).data, [60, d]);
  const { confidence } = await combinedRanking({ names, knockouts: knockouts(0.05), steady }, { trees: 20 });
  expect(Array.from(names.keys(), (i) => confidence[i * d + i])).toEqual(new Array(d).fill(0));
  expect(confidence[0 * d + 1]).toBeGreaterThan(confidence[1 * d + 0]!);
  expect(() => knockoutRanking({ names, steady })).toThrow("found neither");
});

test("a gene that was never switched off keeps what trees say of it", async () => {
  const z = normal([200, 3], { seed: 3, dtype: "float64" }).data;
  const steady = new Float64Array(200 * 3);
  for (let i = 0; i < 200; i++) {
    const [a, b] = [z[3 * i]!, z[3 * i + 1]!];
    steady.set([a, b, 0.9 * b + 0.2 * z[3 * i + 2]!], 3 * i);
  }
  const { confidence } = await combinedRanking(
    {
      names: ["a", "b", "c"],
      steady: ndarray(steady, [200, 3]),
      knockouts: { values: ndarray(Float64Array.of(-3, 0.1, 0.1), [1, 3]), genes: [0] },
    },
    { trees: 30 },
  );
  // b -> c above a -> c, and nothing on the diagonal.
  expect(confidence[5]).toBeGreaterThan(confidence[2]!);
  expect([confidence[0], confidence[4], confidence[8]]).toEqual([0, 0, 0]);
});
