/** Rows of a model, each taken among candidates: those that satisfy conditions, chosen by a density ratio. */
import { type AnySampler, ArgumentError, sample } from "@scorefield/core";
import type { Known } from "@scorefield/core/internal";
import { type NdArray, ndarray, zeros } from "@scorefield/tensor";
import type { ColumnCondition } from "../mixed/allowed.ts";
import { bothEffects, countViolations, type RuleEffect, type Violations } from "../rules/count-violations.ts";
import { mostRows, perStream, streamSeed } from "./candidate-streams.ts";
import { chooseCandidate, chosenAmong, largestRatio } from "./choose-candidate.ts";
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
  /** How far the candidates of a row are apart within a stream; default 2^28. `impute` takes 2^24, and 2^28 between draws. */
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
  /** Which of rows [n, columns] at places satisfy the conditions: 1 or 0. Default all. */
  satisfies?(rows: NdArray<"float64">, places: readonly number[]): Uint8Array;
  /** @param done rows that are found, of all */
  onProgress?(done: number): void;
}

/** Drawn rows. */
export interface DrawnRows {
  /** [n, columns] in the units of the data. */
  readonly rows: NdArray<"float64">;
  /** How often these rows broke rules as they were drawn, and as they are; left out where none are kept. */
  readonly rules?: RuleEffect;
  /** How many candidates were drawn, and how many of them satisfied the conditions. */
  readonly candidates: number;
  readonly satisfying: number;
}

/** Rows whose candidates are held at once. */
const placesAtOnce = 65_536;

/** Candidates of a row, at most. With the least share below, none of them satisfies with a probability of 1e-9. */
const mostCandidates = 2048;
/** Drawing is refused where a smaller share of candidates satisfies the conditions. */
const leastShare = 0.01;
/** Candidates after which that is judged. */
const enough = 2000;

const refuse = (satisfying: number, candidates: number): never => {
  const share = satisfying === 0 ? "none" : `${satisfying} (${((100 * satisfying) / candidates).toPrecision(2)} %)`;
  throw new ArgumentError(
    `conditions: expected at least ${100 * leastShare} % of conditioned rows to satisfy them, found ${share} of ${candidates}; widen the ranges, leave a condition out, or train longer or on more rows like these`,
  );
};

/**
 * Draws rows. A row takes its first candidate that satisfies the conditions. With a density ratio, such a candidate is taken
 * with a probability only, and one of sixteen where none of them was: see {@link chooseCandidate}. Rows that have none yet
 * get more candidates, in rounds of 1, 1, 2, 4, 8, 16, 16, ... So row i depends on the seed and on i alone.
 * @throws ArgumentError where fewer than 1 % of candidates satisfy the conditions; as `sample`
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
    satisfies,
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
  /** Candidates of each place that satisfied the conditions, up to `enoughEach`: then the place has its row. */
  const found = new Uint8Array(numbers.length);
  const largest = new Float64Array(numbers.length).fill(Number.NEGATIVE_INFINITY);
  let [candidates, satisfying] = [0, 0];
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
      // This share of the first round's rows is taken. Later rounds are short.
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
    const satisfied = satisfies?.(rows, places);
    const ratios = ratioOf?.(rows);
    for (const [k, place] of places.entries()) {
      if (satisfied && satisfied[k] !== 1) continue;
      satisfying++;
      if (found[place]! >= enoughEach) continue;
      const { taken, value } = ratios ? chooseCandidate(ratios[k]!, stream, indices[k]!) : { taken: true, value: 0 };
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
      if (candidates >= enough && satisfying < leastShare * candidates) refuse(satisfying, candidates);
      if (first < mostCandidates) continue;
      if (pending.some((place) => found[place] === 0)) refuse(0, first);
      // Fewer than sixteen satisfy the conditions: the choice is among these.
      break;
    }
    countRules(start, end);
  }
  return { rows: result, candidates, satisfying, ...(effect && { rules: effect }) };
};
