/** How a quantile map goes on beyond the values of a column: normal scores of values more extreme than any that was kept. */

/** One end of a column's map, with what lies beyond it. */
export interface Tail {
  /** Of the end. */
  readonly score: number;
  /** The score of a value at or beyond the end; strictly monotone, and finite for finite values. */
  toScore(value: number): number;
  /** The value of a score at or beyond the end's; the inverse of `toScore`. */
  toValue(score: number): number;
  /** log (d score / d value) at a value at or beyond the end. */
  logSlope(value: number): number;
}

/** What a tail is fitted to. */
export interface TailFacts {
  /** -1 for the lower end of the column, 1 for the upper one. */
  readonly side: -1 | 1;
  /** The outermost value. */
  readonly end: number;
  /** Its score; side * score > 0. */
  readonly score: number;
  /** The quantile function of the column: the value at a score. */
  readonly quantile: (score: number) => number;
  /** Median distance from the end of the rows that hold another value, more than 0. */
  readonly typical: number;
}

/**
 * Least and largest growth of the tail. The least bends even a Gaussian's straight tail, so that absurd values have scores
 * that networks can compute with: 10 standard deviations beyond the end become 8, and 10^9 become 355.
 */
const leastGrowth = 0.05;
const largestGrowth = 4;

/**
 * The tail beyond one end of a column. Distances grow with the score s beyond the end as (h / a) (exp(a s) - 1). With a near 0
 * this is the straight line of a Gaussian column, whose slope h is its standard deviation. With a > 0 it is the tail of a
 * log-normal column, and about that of a power law over a few units of score. Both are read from the quantile function at
 * the end and one and two units of score inside of it. The slope is at least that from the median of the other values to
 * the end: in a column that ends in a crowd, such as one of shares, a value just beyond is then no further out than it
 * would be inside.
 */
export const fitTail = ({ side, end, score, quantile, typical }: TailFacts): Tail => {
  // In units of the typical distance, and by halves, because the range of a column may be wider than the greatest number.
  const distance = (value: number): number => Math.max(0, (side * (value / 2 - end / 2)) / (typical / 2));
  const inside = (units: number): number => -side * ((quantile(score - side * units) / 2 - end / 2) / (typical / 2));
  const near = inside(1);
  const far = inside(2) - near;
  const ratio = near > 0 && far > 0 ? Math.log(near / far) : 0;
  const growth = Math.min(largestGrowth, Math.max(leastGrowth, ratio));
  const slope = Math.max((near * growth) / -Math.expm1(-growth), 1 / Math.abs(score));
  const finite = (value: number): number => Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
  return {
    score,
    toScore: (value) => score + (side * Math.log1p(finite((growth / slope) * distance(value)))) / growth,
    toValue: (at) => finite(end + side * typical * slope * (Math.expm1(growth * side * (at - score)) / growth)),
    logSlope: (value) => -Math.log(slope + finite(growth * distance(value))) - Math.log(typical),
  };
};
