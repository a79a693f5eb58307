/** Rows under conditions, each chosen among the first of its candidates that satisfy them. */
import { type AnySampler, ArgumentError, sample, uniform } from "@scorefield/core";
import type { Known } from "@scorefield/core/internal";
import { type NdArray, ndarray, zeros } from "@scorefield/tensor";
import type { RuleEffect } from "../../rules.ts";
import type { ColumnCondition } from "../mixed/allowed.ts";
import { bothEffects, countViolations, type Violations } from "../rules/count-violations.ts";
import type { TableModel } from "./table-model.ts";

/** How rows are drawn. */
export interface DrawOptions {
  readonly sampler?: AnySampler | undefined;
  /** Rows computed at once. */
  readonly batch?: number | undefined;
  /** Whether rows are moved to keep the rules of the run; default yes. */
  readonly rules?: boolean | undefined;
  /** Whether each row is chosen among candidates by the density ratio of the run, where it has one; default yes. */
  readonly refine?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The names of {@link DrawOptions}. */
export const knownDrawOptions = {
  sampler: true,
  batch: true,
  rules: true,
  refine: true,
  signal: true,
} satisfies Known<DrawOptions>;

/** What to draw. */
interface DrawTask extends DrawOptions {
  /** The numbers of the rows under the seed, below 2^28. */
  readonly numbers: readonly number[];
  /** How far the candidates of a row are apart; default 2^28. A divisor of 2^28 leaves room above for the draw in `numbers`. */
  readonly apart?: number;
  readonly seed: number;
  /** What is known of the row at a place in `numbers`, [observedSize]; of all rows the same where it is an array. */
  readonly observed: Float32Array | ((place: number) => ArrayLike<number>);
  /** Whether no cell may be missing; default false. */
  readonly complete?: boolean;
  /** What all rows are to satisfy, for rules that move them. */
  readonly conditions?: readonly ColumnCondition[];
  /** Writes known cells over a row [columns], and marks them with 1 in `known`. */
  finish?(row: Float64Array, place: number, known: Uint8Array): void;
  /** Which of rows [n, columns] at places are as wanted: 1 or 0. Default all. */
  accepts?(rows: NdArray<"float64">, places: readonly number[]): Uint8Array;
  /** @param done rows that are found, of all */
  onProgress?(done: number): void;
}

/** Drawn rows. */
export interface DrawnRows {
  /** [n, columns] in the units of the data. */
  readonly rows: NdArray<"float64">;
  /** How often these rows broke rules as they were drawn, and as they are; left out where none are kept. */
  readonly rules?: RuleEffect;
  /** How many candidates were drawn, and how many of them were as wanted. */
  readonly candidates: number;
  readonly accepted: number;
}

/**
 * With a density ratio r, a candidate is taken with the probability min(1, r / largestRatio). So a row takes about as many
 * candidates. More would bring the few rows whose ratio is above this nearer to the data.
 */
const largestRatio = 4;
/** Where so many candidates were not taken, one of them is, in proportion to r. */
const chosenAmong = 16;

/** Rows whose candidates are held at once. */
const placesAtOnce = 65_536;

/**
 * Candidate c of row i is sample i + 2^28 (c mod 16) of stream c / 16 of the seed. Candidate c of draw d of row i of a filled
 * table is sample i + 2^24 c + 2^28 (d mod 16) of stream d / 16.
 */
export const perStream = 16;
export const mostRows = 2 ** 28;
// At the least share that is drawn from, a row has none among so many with a probability of 1e-9.
const mostCandidates = 2048;
/** Below this share of candidates that satisfy conditions drawing is refused, once there were so many. */
const leastShare = 0.01;
const enough = 2000;

/** The seed of a stream beside a seed: streams of one seed differ, as streams of two seeds below 2^42 do. @param stream below 2048 */
export const streamSeed = (seed: number, stream: number): number => {
  const step = stream * 2 ** 42;
  return seed >= 2 ** 53 - step ? seed - (2 ** 53 - step) : seed + step;
};

const refuse = (accepted: number, candidates: number): never => {
  const share = accepted === 0 ? "none" : `${accepted} (${((100 * accepted) / candidates).toPrecision(2)} %)`;
  throw new ArgumentError(
    `conditions: expected at least ${100 * leastShare} % of conditioned rows to satisfy them, found ${share} of ${candidates}; widen the ranges, leave a condition out, or train longer or on more rows like these`,
  );
};

/** Whether a candidate is taken, and its value where none is: the largest has been drawn in proportion to the ratios. */
const choose = (logRatio: number, seed: number, index: number): { taken: boolean; value: number } => {
  const draws = uniform([1, 2], { seed, firstSample: index, purpose: "resampling", dtype: "float64" }).data;
  // Draws may be 0.
  const [u, v] = Array.from(draws, (draw) => Math.log(draw + 2 ** -54)) as [number, number];
  return { taken: u < logRatio - Math.log(largestRatio), value: logRatio - Math.log(-v) };
};

/**
 * Draws rows. A row takes the first candidate that is as wanted. With a density ratio it takes each that is with a
 * probability in proportion to the ratio (rejection sampling: von Neumann 1951; with a classifier's ratio, Azadi et al.
 * 2019), and after several one of them (importance resampling: Rubin 1987; the largest of log-ratios with Gumbel variables
 * added). Rows that have none yet get other candidates, in rounds of 1, 1, 2, 4, 8, 16, 16, ... So row i depends on the
 * seed and on i alone.
 * @throws ArgumentError where hardly any candidate is as wanted; as `sample`
 */
export const drawRows = async (
  { codec, model, table, keepRules, logRatio, rules: kept, ...run }: TableModel,
  task: DrawTask,
): Promise<DrawnRows> => {
  const {
    numbers,
    seed,
    observed,
    complete,
    finish,
    accepts,
    onProgress,
    signal,
    batch,
    conditions,
    apart = mostRows,
    rules = true,
    refine = true,
    sampler = run.sampler,
  } = task;
  const width = table.length;
  const size = codec.observedSize;
  const result = zeros([numbers.length, width], "float64");
  const ratioOf = refine ? logRatio : undefined;
  const firstTaken = ratioOf ? 1 / largestRatio : 1;
  const enoughEach = ratioOf ? chosenAmong : 1;
  /** Candidates of each place that were as wanted, up to `enoughEach`, which says that one is taken. */
  const found = new Uint8Array(numbers.length);
  const largest = new Float64Array(numbers.length).fill(Number.NEGATIVE_INFINITY);
  let [candidates, accepted] = [0, 0];
  const counted = rules && keepRules ? kept?.rules : undefined;
  /** The rows of a part as they were drawn, before rules moved them. */
  const asDrawn = new Float64Array(counted ? Math.min(placesAtOnce, numbers.length) * width : 0);
  let effect: RuleEffect | undefined;
  const countRules = (start: number, end: number): void => {
    if (!counted || end === start) return;
    const count = (data: Float64Array): Violations =>
      countViolations({ dtype: "float64", shape: [end - start, width], data }, table, counted);
    const before = count(asDrawn.subarray(0, (end - start) * width));
    const after = count(result.data.subarray(start * width, end * width));
    effect = bothEffects(effect, { before, after });
  };

  /** Draws candidates `first` to `first + each` of rows at places from `done` on. */
  const round = async (pending: readonly number[], first: number, each: number, done: number): Promise<void> => {
    const places = Array.from({ length: each }, () => pending).flat();
    const n = places.length;
    const indices = places.map(
      (place, k) => numbers[place]! + apart * ((first + Math.floor(k / pending.length)) % perStream),
    );
    const stream = streamSeed(seed, Math.floor(first / perStream));
    const seen = observed instanceof Float32Array ? ndarray(observed, [size]) : zeros([n, size], "float32");
    if (typeof observed === "function")
      for (const [k, place] of places.entries()) seen.data.set(observed(place), k * size);
    const drawn = await sample(model, {
      count: n,
      indices,
      given: { observed: seen },
      seed: stream,
      ...(sampler && { sampler }),
      ...(batch !== undefined && { batch }),
      ...(signal && { signal }),
      // Of a first round so many rows will be taken; later ones are short.
      onProgress: ({ step, steps }) => {
        if (first === 0) onProgress?.(done + Math.floor((step / steps) * pending.length * firstTaken));
      },
    });
    const decoded = codec.decode(drawn, { complete: complete === true });
    const known = new Uint8Array(n * width);
    const rowOf = <A extends Float64Array | Uint8Array>(data: A, k: number): A =>
      data.subarray(k * width, (k + 1) * width) as A;
    if (finish) for (const [k, place] of places.entries()) finish(rowOf(decoded.data, k), place, rowOf(known, k));
    const ruled = rules ? keepRules?.(decoded, { known, ...(conditions && { conditions }) }) : undefined;
    const rows = ruled?.samples ?? decoded;
    const right = accepts?.(rows, places);
    const ratios = ratioOf?.(rows);
    for (const [k, place] of places.entries()) {
      if (right && right[k] !== 1) continue;
      accepted++;
      if (found[place]! >= enoughEach) continue;
      const { taken, value } = ratios ? choose(ratios[k]!, stream, indices[k]!) : { taken: true, value: 0 };
      found[place] = taken ? enoughEach : found[place]! + 1;
      if (!taken && value <= largest[place]!) continue;
      largest[place] = value;
      result.data.set(rowOf(rows.data, k), place * width);
      if (counted) asDrawn.set(rowOf(decoded.data, k), (place - done) * width);
    }
    candidates += n;
  };

  for (let start = 0; start < numbers.length; start += placesAtOnce) {
    const end = Math.min(start + placesAtOnce, numbers.length);
    let pending = Array.from({ length: end - start }, (_, k) => start + k);
    for (let first = 0; pending.length > 0; ) {
      const each = first === 0 ? 1 : Math.min(first, perStream);
      await round(pending, first, each, start);
      first += each;
      pending = pending.filter((place) => found[place]! < enoughEach);
      if (pending.length === 0) break;
      onProgress?.(end - pending.length);
      if (candidates >= enough && accepted < leastShare * candidates) refuse(accepted, candidates);
      if (first < mostCandidates) continue;
      if (pending.some((place) => found[place] === 0)) refuse(0, first);
      // A few candidates are enough to choose among.
      break;
    }
    countRules(start, end);
  }
  return { rows: result, candidates, accepted, ...(effect && { rules: effect }) };
};

/** A share of draws with its standard error. */
export interface DrawnShare {
  readonly share: number;
  /** Root of share (1 - share) / draws. */
  readonly standardError: number;
  readonly draws: number;
}

/** The share of some draws. */
export const drawnShare = (count: number, draws: number): DrawnShare => {
  const share = count / draws;
  return { share, standardError: Math.sqrt((share * (1 - share)) / draws), draws };
};
