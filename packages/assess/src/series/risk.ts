/** Value at risk and expected shortfall of draws, and back-tests of them on what came. */
import { ArgumentError } from "@scorefield/core";
import { quantileOf } from "./probabilistic-forecast.ts";

/** Risk at a level: both are losses, above 0 for a loss. */
export interface Risk {
  /** The loss that is exceeded with the probability 1 - level. */
  readonly valueAtRisk: number;
  /** The mean loss where it is exceeded. */
  readonly expectedShortfall: number;
}

const checkLevel = (owner: string, level: number): void => {
  if (!(level > 0.5 && level < 1))
    throw new ArgumentError(`${owner} level: expected a number in (0.5, 1), found ${level}`);
};

/**
 * Value at risk and expected shortfall of draws of a return.
 * @param returns draws of the return of the period in question
 * @param level such as 0.99
 * @throws ArgumentError for no draws or a level out of range
 */
export const riskOf = (returns: ArrayLike<number>, level = 0.99): Risk => {
  checkLevel("riskOf", level);
  if (!(returns?.length > 0)) throw new ArgumentError("riskOf: expected draws of a return, found none");
  const losses = Float64Array.from(returns, (value) => -value).sort();
  const valueAtRisk = quantileOf(losses, level);
  const beyond = losses.filter((loss) => loss >= valueAtRisk);
  return { valueAtRisk, expectedShortfall: beyond.reduce((sum, loss) => sum + loss, 0) / beyond.length };
};

/** A test: its statistic, and the probability of one at least as large where the forecasts are right. */
interface TestResult {
  readonly statistic: number;
  readonly p: number;
}

/** What a back-test found. */
export interface RiskBackTest {
  /** How often a loss exceeded the value at risk, of how many, and how often it should. */
  readonly exceeded: number;
  readonly count: number;
  readonly expected: number;
  /** Whether losses exceed as often as they should (Kupiec 1995), chi-square with 1 degree of freedom. */
  readonly kupiec: TestResult;
  /** Whether one exceedance makes another one more likely (Christoffersen 1998, independence), 1 degree of freedom. */
  readonly independence: TestResult;
  /** Both (conditional coverage), 2 degrees of freedom. */
  readonly christoffersen: TestResult;
}

/** P(chi-square of 1 degree of freedom > x) = erfc(sqrt(x / 2)), by Abramowitz & Stegun 1964, 7.1.26 (error below 2e-7). */
const chiSquare1 = (x: number): number => {
  const z = Math.sqrt(x / 2);
  const t = 1 / (1 + 0.3275911 * z);
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.min(1, series * Math.exp(-z * z));
};

/** n log p, 0 where n is. */
const term = (n: number, p: number): number => (n === 0 ? 0 : n * Math.log(p));

/**
 * Back-tests of values at risk.
 * @param returns what came, one after the other in time
 * @param valuesAtRisk the loss foretold for each @param level that of the values at risk
 * @throws ArgumentError for other lengths, fewer than 2 returns or a level out of range
 */
export const backTestRisk = (
  returns: ArrayLike<number>,
  valuesAtRisk: ArrayLike<number>,
  level = 0.99,
): RiskBackTest => {
  checkLevel("backTestRisk", level);
  const count = returns?.length;
  if (!(count >= 2) || valuesAtRisk?.length !== count)
    throw new ArgumentError(
      `backTestRisk: expected at least 2 returns and as many values at risk, found ${count} and ${valuesAtRisk?.length}`,
    );
  const hits = Array.from(returns, (value, t) => (-value > valuesAtRisk[t]! ? 1 : 0) as 0 | 1);
  const exceeded = hits.filter((hit) => hit === 1).length;
  const p = 1 - level;
  const share = exceeded / count;
  const unconditional = Math.max(
    0,
    -2 *
      (term(exceeded, p) + term(count - exceeded, 1 - p) - term(exceeded, share) - term(count - exceeded, 1 - share)),
  );
  // Transitions between days without (0) and with (1) an exceedance.
  const n = [
    [0, 0],
    [0, 0],
  ] as [[number, number], [number, number]];
  for (let t = 1; t < count; t++) n[hits[t - 1]!][hits[t]!]++;
  const [[n00, n01], [n10, n11]] = n;
  const after = (miss: number, hit: number): number => (miss + hit === 0 ? 0 : hit / (miss + hit));
  const [p0, p1, all] = [after(n00, n01), after(n10, n11), after(n00 + n10, n01 + n11)];
  const apart = term(n00, 1 - p0) + term(n01, p0) + term(n10, 1 - p1) + term(n11, p1);
  const together = term(n00 + n10, 1 - all) + term(n01 + n11, all);
  const independence = Math.max(0, 2 * (apart - together));
  const both = unconditional + independence;
  return {
    exceeded,
    count,
    expected: p * count,
    kupiec: { statistic: unconditional, p: chiSquare1(unconditional) },
    independence: { statistic: independence, p: chiSquare1(independence) },
    // A chi-square of 2 degrees of freedom is exponential.
    christoffersen: { statistic: both, p: Math.exp(-both / 2) },
  };
};
