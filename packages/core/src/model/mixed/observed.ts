/** What is known of the columns of a row: values, ranges, levels that are excluded. The model is conditioned on it. */
import { concat, sliceAxis, type Tensor } from "@scorefield/tensor";
import { blocksOf, type Layout } from "../../network/layout.ts";

/**
 * Bounds stand in a row of what is known as `low + 16` and `16 - high`, so that 0 is no bound. Scores of numbers beyond
 * 16 standard deviations count as this.
 */
export const boundOffset = 16;

/** Numbers in a row of what is known: two for a number, one for each level of a category. */
export const observedSize = ({ columns }: Pick<Layout, "columns">): number =>
  columns.reduce((sum, k) => sum + (k === 1 ? 2 : k), 0);

/** Numbers that a network sees of it: four for a number, one for each level of a category. */
export const observedFeatures = ({ columns }: Pick<Layout, "columns">): number =>
  columns.reduce((sum, k) => sum + (k === 1 ? 4 : k), 0);

/** What is known of a block of columns. */
export interface ObservedBlock {
  /** Of numbers: their bounds, [n, count]; and where there is one. */
  readonly low?: Tensor;
  readonly high?: Tensor;
  readonly hasLow?: Tensor;
  readonly hasHigh?: Tensor;
  /** Of categories: 1 for each level that is excluded, [n, count * size]. */
  readonly excluded?: Tensor;
}

/** What is known, block by block of the layout. @param observed [n, {@link observedSize}] */
export const observedBlocks = (layout: Layout, observed: Tensor): ObservedBlock[] => {
  let from = 0;
  return blocksOf(layout).map(({ count, size }) => {
    const width = count * (size === 1 ? 2 : size);
    const own = sliceAxis(observed, 1, from, from + width);
    from += width;
    if (size > 1) return { excluded: own };
    const [lower, upper] = [0, 1].map((k) =>
      sliceAxis(own.reshape([own.shape[0]!, count, 2]), 2, k, k + 1).reshape([own.shape[0]!, count]),
    ) as [Tensor, Tensor];
    return {
      low: lower.subtract(boundOffset),
      high: upper.negate().add(boundOffset),
      hasLow: lower.equal(0).cast(observed.dtype).negate().add(1),
      hasHigh: upper.equal(0).cast(observed.dtype).negate().add(1),
    };
  });
};

/** What a network sees of it: whether there are bounds and where, and which levels are excluded; zeros where nothing is known. */
export const featuresOf = (layout: Layout, observed: Tensor): Tensor => {
  const parts = observedBlocks(layout, observed).map(({ low, high, hasLow, hasHigh, excluded }) => {
    if (excluded) return excluded;
    const four = [hasLow!, low!.multiply(hasLow!), hasHigh!, high!.multiply(hasHigh!)];
    return concat(four, 1);
  });
  return parts.length === 1 ? parts[0]! : concat(parts, 1);
};

const beyond = 1e30;

/** Logits of levels, far below all others for those that are excluded. */
export const withoutExcluded = (logits: Tensor, { excluded }: ObservedBlock): Tensor =>
  logits.subtract(excluded!.multiply(beyond));
