/** Events of weights as events that all count the same. */
import { uniform } from "@scorefield/core";
import { DataError, type Events } from "@scorefield/data";

/** Weights of this relative difference are equal: files give them in few digits. */
const equalWeights = 1e-6;

/** Some of the events, in their order. */
const take = (events: Events, chosen: readonly number[]): Events => {
  const first = new Int32Array(chosen.length + 1);
  const kind: number[] = [];
  const vectors: number[] = [];
  for (const [n, i] of chosen.entries()) {
    for (let k = events.first[i]!; k < events.first[i + 1]!; k++) {
      kind.push(events.kind[k]!);
      for (let c = 0; c < 4; c++) vectors.push(events.vectors[4 * k + c]!);
    }
    first[n + 1] = kind.length;
  }
  return {
    ...events,
    count: chosen.length,
    first,
    kind: Int32Array.from(kind),
    vectors: Float64Array.from(vectors),
    weights: new Float64Array(chosen.length).fill(1),
  };
};

/**
 * Events that all count the same. Those of equal positive weights are as they are.
 * @param how `error`: others are refused; `unweight`: an event is kept with the probability of its weight over the greatest
 *   (von Neumann 1951), by a fixed seed
 * @throws DataError for weights that differ, and in any case for a weight that is not above 0: no event is drawn
 *   a negative number of times
 */
export const unweighted = (events: Events, path: string, how: "error" | "unweight"): Events => {
  const { weights, count } = events;
  let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
  for (const weight of weights) [least, greatest] = [Math.min(least, weight), Math.max(greatest, weight)];
  if (least >= greatest * (1 - equalWeights) && least > 0) return events;
  if (!(least > 0)) {
    const negative = weights.filter((weight) => !(weight > 0)).length;
    throw new DataError({
      path,
      expected: "events with weights above 0",
      found: `${negative} of ${count} with others, such as ${weights.find((weight) => !(weight > 0))}`,
      fix: "Generate events without negative weights, such as at leading order, or by cell resampling",
    });
  }
  if (how === "error")
    throw new DataError({
      path,
      expected: "events of equal weights",
      found: `weights from ${least} to ${greatest}`,
      fix: 'Choose events by their weights with weights: "unweight" (--weights unweight)',
    });
  const u = uniform([count], { seed: 0, purpose: "resampling", dtype: "float64" }).data;
  const chosen = Array.from({ length: count }, (_, i) => i).filter((i) => u[i]! < weights[i]! / greatest);
  const taken = take(events, chosen);
  const remark = `${chosen.length} of ${count} events are kept, chosen by their weights`;
  return { ...taken, remarks: [...events.remarks, remark] };
};
