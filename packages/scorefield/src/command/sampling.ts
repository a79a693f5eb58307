/** Samples of a run while the user watches: what `sample`, `evaluate` and `demo` share. */
import {
  type AnySampler,
  type GuidanceOptions,
  guided,
  type KindRecipe,
  sample,
  samplerFromRecipe,
} from "@scorefield/core";
import { type DrawnShare, sampleTable } from "@scorefield/domain/table";
import { classesFrom } from "../run/classes-in-turn.ts";
import type { RuledSamples } from "../run/keep-rules.ts";
import type { LoadedRun } from "../run/load.ts";
import type { TableWishes } from "./condition-options.ts";
import { Interrupted } from "./interrupt.ts";
import { progress } from "./progress.ts";
import { parseSampler } from "./sampler-option.ts";

/** How samples are drawn, as options of a command say. */
export interface SamplingChoice {
  readonly count: number;
  readonly seed: number;
  readonly sampler?: string;
  readonly steps?: number;
  readonly batch?: number;
  /** Index of the first sample of the seed, default 0. */
  readonly firstSample?: number;
  /** Classes in turn: sample i of the seed is of class `classes[i % classes.length]`. Default none. */
  readonly classes?: readonly number[];
  /** How the classes are pushed, by classifier-free guidance; default not at all. */
  readonly guidance?: GuidanceOptions;
  /** What is known of rows of a table, and how many are like each given row. */
  readonly table?: TableWishes & { readonly each?: number };
  /** Whether samples are moved to keep the rules of the run; default yes. */
  readonly rules?: boolean;
}

/** Rows of a table of which something is known, in the units of the data. */
const sampleKnown = async (
  run: LoadedRun,
  choice: SamplingChoice & { readonly table: TableWishes },
  { sampler, signal, update }: { sampler: AnySampler; signal: AbortSignal; update: (done: number) => void },
): Promise<RuledSamples & { readonly acceptance: DrawnShare }> => {
  const { table, count, firstSample = 0, seed, batch, rules = true } = choice;
  const { list: _, ...wishes } = table;
  // All rows as they were drawn first; what is drawn again later is no fair share of them.
  let effect: RuledSamples["rules"];
  const keepRules: LoadedRun["keepRules"] = (samples, options) => {
    const kept = run.keepRules(samples, options);
    effect ??= kept.rules;
    return kept;
  };
  const { rows, acceptance } = await sampleTable(
    { ...run, keepRules },
    {
      ...wishes,
      count,
      firstRow: firstSample,
      seed,
      sampler,
      rules,
      ...(batch !== undefined && { batch }),
      signal,
      onProgress: update,
    },
  );
  return { samples: rows, ...(effect && { rules: effect }), acceptance };
};

/**
 * The sampler that options choose, else the run's own; settings that are not given are the run's, if it names the
 * same kind. `sampler` is as {@link parseSampler} reads it, and `steps` goes before its setting.
 * @throws RecipeError for an unknown name, with the nearest, and for an unknown setting, with the known ones
 */
export const chooseSampler = (
  run: LoadedRun,
  { sampler: text, steps }: Pick<SamplingChoice, "sampler" | "steps">,
): AnySampler => {
  const own: KindRecipe = run.sampler.recipe;
  const given = text === undefined ? own : parseSampler(text);
  const recipe = given.kind === own.kind ? { ...own, ...given } : given;
  return samplerFromRecipe(steps === undefined ? recipe : { ...recipe, steps });
};

/**
 * Draws samples, brings them to the units of the data and moves them to keep the rules of the run.
 * @throws DataError for a sample that cannot keep them; Interrupted when the signal was aborted
 */
export const sampleWatched = async (
  run: LoadedRun,
  choice: SamplingChoice,
  signal: AbortSignal,
): Promise<
  RuledSamples & { readonly acceptance?: DrawnShare; readonly sampler: AnySampler; readonly seconds: number }
> => {
  const sampler = chooseSampler(run, choice);
  const begun = performance.now();
  const line = progress("sampling", choice.count);
  try {
    const { table } = choice;
    if (table) {
      const known = { sampler, signal, update: (done: number) => line.update(done) };
      const drawn = await sampleKnown(run, { ...choice, table }, known);
      return { ...drawn, sampler, seconds: (performance.now() - begun) / 1000 };
    }
    const { classes, firstSample = 0 } = choice;
    const model = classes ? guided(run.model, choice.guidance) : run.model;
    const given = classes && { class: classesFrom(classes, firstSample, choice.count) };
    const batch = choice.batch ?? run.domain.defaults.sampleBatch;
    const drawn = await sample(model, {
      count: choice.count,
      firstSample,
      ...(given && { given }),
      seed: choice.seed,
      sampler,
      ...(batch !== undefined && { batch }),
      signal,
      onProgress: ({ step, steps }) => line.update(Math.floor((step / steps) * choice.count)),
    });
    const samples = run.toData(drawn);
    const ruled = (choice.rules ?? true) ? run.keepRules(samples, { signal }) : { samples };
    return { ...ruled, sampler, seconds: (performance.now() - begun) / 1000 };
  } catch (error) {
    if (signal.aborted) throw new Interrupted("stopped; no samples were written");
    throw error;
  } finally {
    line.end();
  }
};
