/** Climbing from graph to graph by single edges. */
import { checkCount, checkOptions, type Known } from "@scorefield/core/internal";
import { checkScore, type Score, tieOf } from "../score/score.ts";
import { scoreOfEdges } from "../score/score-graph.ts";
import { climber, shaken } from "./climber.ts";
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
  const { edges, gains, reaches } = at;
  /** The step until which a pair is left alone, both ways. */
  const closed = new Int32Array(d * d);
  let value = scoreOfEdges(score, edges);
  let best = { edges: edges.slice(), score: value };
  for (let step = 1, idle = 0; idle < patience; step++) {
    await steps.turn(step, d);
    let [gain, from, to, turns] = [Number.NEGATIVE_INFINITY, -1, -1, false];
    // What closed pairs must give to be taken all the same.
    const better = best.score + tie - value;
    for (let i = 0; i < d; i++)
      for (let j = 0; j < d; j++) {
        const place = i * d + j;
        const single = gains[place]!;
        const isEdge = edges[place] === 1;
        const isClosed = closed[place]! >= step;
        if (!isEdge) {
          if (!(single > gain + tie) || !allowed[place] || edges[j * d + i]) continue;
          if (isClosed && !(single > better)) continue;
          if (!reaches[j * d + i] && at.parentsOf(j).length < maxParents)
            [gain, from, to, turns] = [single, i, j, false];
          continue;
        }
        if (required[place]) continue;
        if (single > gain + tie && !(isClosed && !(single > better))) [gain, from, to, turns] = [single, i, j, false];
        if (!allowed[j * d + i] || at.parentsOf(i).length >= maxParents) continue;
        const turned = single + gains[j * d + i]!;
        if (turned > gain + tie && !(isClosed && !(turned > better)) && !at.leadsAround(i, j))
          [gain, from, to, turns] = [turned, i, j, true];
      }
    if (from < 0) break;
    at.toggle(from, to);
    if (turns) at.toggle(to, from);
    value += gain;
    closed[from * d + to] = step + tabu;
    closed[to * d + from] = step + tabu;
    if (value > best.score + tie) {
      best = { edges: edges.slice(), score: value };
      idle = 0;
    } else idle++;
  }
  return best;
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
