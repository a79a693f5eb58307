/** What a fault has left as it was: clipping all that is within its limits, a gap all that is outside. No Node module is used here. */
import type { Fault } from "./fault-settings.ts";

/** What is known of a window besides its numbers. */
export interface FaultFacts {
  /** The loudest number of the whole sound: where clipping lies. */
  readonly peak: number;
  /** 1 in gaps, else 0, as `insideGaps` gives it; needed for gaps alone. */
  readonly inside?: Uint8Array | undefined;
}

/** Numbers this near to the loudest one are clipped. */
export const nearLimit = 0.999;

/**
 * A restored window with what the fault has left put back: outside of gaps the faulty sound itself; within the limits of clipping the same, and
 * beyond them at least the limit.
 * @param faulty and @param restored one window each
 */
export const withKnown = (
  fault: Fault,
  faulty: ArrayLike<number>,
  restored: ArrayLike<number>,
  { peak, inside }: FaultFacts,
): Float64Array => {
  if (fault === "gap") return Float64Array.from(restored, (value, t) => (inside?.[t] ? value : faulty[t]!));
  if (fault === "clip") {
    const limit = nearLimit * peak;
    return Float64Array.from(restored, (value, t) => {
      const y = faulty[t]!;
      if (y >= limit) return Math.max(value, y);
      return y <= -limit ? Math.min(value, y) : y;
    });
  }
  return Float64Array.from(restored);
};
