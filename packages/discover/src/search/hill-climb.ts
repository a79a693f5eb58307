/** Climbing from graph to graph by single edges. */
import { checkCount, checkOptions, type Known } from "@scorefield/core/internal";
import { additionsOf, checkScore, type Score, tieOf } from "../score/score.ts";
import { scoreOfEdges } from "../score/score-graph.ts";
import { type Found, foundDag, type SearchOptions } from "./found.ts";
import { type Rules, rulesOf } from "./knowledge.ts";
import { type Pace, pace } from "./pace.ts";
import { randomStream } from "./random-stream.ts";

export interface HillClimbOptions extends SearchOptions {
  /** Steps for which an edge that changed is left alone, unless that gives the best graph so far. Default 10. */
  readonly tabu?: number;
  /** Steps without a better graph after which a climb ends. Default 20. */
  readonly patience?: number;
  /** Climbs from the best graph with some edges changed at random. Default 0. */
  readonly restarts?: number;
  /** Parents of a variable, at most. No bound by default. */
  readonly maxParents?: number;
  /** Of the restarts. Default 0. */
  readonly seed?: number;
}

const known = {
  knowledge: true,
  signal: true,
  onProgress: true,
  tabu: true,
  patience: true,
  restarts: true,
  maxParents: true,
  seed: true,
} satisfies Known<HillClimbOptions>;

/** A DAG with what each change of one edge would add to its score. */
interface Climber {
  readonly edges: Uint8Array;
  /** [d, d] by rows: what adding the edge from row to column adds, or leaving it out where it is there. */
  readonly gains: Float64Array;
  toggle(from: number, to: number): void;
  /** Whether a directed path leads from one to another, the edge between them left out. */
  leads(from: number, to: number): boolean;
  parentsOf(to: number): readonly number[];
}

const climber = (score: Score, start: Uint8Array): Climber => {
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
  const seen = new Int32Array(d);
  let mark = 0;
  return {
    edges,
    gains,
    parentsOf: (to) => parents[to]!,
    toggle: (from, to) => {
      const place = from * d + to;
      if (edges[place]) {
        parents[to] = parents[to]!.filter((p) => p !== from);
        children[from] = children[from]!.filter((c) => c !== to);
        edges[place] = 0;
      } else {
        parents[to]!.push(from);
        children[from]!.push(to);
        edges[place] = 1;
      }
      refresh(to);
    },
    leads: (from, to) => {
      mark++;
      const stack = [from];
      while (stack.length > 0) {
        const at = stack.pop()!;
        for (const next of children[at]!) {
          if (at === from && next === to) continue;
          if (next === to) return true;
          if (seen[next] !== mark) {
            seen[next] = mark;
            stack.push(next);
          }
        }
      }
      return false;
    },
  };
};

/** One climb from a graph; `best` is what it found. */
const climb = async (
  score: Score,
  start: Uint8Array,
  { allowed, required }: Rules,
  settings: { readonly tabu: number; readonly patience: number; readonly maxParents: number },
  steps: Pace,
): Promise<{ readonly edges: Uint8Array; readonly score: number }> => {
  const d = score.names.length;
  const tie = tieOf(score);
  const { tabu, patience, maxParents } = settings;
  const at = climber(score, start);
  const { edges, gains } = at;
  /** The step until which a pair is left alone, at the place of its smaller number first. */
  const closed = new Int32Array(d * d);
  let value = scoreOfEdges(score, edges);
  let best = { edges: edges.slice(), score: value };
  for (let step = 1, idle = 0; idle < patience; step++) {
    await steps.turn(step, d);
    let [gain, from, to, turns] = [Number.NEGATIVE_INFINITY, -1, -1, false];
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        if (i === j) continue;
        const isEdge = edges[i * d + j] === 1;
        if (isEdge ? required[i * d + j] : edges[j * d + i] || !allowed[i * d + j]) continue;
        const isClosed = closed[Math.min(i, j) * d + Math.max(i, j)]! >= step;
        const open = (more: number): boolean => more > gain + tie && (!isClosed || value + more > best.score + tie);
        const single = gains[i * d + j]!;
        if (open(single) && (isEdge || (at.parentsOf(j).length < maxParents && !at.leads(j, i))))
          [gain, from, to, turns] = [single, i, j, false];
        if (!isEdge || !allowed[j * d + i]) continue;
        const turned = single + gains[j * d + i]!;
        if (open(turned) && at.parentsOf(i).length < maxParents && !at.leads(i, j))
          [gain, from, to, turns] = [turned, i, j, true];
      }
    if (from < 0) break;
    at.toggle(from, to);
    if (turns) at.toggle(to, from);
    value += gain;
    closed[Math.min(from, to) * d + Math.max(from, to)] = step + tabu;
    if (value > best.score + tie) {
      best = { edges: edges.slice(), score: value };
      idle = 0;
    } else idle++;
  }
  return best;
};

/** Leaves out a random share of the edges and adds some, as the rules allow. */
const shaken = (
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
    if (isFree && at.parentsOf(j).length < maxParents && !at.leads(j, i)) at.toggle(i, j);
  }
  return at.edges;
};

/**
 * Climbs from the graph of required edges: each step adds, leaves out or turns the edge that helps most or hurts least, and edges that
 * changed are left alone for a while (tabu search: Glover 1989; Bouckaert 1995). Ties go by names. It finds a graph that no single
 * edge improves, not always the best one. With restarts it climbs again from the best graph shaken at random.
 * @throws ArgumentError for options out of range and for knowledge that contradicts itself
 */
export const hillClimb = async (score: Score, options: HillClimbOptions = {}): Promise<Found> => {
  checkScore("hillClimb", score);
  checkOptions("hillClimb", options, known);
  const d = score.names.length;
  const { tabu = 10, patience = 20, restarts = 0, maxParents = d, seed = 0 } = options;
  for (const [name, value] of Object.entries({ tabu, patience, restarts, maxParents, seed }))
    checkCount(`hillClimb ${name}`, value);
  const rules = rulesOf("hillClimb", options.knowledge, score.names);
  const steps = pace(options.signal, options.onProgress);
  const settings = { tabu, patience: Math.max(1, patience), maxParents };
  const random = randomStream(seed);
  let best = await climb(score, rules.required, rules, settings, steps);
  for (let restart = 0; restart < restarts; restart++) {
    const start = shaken(score, best.edges, rules, maxParents, random);
    const next = await climb(score, start, rules, settings, steps);
    if (next.score > best.score + tieOf(score)) best = next;
  }
  return foundDag(score, best.edges, rules);
};
