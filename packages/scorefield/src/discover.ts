/**
 * `scorefield/discover`: networks of causes from data. Graphs and their distances, scores, searches, orders of variables by the
 * score function, pruning, confidence of edges, predictions of interventions.
 */
import "#runtime";

export * from "@scorefield/discover";
