/** What a fault has left as it was: clipping all that is within its limits, a gap all that is outside. No Node module is used here. */
import type { Fault } from "./fault-settings.ts";

/** What is known of a whole sound besides its windows. */
export interface FaultFacts {
  /** The loudest number: where clipping lies. */
  readonly peak: number;
  /** Shortest run of zeros that is a gap, in frames. */
  readonly shortestGap: number;
}

/** Numbers this near to the limit are clipped. */
const nearLimit = 0.999;

const outsideGaps = (faulty: ArrayLike<number>, shortest: number): Uint8Array => {
  const known = new Uint8Array(faulty.length).fill(1);
  for (let from = 0; from < faulty.length; ) {
    let to = from;
    while (to < faulty.length && faulty[to] === 0) to++;
    // Silence that goes on to the end of a window is no gap: there the sound ends, or the window has no more of it.
    if (to - from >= shortest && to < faulty.length && from > 0) known.fill(0, from, to);
    from = Math.max(to, from + 1);
  }
  return known;
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
  { peak, shortestGap }: FaultFacts,
): Float64Array => {
  if (fault === "gap") {
    const known = outsideGaps(faulty, shortestGap);
    return Float64Array.from(restored, (value, t) => (known[t] ? faulty[t]! : value));
  }
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
