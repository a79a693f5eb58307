/** Parts of a graph that are held together by open edges, and the ways to direct them. */
import { ArgumentError } from "@scorefield/core";
import { applyMeekRules } from "./meek-rules.ts";
import { neighboursOf } from "./neighbours.ts";

/** Variables that open edges hold together, each part in ascending order; a variable without open edges is a part. */
export const openComponents = (edges: Uint8Array, d: number): number[][] => {
  const { open } = neighboursOf(edges, d);
  const part = new Int32Array(d).fill(-1);
  const parts: number[][] = [];
  for (let start = 0; start < d; start++) {
    if (part[start]! >= 0) continue;
    const members = [start];
    part[start] = parts.length;
    for (let k = 0; k < members.length; k++)
      for (const next of open[members[k]!]!)
        if (part[next]! < 0) {
          part[next] = parts.length;
          members.push(next);
        }
    parts.push(members.sort((a, b) => a - b));
  }
  return parts;
};

/**
 * All ways to direct the open edges among some variables, by directing one and following Meek's rules, again and again.
 * @param edges of a CPDAG, [d, d] by rows; not changed
 * @param members among which edges are directed
 * @param most ways
 * @throws ArgumentError where there are more
 */
export const directedWays = (
  name: string,
  edges: Uint8Array,
  d: number,
  members: readonly number[],
  most: number,
): Uint8Array[] => {
  const ways: Uint8Array[] = [];
  const stack = [edges];
  while (stack.length > 0) {
    const at = stack.pop()!;
    let pair: readonly [number, number] | undefined;
    search: for (const i of members)
      for (const j of members)
        if (i < j && at[i * d + j] && at[j * d + i]) {
          pair = [i, j];
          break search;
        }
    if (!pair) {
      ways.push(at);
      if (ways.length > most)
        throw new ArgumentError(
          `${name}: expected at most ${most} DAGs of the graph, found more; direct some of its edges, for example with dagOf`,
        );
      continue;
    }
    const [i, j] = pair;
    for (const [from, to] of [
      [j, i],
      [i, j],
    ] as const) {
      const next = at.slice();
      next[to * d + from] = 0;
      applyMeekRules(next, d);
      stack.push(next);
    }
  }
  return ways;
};
