/** Which parts of a row make it an anomaly: those that would make it less of one if they had another value. */
import { ArgumentError } from "@scorefield/core";
import { checkMade, checkOptions, checkWhole, type Known, toRowPair } from "@scorefield/core/internal";
import { type NdArray, ndarray } from "@scorefield/tensor";
import type { AnomalyDetector } from "./detector.ts";

/** Elements of a row that belong together, such as those of one column. */
export interface RowPart {
  /** The first element, and how many. */
  readonly from: number;
  readonly size: number;
}

/** Options of {@link oddParts}. */
export interface OddPartsOptions {
  /** Values of each part that are tried, default 16. */
  readonly candidates?: number;
  readonly signal?: AbortSignal;
}

const known = { candidates: true, signal: true } satisfies Known<OddPartsOptions>;

/** What {@link oddParts} finds. */
export interface OddParts {
  /**
   * By how much the score of each row falls where a part takes the value that suits the row best, [n, parts]. At least 0. 0 says
   * that no value that was tried suits the row better.
   */
  readonly drops: NdArray<"float64">;
  /** The reference row that this value is of, [n, parts]. */
  readonly better: NdArray<"int32">;
}

/** Positions of `count` reference rows that spread evenly over the order of a part's first varying element. */
const spreadOver = (data: Float64Array, n: number, d: number, { from, size }: RowPart, count: number): number[] => {
  const order = Array.from({ length: n }, (_, i) => i);
  order.sort((a, b) => {
    for (let j = from; j < from + size; j++) {
      const difference = data[a * d + j]! - data[b * d + j]!;
      if (difference !== 0) return difference;
    }
    return a - b;
  });
  return Array.from({ length: count }, (_, k) => order[Math.floor(((k + 0.5) * n) / count)]!);
};

/**
 * For each row and each of its parts: how much less anomalous the row were with the best of some values that reference rows have
 * in that part, the others kept. A part that does not fit the others stands out, even if each of its values is frequent.
 * @param rows [n, ...shape] @param reference [m, ...shape], m > 0, such as training rows
 * @throws ShapeError for shapes that differ; ArgumentError for parts that are not elements of a row
 */
export const oddParts = async (
  detector: AnomalyDetector,
  rows: NdArray,
  reference: NdArray,
  parts: readonly RowPart[],
  options: OddPartsOptions = {},
): Promise<OddParts> => {
  checkMade("oddParts detector", detector, ["score"], "a detector such as smoothedDensity(model)");
  checkOptions("oddParts", options, known);
  const { candidates = 16, signal } = options;
  checkWhole("oddParts candidates", candidates);
  const [base, { n, d, data }] = toRowPair("oddParts", reference, rows);
  checkMade("oddParts parts", parts, ["length", "find"], "a list of { from, size }");
  for (const part of parts) checkMade("oddParts part", part, ["from", "size"], "{ from, size }");
  const wrong = parts.find(({ from, size }) => !(from >= 0 && size >= 0 && from + size <= d));
  if (wrong)
    throw new ArgumentError(`oddParts: expected parts within ${d} elements, found ${wrong.size} from ${wrong.from}`);
  const tried = parts.map((part) => spreadOver(base.data, base.n, d, part, candidates));
  const drops = new Float64Array(n * parts.length);
  const better = new Int32Array(n * parts.length);
  const before = (await detector.score(rows)).data;
  for (let i = 0; i < n; i++) {
    signal?.throwIfAborted();
    const row = data.subarray(i * d, (i + 1) * d);
    const changed = new Float64Array(parts.length * candidates * d);
    for (const [p, { from, size }] of parts.entries())
      for (const [k, other] of tried[p]!.entries()) {
        const at = (p * candidates + k) * d;
        changed.set(row, at);
        changed.set(base.data.subarray(other * d + from, other * d + from + size), at + from);
      }
    const scores = (await detector.score(ndarray(changed, [parts.length * candidates, ...rows.shape.slice(1)]))).data;
    for (const p of parts.keys()) {
      const own = scores.subarray(p * candidates, (p + 1) * candidates);
      const least = own.reduce((best, score, k) => (score < own[best]! ? k : best), 0);
      drops[i * parts.length + p] = Math.max(0, before[i]! - own[least]!);
      better[i * parts.length + p] = tried[p]![least]!;
    }
  }
  const shape = [n, parts.length];
  return { drops: ndarray(drops, shape), better: ndarray(better, shape) };
};
