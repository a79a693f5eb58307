/** A DAG that changes edge by edge. */
import { additionsOf, type Score } from "../score/score.ts";
import type { Rules } from "./knowledge.ts";

/** A DAG with what each change of one edge would add to its score. */
export interface Climber {
  readonly edges: Uint8Array;
  /** [d, d] by rows: what adding the edge from row to column adds, or leaving it out where it is there. */
  readonly gains: Float64Array;
  toggle(from: number, to: number): void;
  /** [d, d] by rows: 1 where a directed path leads from row to column. */
  readonly reaches: Uint8Array;
  /** Whether a directed path of more than one edge leads from one to another. */
  leadsAround(from: number, to: number): boolean;
  parentsOf(to: number): readonly number[];
}

/** @param start edges of a DAG, [d, d] by rows; not changed */
export const climber = (score: Score, start: Uint8Array): Climber => {
  const d = score.names.length;
  const edges = start.slice();
  const gains = new Float64Array(d * d);
  const parents: number[][] = [];
  const children: number[][] = Array.from({ length: d }, () => []);
  const refresh = (to: number): void => {
    const own = parents[to]!;
    const base = score.local(to, own);
    const more = additionsOf(score, to, own);
    for (let from = 0; from < d; from++) gains[from * d + to] = more[from]! - base;
    for (const from of own)
      gains[from * d + to] =
        score.local(
          to,
          own.filter((p) => p !== from),
        ) - base;
  };
  for (let to = 0; to < d; to++) {
    parents.push([]);
    for (let from = 0; from < d; from++)
      if (edges[from * d + to]) {
        parents[to]!.push(from);
        children[from]!.push(to);
      }
    refresh(to);
  }
  const reaches = new Uint8Array(d * d);
  const reachAgain = (from: number): void => {
    const row = reaches.subarray(from * d, (from + 1) * d);
    row.fill(0);
    const stack = [from];
    while (stack.length > 0)
      for (const next of children[stack.pop()!]!)
        if (!row[next]) {
          row[next] = 1;
          stack.push(next);
        }
  };
  for (let from = 0; from < d; from++) reachAgain(from);
  return {
    edges,
    gains,
    reaches,
    parentsOf: (to) => parents[to]!,
    toggle: (from, to) => {
      const place = from * d + to;
      const isEdge = edges[place] === 1;
      if (isEdge) {
        parents[to] = parents[to]!.filter((p) => p !== from);
        children[from] = children[from]!.filter((c) => c !== to);
      } else {
        parents[to]!.push(from);
        children[from]!.push(to);
      }
      edges[place] = isEdge ? 0 : 1;
      const below = reaches.slice(to * d, (to + 1) * d);
      below[to] = 1;
      for (let above = 0; above < d; above++) {
        if (above !== from && !reaches[above * d + from]) continue;
        if (isEdge) reachAgain(above);
        else for (let k = 0; k < d; k++) reaches[above * d + k]! |= below[k]!;
      }
      refresh(to);
    },
    leadsAround: (from, to) => children[from]!.some((child) => child !== to && reaches[child * d + to] === 1),
  };
};

/** Leaves out a random share of the edges and adds some, as the rules allow. */
export const shaken = (
  score: Score,
  edges: Uint8Array,
  { allowed, required }: Rules,
  maxParents: number,
  random: () => number,
): Uint8Array => {
  const d = score.names.length;
  const at = climber({ ...score, local: () => 0, additions: () => new Float64Array(d) }, edges);
  const share = random();
  for (let place = 0; place < d * d; place++)
    if (edges[place] && !required[place] && random() < share) at.toggle(Math.floor(place / d), place % d);
  for (let more = 0; more < d; more++) {
    const [i, j] = [Math.floor(random() * d), Math.floor(random() * d)];
    const isFree = i !== j && !at.edges[i * d + j] && !at.edges[j * d + i] && allowed[i * d + j];
    if (isFree && at.parentsOf(j).length < maxParents && !at.reaches[j * d + i]) at.toggle(i, j);
  }
  return at.edges;
};
