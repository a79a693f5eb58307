/** Finds a network of causes by one of the methods, with how sure its edges are. */
import {
  additiveBic,
  bdeu,
  bge,
  bic,
  combinedRanking,
  discoverByOrder,
  discretise,
  type EdgeConfidence,
  edgeConfidence,
  edgeProbabilities,
  edgesOf,
  exactSearch,
  type Graph,
  ges,
  hillClimb,
  isAcyclic,
  type Knowledge,
  makeGraph,
  type Observations,
  type Score,
} from "@scorefield/discover";
import { ndarray } from "@scorefield/tensor";
import { UsageError } from "../errors.ts";
import { correlationsOf } from "./correlations.ts";
import type { FoundEdge, FoundNetwork } from "./found-network.ts";

/** What a method is. */
interface Method {
  readonly summary: string;
  /** Whether it looks for the graph of the best score. */
  readonly searches: boolean;
  /** Variables at most. */
  readonly most: number;
  /** Variables up to which rows are drawn again for confidence where nothing is said. */
  readonly resampled: number;
}

/** By the names of the option `--method`. */
export const methods = {
  exact: {
    summary: "the graph of the best score, by dynamic programming; to 20 variables",
    searches: true,
    most: 20,
    resampled: 12,
  },
  ges: {
    summary:
      "greedy search over classes of graphs that data cannot tell apart, with restarts; with interventions, GIES",
    searches: true,
    most: 2000,
    resampled: 30,
  },
  "hill-climbing": {
    summary: "greedy search over graphs, with a tabu list and restarts",
    searches: true,
    most: 2000,
    resampled: 30,
  },
  posterior: {
    summary: "probabilities of edges over all graphs, by a Markov chain; edges above 0.5 make the graph",
    searches: true,
    most: 100,
    resampled: 0,
  },
  score: {
    summary: "an order of variables by the score function's Jacobian, then additive splines (SCORE)",
    searches: false,
    most: 200,
    resampled: 0,
  },
  nogam: {
    summary: "an order by how well residuals predict the score function, then splines (NoGAM)",
    searches: false,
    most: 200,
    resampled: 0,
  },
  diffan: {
    summary: "an order by the Jacobian of a diffusion model, then splines (DiffAN)",
    searches: false,
    most: 200,
    resampled: 0,
  },
  trees: {
    summary:
      "a ranking of regulators by trees, and by knock-outs where rows have them; no graph of causes: circles may stand in it",
    searches: false,
    most: 5000,
    resampled: 0,
  },
} as const satisfies Readonly<Record<string, Method>>;

/** A name of the option `--method`. */
export type MethodName = keyof typeof methods;
export const methodNames = Object.keys(methods) as readonly MethodName[];

/** Names of the option `--score`. */
export const scoreNames = ["ebic", "bic", "bge", "bdeu", "additive"] as const;
export type ScoreName = (typeof scoreNames)[number];

/** Whether a price of parameters says something to a method with a score. */
export const isPriced = (method: MethodName, score: ScoreName): boolean =>
  methods[method].searches && (score === "ebic" || score === "bic" || score === "additive");

/** How a network is found. */
export interface FindOptions {
  readonly method: MethodName;
  readonly score: ScoreName;
  /** Price of a parameter, of `ebic`, `bic` and `additive`. */
  readonly penalty?: number | undefined;
  readonly knowledge?: Knowledge | undefined;
  /** Sets of rows drawn again for confidence; 0 for none. */
  readonly resamples: number;
  /** Largest p-value of an edge, of methods by order. */
  readonly level?: number | undefined;
  /** Edges of a ranking. */
  readonly edges?: number | undefined;
  /** Of `diffan`. */
  readonly minutes?: number | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** @param part what is being done @param done of `total` */
  readonly onProgress?: ((part: string, done: number, total: number) => void) | undefined;
}

