/** The truths of samplers and functions are written once, in the checks of `scorefield verify`. Their tests run them. */
import type { Runtime } from "@scorefield/tensor";
import { type Check, checks, passes } from "@scorefield/verify";
import { describe, expect, test } from "vitest";

/** Runs a check: a truth of one's own, or one of `scorefield verify`. */
export const expectTruth = async ({ run }: Check, runtime: Runtime): Promise<void> => {
  const finding = await run({ runtime, signal: new AbortController().signal });
  const { expected, found, error, unit, tolerance, detail } = finding;
  const message = `expected ${expected}, found ${found}: error ${error} (${unit}) of at most ${tolerance}; ${detail ?? ""}`;
  expect(passes(finding), message).toBe(true);
};

/** The checks about a sampler, except reproducibility, which the suite of all samplers checks. */
export const truthsOf = (kind: string): readonly Check[] =>
  checks.filter(({ sampler, group }) => sampler === kind && group !== "reproducibility");

const testsOf = (truths: readonly Check[], runtime: Runtime): void => {
  describe("checks of scorefield verify", () => {
    for (const check of truths) test(check.name, () => expectTruth(check, runtime), 60_000);
  });
};

/** Tests of every truth of a sampler: orders, exactness, what chains settle at, weights of modes. */
export const samplerTruths = (kind: string, runtime: Runtime): void => testsOf(truthsOf(kind), runtime);

/** Tests of every truth of a function, such as `logDensity`. */
export const functionTruths = (name: NonNullable<Check["about"]>, runtime: Runtime): void =>
  testsOf(
    checks.filter(({ about }) => about === name),
    runtime,
  );
