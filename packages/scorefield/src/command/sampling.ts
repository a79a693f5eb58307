/** Samples of a run while the user watches: what `sample`, `evaluate` and `demo` share. */
import {
  type AnySampler,
  type GuidanceOptions,
  guided,
  type KindRecipe,
  sample,
  samplerFromRecipe,
} from "@scorefield/core";
import { classesFrom } from "../run/classes-in-turn.ts";
import type { RuledSamples } from "../run/keep-rules.ts";
import type { LoadedRun } from "../run/load.ts";
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
  /** Whether samples are moved to keep the rules of the run; default yes. */
  readonly rules?: boolean;
}

/**
 * The sampler that options choose, else the run's own; settings that are not given are the run's, if it names the
 * same kind. `sampler` is as {@link parseSampler} reads it, and `steps` goes before its setting.
 * @throws RecipeError for an unknown name, with the nearest, and for an unknown setting, with the known ones
 */
const chooseSampler = (
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
): Promise<RuledSamples & { readonly sampler: AnySampler; readonly seconds: number }> => {
  const sampler = chooseSampler(run, choice);
  const begun = performance.now();
  const line = progress("sampling", choice.count);
  try {
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
