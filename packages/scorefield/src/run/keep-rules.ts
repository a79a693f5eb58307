/** Samples of a run that keep its rules. */
import type { Composition, Domain, KeepOptions, RuleEffect } from "@scorefield/domain";
import type { KeptRules } from "@scorefield/domain/codec";
import type { NdArray } from "@scorefield/tensor";

/** Samples after rules. */
export interface RuledSamples {
  /** [n, ...shape] in the units of the data. */
  readonly samples: NdArray<"float64">;
  /** How often rules were broken before and after; left out where the run keeps none. */
  readonly rules?: RuleEffect;
}

/** Moves samples [n, ...shape] in the units of the data that break rules of their run, so that they keep them. */
export type RuleKeeper = (samples: NdArray<"float64">, options?: KeepOptions) => RuledSamples;

/** What keeps the rules of a run; without rules, samples stay as they are. */
export const ruleKeeper =
  (domain: Domain, made: Composition, rules: KeptRules | undefined): RuleKeeper =>
  (samples, options) => {
    if (!rules || !domain.rules) return { samples };
    const { samples: moved, ...effect } = domain.rules.keep(samples, made, rules, options);
    return { samples: moved, rules: effect };
  };
