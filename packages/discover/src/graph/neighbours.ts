/** Graphs as lists of numbers, for algorithms that walk along edges. */

/** Of each variable: the causes of directed edges, their effects, and the other ends of open edges. All ascend. */
export interface Neighbours {
  readonly parents: readonly number[][];
  readonly children: readonly number[][];
  readonly open: readonly number[][];
}

/** @param edges [d, d] by rows, as in a graph */
export const neighboursOf = (edges: Uint8Array, d: number): Neighbours => {
  const lists = () => Array.from({ length: d }, (): number[] => []);
  const [parents, children, open] = [lists(), lists(), lists()];
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) {
      if (!edges[i * d + j]) continue;
      if (edges[j * d + i]) open[i]!.push(j);
      else {
        children[i]!.push(j);
        parents[j]!.push(i);
      }
    }
  return { parents, children, open };
};

/**
 * Variables that paths of edges reach from some, themselves included.
 * @param next where edges lead from each variable
 * @returns [d], 1 where reached
 */
export const reachedFrom = (from: readonly number[], next: readonly (readonly number[])[]): Uint8Array => {
  const reached = new Uint8Array(next.length);
  const stack = [...from];
  for (const start of from) reached[start] = 1;
  while (stack.length > 0)
    for (const to of next[stack.pop()!]!)
      if (!reached[to]) {
        reached[to] = 1;
        stack.push(to);
      }
  return reached;
};
