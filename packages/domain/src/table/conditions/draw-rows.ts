/** Rows under conditions, each the first of its candidates that satisfies them. */
import { type AnySampler, ArgumentError, sample } from "@scorefield/core";
import { type NdArray, ndarray, zeros } from "@scorefield/tensor";
import type { ColumnCondition } from "../mixed/allowed.ts";
import type { TableModel } from "./table-model.ts";

/** How rows are drawn. */
export interface DrawOptions {
  readonly sampler?: AnySampler | undefined;
  /** Rows computed at once. */
  readonly batch?: number | undefined;
  /** Whether rows are moved to keep the rules of the run; default yes. */
  readonly rules?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What to draw. */
interface DrawTask extends DrawOptions {
  /** The numbers of the rows under the seed; where rows may be drawn again, below 2^28. */
  readonly numbers: readonly number[];
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
  /** How many candidates were drawn, and how many of them were as wanted. */
  readonly candidates: number;
  readonly accepted: number;
}

/** Candidate c of row i is sample i + 2^28 (c mod 16) of stream c / 16 of the seed, and so is draw c of a cell. */
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

/**
 * Draws rows. Those whose candidate is not as wanted get others, in rounds of 1, 1, 2, 4, 8, 16, 16, ... candidates. Row i
 * takes the first that is, so it depends on the seed and on i alone.
 * @throws ArgumentError where hardly any candidate is as wanted; as `sample`
 */
export const drawRows = async (
  { codec, model, table, keepRules, ...run }: TableModel,
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
    rules = true,
    sampler = run.sampler,
  } = task;
  const width = table.length;
  const size = codec.observedSize;
  const result = zeros([numbers.length, width], "float64");
  let pending = Array.from(numbers, (_, place) => place);
  let [candidates, accepted] = [0, 0];
  for (let first = 0; pending.length > 0; ) {
    const each = first === 0 ? 1 : Math.min(first, perStream);
    const places = Array.from({ length: each }, () => pending).flat();
    const n = places.length;
    const indices = places.map(
      (place, k) => numbers[place]! + mostRows * ((first + Math.floor(k / pending.length)) % perStream),
    );
    const seen = observed instanceof Float32Array ? ndarray(observed, [size]) : zeros([n, size], "float32");
    if (typeof observed === "function")
      for (const [k, place] of places.entries()) seen.data.set(observed(place), k * size);
    const waiting = pending.length;
    const drawn = await sample(model, {
      count: n,
      indices,
      given: { observed: seen },
      seed: streamSeed(seed, Math.floor(first / perStream)),
      ...(sampler && { sampler }),
      ...(batch !== undefined && { batch }),
      ...(signal && { signal }),
      // Of a first round most rows will be as wanted; later ones are short.
      onProgress: ({ step, steps }) => {
        if (first === 0) onProgress?.(Math.floor((step / steps) * waiting));
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
    const found = new Set<number>();
    for (const [k, place] of places.entries()) {
      if (right && right[k] !== 1) continue;
      accepted++;
      if (found.has(place)) continue;
      found.add(place);
      result.data.set(rowOf(rows.data, k), place * width);
    }
    candidates += n;
    first += each;
    pending = pending.filter((place) => !found.has(place));
    if (pending.length === 0) break;
    onProgress?.(numbers.length - pending.length);
    if (candidates >= enough && accepted < leastShare * candidates) refuse(accepted, candidates);
    if (first >= mostCandidates) refuse(0, first);
  }
  return { rows: result, candidates, accepted };
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
