/** A network that is known, to compare one that was found with. */
import { didYouMean } from "@scorefield/core";
import { DataError, readRawCells } from "@scorefield/data";
import {
  cpdagOf,
  type EdgeRanking,
  edgeRanking,
  edgesOf,
  type Graph,
  type InterventionDistance,
  isAcyclic,
  makeGraph,
  structuralHammingDistance,
  structuralInterventionDistance,
} from "@scorefield/discover";
import type { FoundNetwork } from "./found-network.ts";

/** Words that say in the third column of a list that an edge is not there. */
const absent = new Set(["0", "false", "no"]);

/**
 * Reads a list of edges: in each row the cause, the effect, and perhaps whether the edge is there (1 or 0). The first row holds
 * names of the columns.
 * @throws DataError for names that are no variables, and for fewer than two columns
 */
export const readTruth = async (path: string, names: readonly string[], signal?: AbortSignal): Promise<Graph> => {
  const { columns, rows } = await readRawCells(path, { signal });
  if (columns.length < 2)
    throw new DataError({ path, expected: "columns of causes and of effects", found: columns.join(", ") });
  if (columns.slice(0, 2).every((name) => names.includes(name)))
    throw new DataError({
      path,
      row: 1,
      expected: "names of the columns in the first row",
      found: columns.join(","),
      fix: "Write cause,effect as the first row",
    });
  const edges = rows.flatMap((cells, i) => {
    const [from = "", to = "", there = "1"] = cells.map((cell) => `${cell ?? ""}`.trim());
    if (absent.has(there.toLowerCase())) return [];
    for (const [j, name] of [from, to].entries())
      if (!names.includes(name))
        throw new DataError({
          path,
          column: columns[j]!,
          row: i + 1,
          expected: "the name of a variable",
          found: `${JSON.stringify(name)}${didYouMean(name, names)}`,
        });
    if (from === to) throw new DataError({ path, row: i + 1, expected: "two variables", found: `${from} twice` });
    return [{ from, to }];
  });
  return makeGraph({ names, edges });
};

/** How far a network that was found is from the true one. */
export interface TruthComparison {
  /** Edges of the truth. */
  readonly edges: number;
  /** Structural Hamming distance, and that of a graph without edges. */
  readonly hammingDistance: number;
  readonly ofNoEdges: number;
  /** Between the classes of both: directions that data cannot tell do not count. Left out where the truth has a circle. */
  readonly ofClasses?: number;
  /** Left out where the truth has a circle, for more than 100 variables, and for parts with too many directions. */
  readonly interventionDistance?: InterventionDistance;
  /** Of the order of edges by confidence; left out where they have none. */
  readonly ranking?: EdgeRanking;
}

/** Whether a graph has neither circles nor edges both ways, as networks with feedback do. */
const isDag = (graph: Graph): boolean => isAcyclic(graph) && edgesOf(graph).every(({ directed }) => directed);

/** The class that a graph is of, or stands for; undefined for a graph with a circle. */
const classOf = (graph: Graph): Graph | undefined => {
  if (!isAcyclic(graph)) return undefined;
  return isDag(graph) ? cpdagOf(graph) : graph;
};

/** Variables up to which the intervention distance is computed. */
const mostForInterventions = 100;

/** Compares a network with the truth over the same variables. */
export const compareWithTruth = ({ names, edges }: FoundNetwork, graph: Graph, truth: Graph): TruthComparison => {
  const d = names.length;
  const index = new Map(names.map((name, i) => [name, i]));
  const confidence = new Float64Array(d * d);
  for (const { from, to, directed, confidence: sure = 0 } of edges) {
    confidence[index.get(from)! * d + index.get(to)!] = sure;
    if (!directed) confidence[index.get(to)! * d + index.get(from)!] = sure;
  }
  const interventionDistance = (): InterventionDistance | undefined => {
    if (d > mostForInterventions || !isDag(truth)) return undefined;
    try {
      return structuralInterventionDistance(truth, graph);
    } catch {
      // Too many ways to direct what is open.
      return undefined;
    }
  };
  const ofInterventions = interventionDistance();
  const found = classOf(graph);
  const count = truth.edges.reduce((sum, edge) => sum + edge, 0);
  const ranked = edges.some((edge) => edge.confidence !== undefined) && count > 0 && count < d * (d - 1);
  return {
    edges: count,
    hammingDistance: structuralHammingDistance(truth, graph),
    ofNoEdges: structuralHammingDistance(truth, makeGraph({ names, edges: [] })),
    ...(found && isDag(truth) && { ofClasses: structuralHammingDistance(cpdagOf(truth), found) }),
    ...(ofInterventions && { interventionDistance: ofInterventions }),
    ...(ranked && { ranking: edgeRanking(truth, confidence) }),
  };
};
