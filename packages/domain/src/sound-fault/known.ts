/** What a fault has left as it was: clipping all that is within its limits, a gap all that is outside. No Node module is used here. */
import type { Fault } from "./fault-settings.ts";

/** The lowest and the highest number of a whole sound, where it is clipped. A file of 8 bits has -1 and 0.992. */
export interface ClipLimits {
  readonly low: number;
  readonly high: number;
}

/** What is known of a window besides its numbers. */
export interface FaultFacts {
  /** Where clipping lies; needed for clipping alone. */
  readonly limits?: ClipLimits | undefined;
  /** 1 in gaps, else 0, as `insideGaps` gives it; needed for gaps alone. */
  readonly inside?: Uint8Array | undefined;
}

const near = 0.999;

/** Whether a number is clipped, as it is nearly the highest (1) or the lowest one (-1); 0 for others. */
export const clippedSide = (value: number, { low, high }: ClipLimits): -1 | 0 | 1 => {
  if (high > 0 && value >= near * high) return 1;
  return low < 0 && value <= near * low ? -1 : 0;
};

/**
 * A restored window with what the fault has left put back: outside of gaps the faulty sound itself; within the limits of clipping the same, and
 * beyond them at least the limit.
 * @param faulty and @param restored one window each
 */
export const withKnown = (
  fault: Fault,
  faulty: ArrayLike<number>,
  restored: ArrayLike<number>,
  { limits, inside }: FaultFacts,
): Float64Array => {
  if (fault === "gap") return Float64Array.from(restored, (value, t) => (inside?.[t] ? value : faulty[t]!));
  if (fault === "clip" && limits)
    return Float64Array.from(restored, (value, t) => {
      const y = faulty[t]!;
      const side = clippedSide(y, limits);
      if (side === 0) return y;
      return side > 0 ? Math.max(value, y) : Math.min(value, y);
    });
  return Float64Array.from(restored);
};
