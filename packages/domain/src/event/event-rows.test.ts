import { normal, uniform } from "@scorefield/core";
import type { Events } from "@scorefield/data";
import { expect, test } from "vitest";
import { fitEvents } from "./event-codec.ts";
import { tableOfLayout } from "./event-layout.ts";
import { eventRows, eventsOfRows } from "./event-rows.ts";
import { invariantMass, pairMass, wrapAngle } from "./kinematics.ts";
import { unweighted } from "./unweighted.ts";

type Particle = readonly [kind: string, pt: number, eta: number, phi: number, mass?: number];

const eventsOf = (list: readonly (readonly Particle[])[], weights = list.map(() => 1)): Events => {
  const kinds = [...new Set(list.flat().map(([kind]) => kind))];
  const first = [0];
  for (const particles of list) first.push(first.at(-1)! + particles.length);
  return {
    count: list.length,
    first: Int32Array.from(first),
    kinds,
    kind: Int32Array.from(list.flat(), ([kind]) => kinds.indexOf(kind)),
    vectors: Float64Array.from(list.flat().flatMap(([, pt, eta, phi, mass = 0]) => [pt, eta, phi, mass])),
    weights: Float64Array.from(weights),
    remarks: [],
  };
};

/** A pair of muons, and up to two jets that balance it with the last of them. */
const balanced = (count: number, seed: number): Events => {
  const z = normal([count, 8], { seed, dtype: "float64" }).data;
  return eventsOf(
    Array.from({ length: count }, (_, i) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = z.subarray(8 * i, 8 * i + 8);
      const made: Particle[] = [["mu-", 45 * Math.exp(a / 5), b, c, 0.1057]];
      if (i % 3 > 0) made.push(["mu+", 45 * Math.exp(d / 5), e, c + 2.6 + f / 5, 0.1057]);
      if (i % 3 > 1) made.push(["j", 15 * Math.exp(g / 3), h, f]);
      const [x, y] = made.reduce(([x, y], [, pt, , phi]) => [x - pt * Math.cos(phi), y - pt * Math.sin(phi)], [0, 0]);
      const last = ["mu+", "j", "j"][i % 3]!;
      return [...made, [last, Math.hypot(x!, y!), g, Math.atan2(y!, x!), last === "mu+" ? 0.1057 : 0] as Particle];
    }),
  );
};

test("an event has one row in whatever order its particles stand", () => {
  const particles: readonly Particle[] = [
    ["j", 20, 1, 1],
    ["mu+", 30, -1, 2],
    ["j", 50, 0.5, -2],
    ["mu-", 40, 0, 0.3],
  ];
  const shuffles = [particles, particles.toReversed(), [particles[2]!, particles[0]!, particles[3]!, particles[1]!]];
  const { layout, values } = eventRows(eventsOf(shuffles), "f.lhe");
  expect(layout.processes).toEqual(["mu- mu+ j j"]);
  const width = layout.columns.length;
  for (const k of [1, 2]) expect(values.data.slice(k * width, (k + 1) * width)).toEqual(values.data.slice(0, width));
  const column = (name: string) => values.data[layout.columns.indexOf(name)]!;
  expect([column("pt1"), column("pt2"), column("pt3"), column("pt4")]).toEqual([40, 30, 50, 20]);
  const [a, b] = [
    { pt: 40, eta: 0, phi: 0.3, m: 0 },
    { pt: 30, eta: -1, phi: 2, m: 0 },
  ];
  expect(column("mass")).toBeCloseTo(pairMass(a, b), 12);
  expect(column("mass")).toBeCloseTo(invariantMass([a, b]), 12);
  expect(column("ht")).toBe(140);
});

test("identical momenta stand by pseudorapidity", () => {
  const { values, layout } = eventRows(
    eventsOf([
      [
        ["j", 20, -1, 0],
        ["j", 20 + 1e-9, 1, 3],
      ],
      [
        ["j", 20, 1, 3],
        ["j", 20, -1, 0],
      ],
    ]),
    "f",
  );
  const eta = layout.columns.indexOf("eta1");
  expect([values.data[eta], values.data[layout.columns.length + eta]]).toEqual([1, 1]);
});

test("final states, slots of groups and missing particles follow from the events", () => {
  const { layout, values } = eventRows(
    eventsOf([
      [
        ["mu-", 1, 0, 0],
        ["mu+", 2, 0, 1],
      ],
      [
        ["e+", 1, 0, 0],
        ["e-", 2, 0, 1],
        ["j", 3, 1, 1],
      ],
      [
        ["mu+", 1, 0, 0],
        ["mu-", 1, 0, 2],
      ],
    ]),
    "f",
  );
  expect(layout.processes).toEqual(["mu- mu+", "e- e+ j"]);
  expect(layout.always).toEqual([true, true, false]);
  const table = tableOfLayout(layout);
  expect(table.filter(({ missing }) => missing).map(({ name }) => name)).toEqual(["pt3", "eta3", "phi3"]);
  expect(values.data[layout.columns.indexOf("pt3")]).toBeNaN();
  expect(eventsOfRows(layout, values).vectors.length).toBe(4 * 7);
  expect(() =>
    eventRows(
      eventsOf([
        [
          ["tau-", 1, 0, 0],
          ["tau+", 2, 0, 1],
        ],
      ]),
      "g.lhe",
      layout,
    ),
  ).toThrow("g.lhe: expected events of the run's final states: mu- mu+; e- e+ j, found tau- tau+ in event 1.");
});

