/** How many edges of two graphs differ. */
import { checkGraph, checkSameNames, edgesInOrder } from "./check-graph.ts";
import type { Graph } from "./graph.ts";

/**
 * The structural Hamming distance: pairs of variables between which the graphs have different edges. A missing edge, one too many,
 * one that points the other way and one that is open in one graph alone count 1 each (Tsamardinos, Brown & Aliferis 2006).
 * Hand in CPDAGs to count what data can tell, and DAGs to count every direction.
 * @throws ArgumentError for graphs of other variables
 */
export const structuralHammingDistance = (first: Graph, second: Graph): number => {
  checkGraph("structuralHammingDistance", first);
  checkGraph("structuralHammingDistance", second);
  checkSameNames("structuralHammingDistance", first, second);
  const d = first.names.length;
  const [a, b] = [first.edges, edgesInOrder(second, first.names)];
  let distance = 0;
  for (let i = 0; i < d; i++)
    for (let j = 0; j < i; j++) if (a[i * d + j] !== b[i * d + j] || a[j * d + i] !== b[j * d + i]) distance++;
  return distance;
};
