/** Intervals that can be drawn. */
import type { Interval } from "@scorefield/assess";

/** An interval whose numbers are finite. */
export interface FiniteInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The interval, where its numbers are finite. */
export const finite = ({ value, low, high }: Interval): FiniteInterval | undefined =>
  value === null || low === null || high === null ? undefined : { value, low, high };