/** A network, its graph, and what its confidence is. */
export interface Finding {
  readonly network: FoundNetwork;
  readonly graph: Graph;
  /** Of the graph; of methods with a score. */
  readonly score?: number;
  /** An order of the variables, causes first; of methods by order. */
  readonly order?: readonly string[];
}

/** Variables up to which greedy searches start again from the best graph shaken: dense graphs need it, and it is cheap. */
export const mostForRestarts = 100;
const restarts = { ges: 20, "hill-climbing": 100 };

const scoreOf = (observations: Observations, { score, penalty }: FindOptions): Score => {
  const priced = penalty === undefined ? {} : { penalty };
  if (score === "ebic") return bic(observations, { ...priced, extended: 1 });
  if (score === "bic") return bic(observations, priced);
  if (score === "additive") return additiveBic(observations, priced);
  return score === "bge" ? bge(observations) : bdeu(discretise(observations));
};

interface Searched {
  readonly graph: Graph;
  readonly score?: number;
  readonly order?: readonly string[];
  readonly confidence?: Pick<EdgeConfidence, "directed" | "joined">;
}

type Report = ((done: number, total: number) => void) | undefined;

/** Edges that are more probable than not, the most probable first; one that would close a circle is left out. */
const probableGraph = (names: readonly string[], directed: Float64Array, joined: Float64Array): Graph => {
  const d = names.length;
  const found: { from: string; to: string; directed: boolean; sure: number }[] = [];
  for (let i = 0; i < d; i++)
    for (let j = 0; j < i; j++) {
      if (joined[i * d + j]! <= 0.5) continue;
      const [there, back] = [directed[i * d + j]!, directed[j * d + i]!];
      const ends = there >= back ? { from: names[i]!, to: names[j]! } : { from: names[j]!, to: names[i]! };
      const sure = Math.max(there, back);
      found.push({ ...ends, directed: sure > 0.5, sure });
    }
  const edges: { from: string; to: string; directed: boolean }[] = found.filter((edge) => !edge.directed);
  for (const { from, to } of found.filter((edge) => edge.directed).sort((a, b) => b.sure - a.sure)) {
    const more = [...edges, { from, to, directed: true }];
    if (isAcyclic(makeGraph({ names, edges: more }))) edges.push({ from, to, directed: true });
  }
  return makeGraph({ names, edges });
};

/** The strongest edges of a ranking. */
const rankedGraph = (names: readonly string[], confidence: Float64Array, most: number): Graph => {
  const d = names.length;
  const places = Array.from(confidence.keys())
    .filter((at) => confidence[at]! > 0)
    .sort((a, b) => confidence[b]! - confidence[a]! || a - b)
    .slice(0, most);
  const edges = new Uint8Array(d * d);
  for (const at of places) edges[at] = 1;
  return { names, edges };
};

const rankRegulators = async (
  observations: Observations,
  options: FindOptions,
  onProgress: Report,
): Promise<Searched> => {
  const { names, values, categories, targets } = observations;
  const category = categories?.findIndex((levels) => levels > 0) ?? -1;
  if (category >= 0)
    throw new UsageError(
      `--method trees: expected numbers, found the category ${names[category]}; leave it out with --exclude`,
    );
  const d = names.length;
  const all = Array.from({ length: values.length / d }, (_, i) => i);
  const rowsOf = (rows: readonly number[]) => {
    const taken = new Float64Array(rows.length * d);
    for (const [i, row] of rows.entries()) taken.set(values.subarray(row * d, (row + 1) * d), i * d);
    return ndarray(taken, [rows.length, d]);
  };
  const single = all.filter((i) => targets?.[i]?.length === 1);
  const steady = all.filter((i) => !targets?.[i]?.length);
  if (single.length + steady.length < all.length)
    throw new UsageError(
      "--method trees: expected at most one variable set in a row, found rows with several; take another method",
    );
  const { confidence } = await combinedRanking(
    {
      names,
      ...(steady.length > 0 && { steady: rowsOf(steady) }),
      ...(single.length > 0 && { knockouts: { values: rowsOf(single), genes: single.map((i) => targets![i]![0]!) } }),
    },
    {
      seed: options.seed,
      ...(options.signal && { signal: options.signal }),
      onProgress: ({ done, total }) => onProgress?.(done, total),
    },
  );
  const most = confidence.reduce((a, b) => Math.max(a, b), 0) || 1;
  const directed = confidence.map((value) => value / most);
  return {
    graph: rankedGraph(names, confidence, options.edges ?? 2 * d),
    confidence: {
      directed,
      joined: directed.map((value, at) => Math.max(value, directed[(at % d) * d + Math.floor(at / d)]!)),
    },
  };
};

