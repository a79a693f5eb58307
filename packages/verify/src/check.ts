/** What a check is: a truth from the literature, what this machine finds, and how far apart they may be. */
import type { Runtime } from "@scorefield/tensor";

/** What a check runs with. */
export interface CheckContext {
  readonly runtime: Runtime;
  /** Aborts the check. */
  readonly signal: AbortSignal;
}

/**
 * What an error is counted in: standard errors of the found value, the difference of two orders of convergence, a share
 * of the expected value, or the units of the quantity itself.
 */
export type ErrorUnit = "standard errors" | "slope" | "relative" | "absolute";

/** What a check found. */
export interface Finding {
  readonly expected: number | string;
  readonly found: number | string;
  /** How far `found` is from `expected`, at least 0. */
  readonly error: number;
  readonly unit: ErrorUnit;
  /** The largest error that passes. */
  readonly tolerance: number;
  /** What else is worth knowing, such as the error behind a slope. */
  readonly detail?: string;
}

/** A check against a closed form, which a wrong implementation fails. */
export interface Check {
  /** Unique. */
  readonly name: string;
  readonly group: string;
  /** Where the truth is from: authors, year, equation. */
  readonly source: string;
  /** The kind of sampler that it is about, if it is about one. */
  readonly sampler?: string;
  /** The function of the library that it is about, such as `logDensity`, if it is about one alone. */
  readonly about?: keyof typeof import("@scorefield/core");
  /** Left out unless everything is asked for. */
  readonly slow?: boolean;
  run(context: CheckContext): Promise<Finding>;
}

/** Whether an error is within its tolerance. NaN is not. */
export const passes = ({ error, tolerance }: Pick<Finding, "error" | "tolerance">): boolean => error <= tolerance;

type Detail = { readonly detail?: string };

/** A value against an expected one that is not 0, up to a share of it. */
export const relative = (expected: number, found: number, tolerance: number, more: Detail = {}): Finding => ({
  expected,
  found,
  error: Math.abs(found / expected - 1),
  unit: "relative",
  tolerance,
  ...more,
});

/** A value against an expected one, in its own units. */
export const absolute = (expected: number, found: number, tolerance: number, more: Detail = {}): Finding => ({
  expected,
  found,
  error: Math.abs(found - expected),
  unit: "absolute",
  tolerance,
  ...more,
});

/** An order of convergence, by how far it may fall below what it should be and rise above it. */
export const slope = (
  expected: number,
  found: number,
  tolerance: number | readonly [below: number, above: number],
  more: Detail = {},
): Finding => {
  const [below, above] = typeof tolerance === "number" ? [tolerance, tolerance] : tolerance;
  const error = Math.abs(found - expected);
  return { expected, found, error, unit: "slope", tolerance: found < expected ? below : above, ...more };
};

/** An estimate against its expectation: four standard errors, exceeded once in 16,000 draws. */
export const estimate = (
  expected: number,
  found: number,
  standardError: number,
  { tolerance = 4, ...more }: Detail & { readonly tolerance?: number } = {},
): Finding => ({
  expected,
  found,
  error: Math.abs(found - expected) / standardError,
  unit: "standard errors",
  tolerance,
  ...more,
});

/** The finding that is nearest to failing, or fails most. */
export const worst = (findings: readonly Finding[]): Finding => {
  const use = ({ error, tolerance }: Finding): number =>
    Number.isNaN(error) ? Infinity : error === 0 ? 0 : error / tolerance;
  return findings.reduce((a, b) => (use(b) > use(a) ? b : a));
};

/** The largest difference of two lists of numbers, elementwise, as a finding that expects 0. */
export const sameNumbers = (
  expected: ArrayLike<number>,
  found: ArrayLike<number>,
  tolerance: number,
  more: Detail = {},
): Finding => {
  let error = expected.length === found.length ? 0 : Number.NaN;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!);
    if (!(difference <= error)) error = difference;
    if (Number.isNaN(error)) break;
  }
  return { expected: 0, found: error, error, unit: "absolute", tolerance, ...more };
};