test("refuses events of too many particles", () => {
  const many = Array.from({ length: 17 }, (_, k): Particle => ["j", 1 + k, 0, k / 9]);
  expect(() => eventRows(eventsOf([many]), "f")).toThrow(
    "expected events of at most 16 outgoing particles, found 17 in event 1",
  );
});

test("balance is exact in whatever a model draws, and masses are those of kinds", () => {
  const { layout, values } = eventRows(balanced(600, 1), "f");
  const codec = fitEvents(layout, values);
  const width = codec.layout.columns.reduce((sum, k) => sum + k, 0);
  const drawn = codec.decode(normal([400, width], { seed: 5 }));
  const { first, vectors, kinds, kind } = eventsOfRows(layout, drawn);
  let exact = 0;
  for (let i = 0; i < 400; i++) {
    let [x, y, sum] = [0, 0, 0];
    for (let k = first[i]!; k < first[i + 1]!; k++) {
      const [pt = 0, , phi = 0, mass] = vectors.subarray(4 * k, 4 * k + 4);
      x += pt * Math.cos(phi);
      y += pt * Math.sin(phi);
      sum += pt;
      expect(mass).toBe(kinds[kind[k]!] === "j" ? 0 : 0.1057);
    }
    if (Math.hypot(x, y) < 1e-12 * sum) exact++;
  }
  // Draws without a model: whether the last particle balances is a category of its own here, even odds in each of two columns.
  expect(exact).toBeGreaterThan(60);
  const back = codec.decode(codec.encode(values, { seed: 0, part: 0 }));
  for (const [i, value] of values.data.entries())
    if (Number.isNaN(value)) expect(back.data[i]).toBeNaN();
    else {
      const apart = back.data[i]! - value;
      const angle = layout.columns[i % layout.columns.length]!.startsWith("phi");
      expect(Math.abs(angle ? wrapAngle(apart) : apart)).toBeLessThan(1e-4 * (1 + Math.abs(value)));
    }
});

test("draws have a mass within the range of the data, and particles of finite momenta in order", () => {
  const { layout, values } = eventRows(balanced(300, 2), "f");
  const codec = fitEvents(layout, values);
  const size = codec.layout.columns.reduce((sum, k) => sum + k, 0);
  const drawn = codec.decode(normal([300, size], { seed: 6 }));
  const cells = (name: string, { data } = drawn) =>
    Array.from({ length: 300 }, (_, i) => data[i * layout.columns.length + layout.columns.indexOf(name)]!);
  const [low, high] = [Math.min(...cells("mass", values)), Math.max(...cells("mass", values))];
  for (const mass of cells("mass")) expect(mass > low * 0.9999 && mass < high * 1.0001).toBe(true);
  for (const [i, pt] of cells("pt3").entries()) expect(!(cells("pt4")[i]! > pt * 1.00001)).toBe(true);
});

test("weights that differ are refused, or choose events in proportion", () => {
  const count = 4000;
  const u = uniform([count], { seed: 1, dtype: "float64" }).data;
  const list = Array.from(u, (x): readonly Particle[] => [["j", 1 + x, 0, 0]]);
  const weighted = eventsOf(
    list,
    Array.from(u, (x) => 1 + x),
  );
  expect(() => unweighted(weighted, "w.lhe", "error")).toThrow(
    /w\.lhe: expected events of equal weights, found weights from .*--weights unweight/,
  );
  const kept = unweighted(weighted, "w.lhe", "unweight");
  // E[x (1 + x)] / E[1 + x] = 5/9; the standard error is 0.28 / sqrt(3000).
  const mean =
    Array.from({ length: kept.count }, (_, i) => kept.vectors[4 * i]! - 1).reduce((a, b) => a + b, 0) / kept.count;
  expect(Math.abs(mean - 5 / 9)).toBeLessThan(4 * 0.0052);
  expect(Math.abs(kept.count - 3000)).toBeLessThan(150);
  expect(kept.remarks[0]).toMatch(/of 4000 events are kept/);
  const negative = eventsOf(
    list,
    Array.from(u, (x) => x - 0.5),
  );
  expect(() => unweighted(negative, "w.lhe", "unweight")).toThrow(
    /expected events with weights above 0, found \d+ of 4000/,
  );
  expect(unweighted(eventsOf(list), "w.lhe", "error").count).toBe(count);
});
