/** Holds this machine to the truths of the literature. */

import { ArgumentError } from "@scorefield/core";
import { checkOptions, type Known } from "@scorefield/core/internal";
import { defaultRuntime, type Runtime } from "@scorefield/tensor";
import { type Check, type Finding, passes } from "./check.ts";
import { checks } from "./checks.ts";

/** The result of a check: a finding, or an error where it could not be finished. An error counts as failed. */
export interface CheckResult extends Pick<Check, "name" | "group" | "source"> {
  readonly passed: boolean;
  readonly finding?: Finding;
  readonly error?: Error;
  readonly seconds: number;
  /** Its place, from 1, out of `count`. */
  readonly index: number;
  readonly count: number;
}

/** Options of {@link verify}. */
export interface VerifyOptions {
  /** Also the slow checks. Default false. */
  readonly full?: boolean;
  /** Only checks of this group, such as `inverse`; its slow ones only where `full` or `only` asks for them. */
  readonly group?: string;
  /** Only checks in whose group or name this occurs, in any case; slow ones too. */
  readonly only?: string;
  /** The checks to choose from, default all of the library. */
  readonly from?: readonly Check[];
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
}

const known = {
  full: true,
  group: true,
  only: true,
  from: true,
  signal: true,
  runtime: true,
} satisfies Known<VerifyOptions>;

/** The checks that options choose. @throws ArgumentError for an unknown group, or when the options choose no check */
export const chosenChecks = ({ full = false, group, only, from = checks }: VerifyOptions = {}): readonly Check[] => {
  const groups = [...new Set(from.map((check) => check.group))];
  if (group !== undefined && !groups.includes(group))
    throw new ArgumentError(`verify: expected a group of checks, found ${group}; groups are ${groups.join(", ")}`);
  const own = group === undefined ? from : from.filter((check) => check.group === group);
  const chosen =
    only === undefined
      ? own.filter(({ slow }) => full || !slow)
      : own.filter(({ group, name }) => `${group}: ${name}`.toLowerCase().includes(only.toLowerCase()));
  if (chosen.length === 0)
    throw new ArgumentError(
      `verify: no check${group === undefined ? "" : ` of ${group}`} ${
        only === undefined
          ? "that is not slow; ask for all of them, full: true or --full"
          : `with ${only} in its group or name; groups are ${groups.join(", ")}`
      }`,
    );
  return chosen;
};

/**
 * Runs checks one after the other; each result comes as soon as it is there.
 * @throws ArgumentError when no check is chosen; the signal's reason when aborted
 */
export async function* verify(options: VerifyOptions = {}): AsyncGenerator<CheckResult, void> {
  checkOptions("verify", options, known);
  const { signal = new AbortController().signal, runtime = defaultRuntime() } = options;
  const chosen = chosenChecks(options);
  for (const [i, { name, group, source, run }] of chosen.entries()) {
    signal.throwIfAborted();
    const begun = performance.now();
    const result = (outcome: Pick<CheckResult, "passed" | "finding" | "error">): CheckResult => ({
      name,
      group,
      source,
      ...outcome,
      seconds: (performance.now() - begun) / 1000,
      index: i + 1,
      count: chosen.length,
    });
    try {
      const finding = await run({ runtime, signal });
      yield result({ passed: passes(finding), finding });
    } catch (error) {
      signal.throwIfAborted();
      yield result({ passed: false, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
}
