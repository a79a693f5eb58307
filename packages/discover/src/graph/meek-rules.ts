/** Directions that follow from others. */

/**
 * Directs open edges that have only one direction without a new collider or a cycle, until there are no more (Meek 1995, rules
 * R1 to R4). R4 is needed where directions come from knowledge or interventions.
 * @param edges [d, d] by rows; they are changed in place
 */
export const applyMeekRules = (edges: Uint8Array, d: number): void => {
  const adjacent: number[][] = Array.from({ length: d }, () => []);
  const open: [number, number][] = [];
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++)
      if (edges[i * d + j] || edges[j * d + i]) {
        adjacent[i]!.push(j);
        if (i < j && edges[i * d + j] && edges[j * d + i]) open.push([i, j]);
      }
  const joined = (a: number, b: number) => edges[a * d + b] === 1 || edges[b * d + a] === 1;
  const directed = (a: number, b: number) => edges[a * d + b] === 1 && edges[b * d + a] === 0;
  const undirected = (a: number, b: number) => edges[a * d + b] === 1 && edges[b * d + a] === 1;

  /** Whether a - b must be a -> b. */
  const follows = (a: number, b: number): boolean => {
    const beside = adjacent[a]!;
    for (const c of beside) {
      if (c === b) continue;
      // R1: c -> a - b, c and b apart. R2: a -> c -> b.
      if (directed(c, a) && !joined(c, b)) return true;
      if (directed(a, c) && directed(c, b)) return true;
      if (!undirected(a, c)) continue;
      for (const e of beside) {
        if (e === b || e === c) continue;
        // R3: a - c -> b and a - e -> b, c and e apart. R4: a - c -> e -> b, a joined with e, c and b apart.
        if (c < e && undirected(a, e) && directed(c, b) && directed(e, b) && !joined(c, e)) return true;
        if (directed(c, e) && directed(e, b) && !joined(c, b)) return true;
      }
    }
    return false;
  };

  let left = open;
  for (let changed = true; changed; ) {
    changed = false;
    const rest: [number, number][] = [];
    for (const pair of left) {
      const [i, j] = pair;
      if (follows(i, j)) edges[j * d + i] = 0;
      else if (follows(j, i)) edges[i * d + j] = 0;
      else {
        rest.push(pair);
        continue;
      }
      changed = true;
    }
    left = rest;
  }
};
