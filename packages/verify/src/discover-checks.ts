/** Checks of searches for networks of causes: against sums over all small graphs, and against known models. */
import {
  bge,
  bic,
  cpdagOf,
  dSeparated,
  edgeProbabilities,
  edgeRanking,
  exactSearch,
  ges,
  hillClimb,
  makeGraph,
  type Observations,
  predictIntervention,
  scoreGraph,
  structuralHammingDistance,
  structuralInterventionDistance,
} from "@scorefield/discover";
import { absolute, type Check, sameNumbers, worst } from "./check.ts";
import { allDags, covarianceOf, linearGraph, rowsOf } from "./linear-graphs.ts";

const group = "discovery";
const names = ["v0", "v1", "v2", "v3"];
const rows = rowsOf(linearGraph(4, 0.6, 1), 40, 2);
const scores = { BIC: bic, BGe: bge };

/** Partial correlation of two variables given others, by leaving the others out of a covariance one after another. */
const partialCorrelation = (covariance: Float64Array, d: number, a: number, b: number, given: readonly number[]) => {
  const left = covariance.slice();
  for (const c of given) {
    const row = left.slice(c * d, (c + 1) * d);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) left[i * d + j]! -= (row[i]! * row[j]!) / row[c]!;
  }
  return left[a * d + b]! / Math.sqrt(left[a * d + a]! * left[b * d + b]!);
};

const rearranged = ({ names, values }: Observations, order: readonly number[]): Observations => {
  const d = names.length;
  const moved = values.map((_, k) => {
    const from = order[k % d]!;
    return values[Math.floor(k / d) * d + from]! * 10 ** (from - 3) + from;
  });
  return { names: order.map((i) => names[i]!), values: moved };
};

