/** Checks of graphs that callers without types may hand in. */
import { ArgumentError } from "@scorefield/core";
import { checkMade } from "@scorefield/core/internal";
import { showValue } from "@scorefield/tensor/internal";
import type { Graph } from "./named-graph.ts";

/** @throws ArgumentError unless a list of words, each once */
export const checkNames = (name: string, names: unknown): void => {
  if (!Array.isArray(names) || !names.every((word) => typeof word === "string"))
    throw new ArgumentError(`${name}: expected a list of names, found ${showValue(names)}`);
  if (new Set(names).size !== names.length)
    throw new ArgumentError(`${name}: expected each name once, found ${names.join(", ")}`);
};

/** @throws ArgumentError unless a graph */
export const checkGraph = (name: string, graph: Graph): void => {
  checkMade(name, graph, ["names", "edges"], "a graph such as makeGraph makes");
  checkNames(`${name} names`, graph.names);
  const d = graph.names.length;
  if (!(graph.edges instanceof Uint8Array) || graph.edges.length !== d * d)
    throw new ArgumentError(
      `${name} edges: expected a Uint8Array of ${d * d} entries, found ${showValue(graph.edges)}`,
    );
  for (let i = 0; i < d; i++)
    if (graph.edges[i * d + i])
      throw new ArgumentError(`${name} edges: expected none of a variable to itself, found ${graph.names[i]}`);
};

/** @throws ArgumentError unless both graphs have the same names, in any order */
export const checkSameNames = (name: string, a: Graph, b: Graph): void => {
  const known = new Set(a.names);
  const other = b.names.find((word) => !known.has(word));
  if (other !== undefined || a.names.length !== b.names.length)
    throw new ArgumentError(
      `${name}: expected graphs of the same variables, found ${a.names.join(", ")} and ${b.names.join(", ")}`,
    );
};

/** The edges of a graph with its variables in the order of other names. */
export const edgesInOrder = ({ names, edges }: Graph, order: readonly string[]): Uint8Array => {
  const d = names.length;
  const places = new Map(names.map((word, i) => [word, i]));
  const at = order.map((word) => places.get(word)!);
  const moved = new Uint8Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) moved[i * d + j] = edges[at[i]! * d + at[j]!]!;
  return moved;
};

/** The number of a variable by its name. @throws ArgumentError for an unknown name */
export const variableIn = (name: string, places: ReadonlyMap<string, number>, word: string): number => {
  const place = places.get(word);
  if (place === undefined)
    throw new ArgumentError(`${name}: expected one of ${[...places.keys()].join(", ")}, found ${showValue(word)}`);
  return place;
};

/** {@link variableIn} a list. */
export const variableOf = (name: string, names: readonly string[], word: string): number =>
  variableIn(name, new Map(names.map((other, i) => [other, i])), word);