const search = async (observations: Observations, options: FindOptions, onProgress: Report): Promise<Searched> => {
  const { method, knowledge, signal, seed, level, minutes } = options;
  const common = { ...(knowledge && { knowledge }), ...(signal && { signal }) };
  if (method === "trees") return rankRegulators(observations, options, onProgress);
  if (!methods[method].searches) {
    const { graph, order } = await discoverByOrder(observations, {
      ...common,
      method: method as "score" | "nogam" | "diffan",
      ...(level !== undefined && { level }),
      ...(minutes !== undefined && { minutes }),
      seed,
      onProgress: ({ done, total }) => onProgress?.(done, total),
    });
    return { graph, order };
  }
  const score = scoreOf(observations, options);
  const searching = { ...common, ...(onProgress && { onProgress }) };
  if (method === "posterior") {
    const { names, directed, joined } = await edgeProbabilities(score, { ...searching, seed });
    return { graph: probableGraph(names, directed, joined), confidence: { directed, joined } };
  }
  const again = (way: keyof typeof restarts) =>
    observations.names.length <= mostForRestarts ? { restarts: restarts[way], seed } : {};
  const found =
    method === "exact"
      ? await exactSearch(score, searching)
      : method === "ges"
        ? await ges(score, { ...searching, ...again(method) })
        : await hillClimb(score, { ...searching, ...again("hill-climbing") });
  return { graph: found.graph, score: found.score };
};

/**
 * Finds a network of causes.
 * @throws UsageError for more variables than a method takes; what the method throws
 */
export const findNetwork = async (observations: Observations, options: FindOptions): Promise<Finding> => {
  const { method, resamples, seed, signal, onProgress } = options;
  const { names } = observations;
  const { most } = methods[method];
  if (names.length > most)
    throw new UsageError(
      `--method ${method}: expected at most ${most} variables, found ${names.length}; take --method ges, or fewer --columns`,
    );
  const found = await search(
    observations,
    options,
    onProgress && ((done, total) => onProgress("searching", done, total)),
  );
  const resampled =
    resamples > 0
      ? await edgeConfidence(observations, {
          search: async (rows) => (await search(rows, options, undefined)).graph,
          rounds: resamples,
          seed,
          ...(signal && { signal }),
          ...(onProgress && { onProgress: (done, total) => onProgress("drawing rows again", done, total) }),
        })
      : undefined;
  const confidence = found.confidence ?? resampled;
  const correlations = correlationsOf(observations);
  const d = names.length;
  const index = new Map(names.map((name, i) => [name, i]));
  const edges = edgesOf(found.graph).map(({ from, to, directed }): FoundEdge => {
    const at = index.get(from)! * d + index.get(to)!;
    return {
      from,
      to,
      directed,
      ...(confidence && { confidence: (directed ? confidence.directed : confidence.joined)[at]! }),
      correlation: correlations(index.get(from)!, index.get(to)!),
    };
  });
  edges.sort((a, b) => (b.confidence ?? 0) - (a.confidence ?? 0) || Math.abs(b.correlation) - Math.abs(a.correlation));
  const { graph, score, order } = found;
  return {
    network: { names, edges },
    graph,
    ...(score !== undefined && { score }),
    ...(order && { order }),
  };
};
