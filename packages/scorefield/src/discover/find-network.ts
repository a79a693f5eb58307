/** Finds a network of causes by one of the methods, with how sure its edges are. */
import { ArgumentError } from "@scorefield/core";
import {
  bdeu,
  bge,
  bic,
  discoverByOrder,
  discretise,
  edgesOf,
  exactSearch,
  type Graph,
  ges,
  hillClimb,
  type Knowledge,
  type Observations,
  type Score,
} from "@scorefield/discover";
import type { FoundEdge, FoundNetwork } from "./found-network.ts";

/** What a method is, in words. */
interface Method {
  readonly summary: string;
  /** Whether it takes a score. */
  readonly searches: boolean;
  /** Variables at most. */
  readonly most: number;
  /** Variables up to which edges get a confidence where nothing is said. */
  readonly sure: number;
}

/** By the names of the option `--method`. */
export const methods = {
  exact: { summary: "the best graph of all, by dynamic programming; to 20 variables", searches: true, most: 20, sure: 10 },
  ges: { summary: "greedy search over classes of graphs that data cannot tell apart", searches: true, most: 2000, sure: 50 },
  "hill-climbing": { summary: "greedy search over graphs, with a tabu list", searches: true, most: 5000, sure: 50 },
  score: { summary: "order by the score function's Jacobian, then additive splines (SCORE)", searches: false, most: 200, sure: 0 },
  nogam: { summary: "order by what the score function says of residuals, then splines (NoGAM)", searches: false, most: 200, sure: 0 },
  diffan: { summary: "order by the Jacobian of a diffusion model, then splines (DiffAN)", searches: false, most: 200, sure: 0 },
} as const satisfies Readonly<Record<string, Method>>;

/** A name of the option `--method`. */
export type MethodName = keyof typeof methods;
export const methodNames = Object.keys(methods) as readonly MethodName[];

/** Names of the option `--score`. */
export const scoreNames = ["bic", "bge", "bdeu"] as const;
export type ScoreName = (typeof scoreNames)[number];

/** How a network is found. */
export interface FindOptions {
  readonly method: MethodName;
  readonly score: ScoreName;
  /** Price of a parameter, of `bic`. */
  readonly penalty?: number | undefined;
  readonly knowledge?: Knowledge | undefined;
  /** Resamples of the rows for confidence; 0 for none. */
  readonly resamples: number;
  /** Largest p-value of an edge, of methods by order. */
  readonly level?: number | undefined;
  /** Of `diffan`. */
  readonly minutes?: number | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** @param part what is being done @param done in [0, 1] */
  readonly onProgress?: ((part: string, done: number) => void) | undefined;
}

const scoreOf = (observations: Observations, { score, penalty }: FindOptions): Score =>
  score === "bic"
    ? bic(observations, penalty === undefined ? {} : { penalty })
    : score === "bge"
      ? bge(observations)
      : bdeu(discretise(observations));
