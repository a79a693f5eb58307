/** Rules between the numbers of a sample: what a domain that knows some does with them. */
import type { NdArray } from "@scorefield/tensor";
import type { Composition, Samples } from "./samples.ts";
import type { DataSettings } from "./settings.ts";
import type { ColumnCondition } from "./table/mixed/allowed.ts";
import type { RuleEffect, Violations } from "./table/rules/count-violations.ts";
import type { KeptRules } from "./table/rules/kept-rules.ts";

/** What samples to learn from say of rules. */
export interface LearntRules {
  /** Rules that hold in all of them, as a person writes them; empty where none were looked for. */
  readonly found: readonly string[];
  /** Rules that settings ask to keep, and how many of the samples to learn from break them. */
  readonly kept?: KeptRules;
  readonly violations?: Violations;
  /** The settings with nothing left to be found out. */
  readonly settings: DataSettings;
  /** What the user should know. */
  readonly remarks: readonly string[];
}

/** How samples are moved to keep rules. */
export interface KeepOptions {
  /** [n * numbers of a sample], 1 for cells that stay as they are, such as those that were given. */
  readonly known?: Uint8Array | undefined;
  /** What all samples were conditioned on: samples within bounds stay there, and other columns of conditions stay as they are. */
  readonly conditions?: readonly ColumnCondition[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Finds and keeps rules. */
export interface DomainRules {
  /**
   * @param options `find`: whether to look for rules where settings ask for none
   * @throws ArgumentError for a setting that is no rule, and for rules that contradict each other; DataError for one that the
   *   samples do not allow
   */
  learn(
    training: Samples,
    settings: DataSettings,
    options: { readonly find: boolean; readonly signal?: AbortSignal | undefined },
  ): Promise<LearntRules>;
  /** @throws ArgumentError unless plain JSON describes rules of such samples: a run may be a stranger's */
  check(stored: unknown, made: Composition): KeptRules;
  /**
   * Samples [n, ...shape] in the units of the data, those that break rules moved to keep them.
   * @throws DataError for a sample that cannot keep them; ArgumentError for conditions that contradict them
   */
  keep(
    samples: NdArray,
    made: Composition,
    rules: KeptRules,
    options?: KeepOptions,
  ): RuleEffect & { readonly samples: NdArray<"float64"> };
}
