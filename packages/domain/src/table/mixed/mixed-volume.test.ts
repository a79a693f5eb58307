/** The likelihood of mixed rows where it is known: a product of categories and a normal density. */
import { normalQuantile } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { fitMixed } from "./fit-mixed.ts";

const columns: readonly TableColumn[] = [
  { name: "city", kind: "category", levels: ["Paris", "Rome", "Oslo"], missing: true },
  { name: "member", kind: "yes-no", levels: ["no", "yes"], missing: false },
  { name: "gain", kind: "number", missing: true },
];
const cityShares = [0.5, 0.2, 0.1, 0.2];
const memberShares = [0.7, 0.3];
// Of the gate: a number near 10, missing, the spike 0.
const gainShares = [0.5, 0.3, 0.2];

const n = 4000;
/** A level of each row at exactly its share, in an order of its own for each column. */
const spreadLevels = (shares: readonly number[], step: number): number[] => {
  const ends = shares.map((_, k) => shares.slice(0, k + 1).reduce((a, b) => a + b, 0));
  return Array.from({ length: n }, (_, i) => ends.findIndex((end) => ((i * step) % n) + 0.5 < end * n));
};
const [city, member, gate] = [
  spreadLevels(cityShares, 1),
  spreadLevels(memberShares, 1409),
  spreadLevels(gainShares, 2203),
];
const valued = gate.filter((level) => level === 0).length;
let place = 0;
const gains = gate.map((level) => {
  if (level === 1) return Number.NaN;
  if (level === 2) return 0;
  const rank = (place++ * 613) % valued;
  return 10 + normalQuantile((rank + 0.5) / valued);
});
const rows = ndarray(
  Float64Array.from({ length: 3 * n }, (_, k) => {
    const i = Math.floor(k / 3);
    return [city[i] === 3 ? Number.NaN : city[i]!, member[i]!, gains[i]!][k % 3]!;
  }),
  [n, 3],
);

const logNormal = (z: number, deviation = 1): number =>
  -((z / deviation) ** 2) / 2 - Math.log(deviation) - 0.5 * Math.log(2 * Math.PI);

/** log of the sum over k of share_k N(y; scale e_k, jitter^2 I). */
const logMixture = (y: ArrayLike<number>, shares: readonly number[], scale: number, jitter: number): number => {
  const terms = shares.map((share, k) => {
    const each = Array.from(y, (value, l) => logNormal(l === k ? value - scale : value, jitter));
    return Math.log(share) + each.reduce((a, b) => a + b, 0);
  });
  const most = Math.max(...terms);
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
};

const truth = rows.data.reduce<number[]>((sums, _, k) => {
  if (k % 3 === 0) {
    const i = k / 3;
    const ofGain = Math.log(gainShares[gate[i]!]!) + (gate[i] === 0 ? logNormal(gains[i]! - 10) : 0);
    sums.push(Math.log(cityShares[city[i]!]!) + Math.log(memberShares[member[i]!]!) + ofGain);
  }
  return sums;
}, []);

// What lies at an end of the numbers depends on their tails.
const ends = [Math.min, Math.max].map((end) => gains.filter((gain) => gain > 0).reduce((a, b) => end(a, b)));
const inside = truth.flatMap((_, i) => (ends.includes(gains[i]!) ? [] : [i]));

/** What the bound lacks of the truth: mean over rows and draws, and its standard error. */
const gap = (scale: number, jitter: number) => {
  const codec = fitMixed(columns, rows, { scale });
  expect(codec.layout).toEqual({ columns: [4, 2, 3, 1], scale, scales: [scale, scale, scale] });
  const encoded: NdArray<"float32"> = codec.encode(rows, { seed: 5, part: 0, jitter });
  const { logVolume, atoms } = codec.volume(rows, encoded, { jitter });
  expect(inside.map((i) => atoms[i])).toEqual(inside.map((i) => (gate[i] === 0 ? 2 : 3)));
  const lacks = inside.map((i) => {
    const y = encoded.data.subarray(10 * i, 10 * i + 10);
    const model =
      logMixture(y.subarray(0, 4), cityShares, scale, jitter) +
      logMixture(y.subarray(4, 6), memberShares, scale, jitter) +
      logMixture(y.subarray(6, 9), gainShares, scale, jitter) +
      logNormal(y[9]!);
    return truth[i]! - (model + logVolume[i]!);
  });
  const mean = lacks.reduce((a, b) => a + b, 0) / inside.length;
  const error = Math.sqrt(lacks.reduce((sum, x) => sum + (x - mean) ** 2, 0) / inside.length / inside.length);
  return { mean, error };
};

test.each([
  [1, 0.1],
  [1, 0.02],
  [3, 0.4],
])("the bound is the truth where jitter hides no level: scale %d, jitter %d", (scale, jitter) => {
  const { mean, error } = gap(scale, jitter);
  // The slopes of the map are chords of the normal quantile function, exact to 0.001 in the mean.
  expect(Math.abs(mean)).toBeLessThan(4 * error + 0.002);
});

test("and below it where jitter does", () => {
  const { mean, error } = gap(1, 0.6);
  expect(mean).toBeGreaterThan(5 * error);
});

test("categories have no likelihood without jitter", () => {
  const codec = fitMixed(columns, rows);
  const encoded = codec.encode(rows, { seed: 5, part: 0 });
  expect(() => codec.volume(rows, encoded)).toThrow(/jitter/);
});