/** Graphs, scores and searches. */
export const discoverChecks: readonly Check[] = [
  {
    name: "scores are equal within each class of the 543 graphs of four variables",
    group,
    source: "Chickering 1995, theorem 2; Geiger & Heckerman 2002; Kuipers, Moffa & Heckerman 2014",
    run: async () =>
      worst(
        Object.entries(scores).map(([detail, make]) => {
          const score = make(rows);
          const classes = new Map<string, number>();
          let apart = 0;
          for (const dag of allDags(names)) {
            const key = cpdagOf(dag).edges.join("");
            const value = scoreGraph(score, dag);
            apart = Math.max(apart, Math.abs(value - (classes.get(key) ?? value)));
            classes.set(key, value);
          }
          return absolute(0, apart, 1e-9, { detail });
        }),
      ),
  },
  {
    name: "the score of a graph is the sum over its variables",
    group,
    source: "definition",
    run: async () => {
      const score = bge(rows);
      const errors = allDags(names).map((dag) => {
        const sum = names.reduce((total, _, j) => {
          const parents = [0, 1, 2, 3].filter((i) => dag.edges[i * 4 + j] === 1);
          return total + score.local(j, parents.reverse());
        }, 0);
        return sum - scoreGraph(score, dag);
      });
      return sameNumbers(new Array(errors.length).fill(0), errors, 1e-9);
    },
  },
  {
    name: "no graph of four variables has a better score than exact search finds, and no search a better one",
    group,
    source: "Silander & Myllymaki 2006; all 543 graphs",
    run: async ({ signal }) => {
      const findings = [];
      for (const [detail, make] of Object.entries(scores)) {
        const score = make(rows);
        const best = Math.max(...allDags(names).map((dag) => scoreGraph(score, dag)));
        const found = await exactSearch(score, { signal });
        findings.push(absolute(best, found.score, 1e-9, { detail }));
        for (const search of [ges, hillClimb])
          findings.push(absolute(0, Math.max(0, (await search(score, { signal })).score - best), 1e-6, { detail }));
      }
      return worst(findings);
    },
  },
  {
    name: "greedy equivalence search finds the class of a model from its covariance",
    group,
    source: "Chickering 2002, lemmas 9 and 10: the limit of many rows",
    run: async ({ signal }) => {
      let distance = 0;
      for (let seed = 0; seed < 5; seed++) {
        const model = linearGraph(8, 0.3, seed);
        const score = bic({ names: model.graph.names, covariance: covarianceOf(model), rows: 1e7 });
        const { graph } = await ges(score, { signal });
        distance += structuralHammingDistance(graph, cpdagOf(model.graph));
      }
      return absolute(0, distance, 0.5, { detail: "edges that differ, five models of eight" });
    },
  },
  {
    name: "what searches find does not depend on the order and the units of columns",
    group,
    source: "symmetry",
    run: async ({ signal }) => {
      const observations = rowsOf(linearGraph(7, 0.4, 3), 60, 4);
      const other = rearranged(observations, [4, 2, 6, 0, 1, 5, 3]);
      let distance = 0;
      for (const make of Object.values(scores))
        for (const search of [exactSearch, ges, hillClimb]) {
          const [a, b] = [await search(make(observations), { signal }), await search(make(other), { signal })];
          distance += structuralHammingDistance(a.graph, b.graph) + structuralHammingDistance(a.dag, b.dag);
        }
      return absolute(0, distance, 0.5, { detail: "edges that differ" });
    },
  },
  {
    name: "interventions on each variable direct every edge",
    group,
    source: "Hauser & Buhlmann 2012, section 2",
    run: async ({ signal }) => {
      const model = linearGraph(6, 0.4, 6);
      const d = model.graph.names.length;
      const plain = rowsOf(model, 3000, 7).values;
      // Each sixth of the rows has one variable set: its causes are cut off.
      const values = plain.slice();
      const targets = Array.from({ length: 3000 }, (_, r) => [r % d]);
      for (let r = 0; r < 3000; r++) {
        const noise = plain.slice(r * d, (r + 1) * d);
        for (let j = 0; j < d; j++)
          for (let i = 0; i < d; i++) noise[j]! -= model.weights[i * d + j]! * plain[r * d + i]!;
        // Causes before effects: one pass for each variable reaches every one.
        for (let pass = 0; pass < d; pass++)
          for (let j = 0; j < d; j++) {
            let value = noise[j]!;
            for (let i = 0; i < d; i++) value += model.weights[i * d + j]! * values[r * d + i]!;
            values[r * d + j] = r % d === j ? 3 : value;
          }
      }
      const { graph } = await ges(bic({ names: model.graph.names, values, targets }), { signal });
      return absolute(0, structuralHammingDistance(graph, model.graph), 0.5, { detail: "edges that differ" });
    },
  },
  {
    name: "separated variables have no partial correlation, connected ones do",
    group,
    source: "Pearl 1988, theorem 1.2.4; Spirtes, Glymour & Scheines 2000, theorem 3.2",
    run: async () => {
      let wrong = 0;
      for (let seed = 0; seed < 10; seed++) {
        const model = linearGraph(5, 0.5, seed + 20);
        const covariance = covarianceOf(model);
        for (let a = 0; a < 5; a++)
          for (let b = 0; b < a; b++)
            for (let mask = 0; mask < 32; mask++) {
              if ((mask >> a) & 1 || (mask >> b) & 1) continue;
              const given = [0, 1, 2, 3, 4].filter((c) => (mask >> c) & 1);
              const none = Math.abs(partialCorrelation(covariance, 5, a, b, given)) < 1e-9;
              const named = (c: number) => `v${c}`;
              const separated = dSeparated(model.graph, { from: named(a), to: named(b), given: given.map(named) });
              if (none !== separated) wrong++;
            }
      }
      return absolute(0, wrong, 0.5, { detail: "triples, ten models of five" });
    },
  },
  {
    name: "distances of graphs: one edge more costs no prediction, one turned costs eight",
    group,
    source: "Peters & Buhlmann 2015, figure 1",
    run: async () => {
      const all = ["x", "y"].flatMap((from) => ["p", "q", "r"].map((to) => ({ from, to })));
      const make = (...more: { from: string; to: string }[]) =>
        makeGraph({ names: ["x", "y", "p", "q", "r"], edges: [...all, ...more] });
      const truth = make({ from: "x", to: "y" });
      const added = make({ from: "x", to: "y" }, { from: "p", to: "q" });
      const turned = make({ from: "y", to: "x" });
      return sameNumbers(
        [1, 0, 1, 8],
        [added, turned].flatMap((other) => [
          structuralHammingDistance(truth, other),
          structuralInterventionDistance(truth, other).greatest,
        ]),
        0,
      );
    },
  },
  {
    name: "areas of a ranking: chance, a perfect list, and a hit after a miss",
    group,
    source: "Stolovitzky, Prill & Califano 2009; Davis & Goadrich 2006 between points",
    run: async () => {
      const truth = makeGraph({
        names: ["a", "b", "c"],
        edges: [
          { from: "a", to: "b" },
          { from: "c", to: "b" },
        ],
      });
      const chance = edgeRanking(truth, new Float64Array(9));
      const perfect = edgeRanking(truth, [0, 3, 0, 0, 0, 0, 0, 2, 0]);
      const late = edgeRanking(truth, [0, 2, 0, 3, 0, 0, 0, 1, 0]);
      const expected = (1 - Math.log(2) + (1 - Math.log(3 / 2))) / 2;
      return sameNumbers(
        [1 / 2, 1 / 3, 1, 1, expected],
        [chance.auroc, chance.aupr, perfect.auroc, perfect.aupr, late.aupr],
        1e-12,
      );
    },
  },
  {
    name: "edge probabilities of a partition chain are sums over the 25 graphs of three variables",
    group,
    source: "Kuipers & Moffa 2017",
    run: async ({ signal }) => {
      const three = rowsOf(linearGraph(3, 0.7, 5), 20, 5);
      const score = bge(three);
      const dags = allDags(three.names);
      const values = dags.map((dag) => scoreGraph(score, dag));
      const highest = Math.max(...values);
      const weights = values.map((value) => Math.exp(value - highest));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const expected = Array.from({ length: 9 }, (_, k) =>
        dags.reduce((sum, dag, at) => sum + (dag.edges[k]! * weights[at]!) / total, 0),
      );
      const { directed } = await edgeProbabilities(score, { sweeps: 4000, signal });
      // 6,400 sweeps that hardly depend on each other have a standard error below 0.0065: four of them.
      return sameNumbers(expected, directed, 0.026);
    },
  },
  {
    name: "a knock-out of a linear Gaussian chain moves its end by the product of slopes",
    group,
    source: "Wright 1934; Pearl 2009, section 5.3",
    run: async ({ signal }) => {
      const graph = makeGraph({
        names: ["a", "b", "c"],
        edges: [
          { from: "a", to: "b" },
          { from: "b", to: "c" },
        ],
      });
      const model = { graph, weights: Float64Array.of(0, 2, 0, 0, 0, -1.5, 0, 0, 0) };
      const observations = rowsOf(model, 4000, 3);
      const found = await predictIntervention(graph, observations, { set: { a: -3 }, signal });
      // Intervals of 90 % reach 1.645 standard errors from the mean.
      const error = ({ interval: [low, high] }: (typeof found)[number]) => (high - low) / 2 / 1.645;
      return worst(
        [-6, 9].map((expected, k) => {
          const at = found[k + 1]!;
          return absolute(expected, at.mean, 4 * error(at), { detail: at.name });
        }),
      );
    },
  },
];
