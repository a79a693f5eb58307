import { expect, test } from "vitest";
import { cpdagOf, essentialEdges } from "../graph/cpdag.ts";
import { edgesOf } from "../graph/graph.ts";
import { bic } from "../score/bic.ts";
import { scoreOfEdges } from "../score/score-graph.ts";
import { applied, classOf, isValid, type Operator } from "./equivalence-class.ts";
import { exactSearch } from "./exact.ts";
import { ges } from "./ges.ts";
import { allDags, covarianceOf, observed, randomModel, rearranged, rowsOf } from "./linear-gaussian.case.ts";
import { insertions, type Listing, removals, turns } from "./operators.ts";

const d = 4;
const dags = allDags(d);

test("its operators lead exactly to the classes that one edge more or less makes, and add what they say", () => {
  const score = bic(observed(randomModel(d, 0.7, 1), 50, 1));
  const listing: Listing = {
    score,
    maxParents: d,
    joinable: () => true,
    kept: () => false,
    tie: Number.NEGATIVE_INFINITY,
  };
  const key = (edges: Uint8Array) => essentialEdges(edges, d).join("");
  const members = new Map<string, Uint8Array[]>();
  for (const dag of dags) members.set(key(dag), [...(members.get(key(dag)) ?? []), dag]);
  expect(members.size).toBe(185);
  const acyclic = new Set(dags.map((dag) => dag.join("")));
  for (const list of members.values()) {
    const at = classOf(list[0]!, d, []);
    const more = new Set<string>();
    const less = new Set<string>();
    const turned = new Set<string>();
    for (const dag of list)
      for (let place = 0; place < d * d; place++) {
        const other = dag.slice();
        const back = (place % d) * d + Math.floor(place / d);
        if (place === back || dag[back]) continue;
        other[place] = 1 - dag[place]!;
        if (acyclic.has(other.join(""))) (dag[place] ? less : more).add(key(other));
        if (!dag[place]) continue;
        other[back] = 1;
        if (acyclic.has(other.join("")) && key(other) !== key(dag)) turned.add(key(other));
      }
    const reached = { insert: new Set<string>(), remove: new Set<string>(), turn: new Set<string>() };
    const before = scoreOfEdges(score, at.dag);
    const use = (operator: Operator): void => {
      if (!isValid(at, d, operator)) return;
      const next = applied(at, d, operator, []);
      expect(next).toBeDefined();
      reached[operator.kind].add(next!.edges.join(""));
      expect(scoreOfEdges(score, next!.dag) - before).toBeCloseTo(operator.gain, 9);
    };
    for (let to = 0; to < d; to++) {
      insertions(at, to, [0, 1, 2, 3], listing, use);
      removals(at, to, listing, use);
      turns(at, to, listing, use);
    }
    expect([...reached.insert].sort()).toEqual([...more].sort());
    expect([...reached.remove].sort()).toEqual([...less].sort());
    expect([...reached.turn].sort()).toEqual([...turned].sort());
  }
});

test("with a model's covariance for very many rows it finds its class", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const model = randomModel(10, 0.3, seed);
    const score = bic({ names: model.graph.names, covariance: covarianceOf(model), rows: 1e7 });
    const { graph, dag } = await ges(score);
    expect(edgesOf(graph)).toEqual(edgesOf(cpdagOf(model.graph)));
    expect(edgesOf(cpdagOf(dag))).toEqual(edgesOf(graph));
  }
});

test("the order and the units of columns change nothing", async () => {
  const observations = observed(randomModel(8, 0.4, 3), 60, 5);
  const first = await ges(bic(observations));
  const other = rearranged(observations, [4, 2, 7, 0, 1, 6, 3, 5], (column) => 10 ** (column - 4));
  const second = await ges(bic(other));
  const sorted = (edges: ReturnType<typeof edgesOf>) =>
    edges
      .map((e) => (e.directed || e.from < e.to ? e : { ...e, from: e.to, to: e.from }))
      .map((e) => JSON.stringify(e))
      .sort();
  expect(sorted(edgesOf(second.graph))).toEqual(sorted(edgesOf(first.graph)));
  expect(second.score).toBeCloseTo(first.score, 8);
});

test("interventions on each variable direct every edge", async () => {
  const model = randomModel(5, 0.5, 8);
  const plain = rowsOf(model, 2000, 1);
  const parts = [plain];
  const targets: number[][] = Array.from({ length: 2000 }, () => []);
  for (let j = 0; j < 5; j++) {
    parts.push(rowsOf(model, 500, 2 + j, { [j]: 3 }));
    for (let r = 0; r < 500; r++) targets.push([j]);
  }
  const values = Float64Array.from(parts.flatMap((part) => Array.from(part)));
  const { graph } = await ges(bic({ names: model.graph.names, values, targets }));
  expect(edgesOf(graph)).toEqual(edgesOf(model.graph));
});

test("knowledge is kept: required, forbidden, tiers", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const model = randomModel(6, 0.5, seed);
    const { names } = model.graph;
    const tiers = [[names[5]!, names[2]!], [names[0]!, names[3]!], [names[1]!]];
    const knowledge = {
      tiers,
      required: [{ from: names[2]!, to: names[4]! }],
      forbidden: [
        { from: names[4]!, to: names[0]! },
        { from: names[3]!, to: names[0]! },
      ],
    };
    const { graph, dag } = await ges(bic(observed(model, 200, seed)), { knowledge });
    const tierOf = (name: string) => tiers.findIndex((tier) => tier.includes(name));
    for (const { from, to, directed } of [...edgesOf(graph), ...edgesOf(dag)]) {
      const [a, b] = [tierOf(from), tierOf(to)];
      if (a >= 0 && b >= 0 && a !== b) expect([from, to, directed, a < b]).toEqual([from, to, true, true]);
      expect([`${names[4]}${names[0]}`, `${names[3]}${names[0]}`]).not.toContain(`${from}${to}`);
    }
    expect(edgesOf(graph)).toContainEqual({ from: names[2], to: names[4], directed: true });
    expect(edgesOf(dag)).toContainEqual({ from: names[2], to: names[4], directed: true });
  }
  const score = bic(observed(randomModel(3, 0.5, 0), 20, 1));
  const both = [
    { from: "g1", to: "g2" },
    { from: "g2", to: "g1" },
  ];
  await expect(ges(score, { knowledge: { required: both } })).rejects.toThrow("expected");
});

test("with restarts it reaches the best graph of ten variables", async () => {
  for (let seed = 0; seed < 3; seed++) {
    const score = bic(observed(randomModel(10, 0.3, seed), 200, seed));
    const [best, found] = [await exactSearch(score), await ges(score, { restarts: 20 })];
    expect(found.score).toBeCloseTo(best.score, 6);
  }
});

test("it stops when told to", async () => {
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  await expect(ges(bic(observed(randomModel(3, 0.5, 0), 20, 1)), { signal: controller.signal })).rejects.toThrow(
    "enough",
  );
});
