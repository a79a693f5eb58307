/** How much the points of an iteration still change. */
import type { SampleEvent } from "@scorefield/core";

/** Follows the points of several problems, each of `size` numbers. */
export const changesOf = (problems: number, size: number) => {
  const found = Array.from({ length: problems }, () => ({
    last: undefined as Float64Array | undefined,
    changes: [] as number[],
  }));
  return {
    /** @param alpha the scale of the points at the event's time */
    take: ({ x, firstSample }: SampleEvent, alpha: number): void => {
      for (let row = 0; row < x.shape[0]!; row++) {
        // A last batch may have rows of no use.
        const of = found[firstSample + row];
        if (!of) return;
        const now = Float64Array.from(
          (x.data as Float64Array).subarray(row * size, (row + 1) * size),
          (v) => v / alpha,
        );
        if (of.last) of.changes.push(relativeChange(of.last, now));
        of.last = now;
      }
    },
    /** |x' - x| / |x| in each step of one of them. */
    changes: (problem: number): Float64Array => Float64Array.from(found[problem]!.changes),
  };
};

const relativeChange = (before: Float64Array, now: Float64Array): number => {
  let [change, size] = [0, 0];
  for (let i = 0; i < now.length; i++) {
    change += (now[i]! - before[i]!) ** 2;
    size += now[i]! ** 2;
  }
  return Math.sqrt(change / Math.max(size, Number.MIN_VALUE));
};
