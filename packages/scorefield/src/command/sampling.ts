/** Samples of a run while the user watches: what `sample`, `evaluate` and `demo` share. */
import { type AnySampler, type KindRecipe, samplerFromRecipe } from "@scorefield/core";
import type { DrawnShare } from "@scorefield/domain/table";
import { drawSamples, type SamplesWanted } from "../run/draw-samples.ts";
import type { RuledSamples } from "../run/keep-rules.ts";
import type { LoadedRun } from "../run/load.ts";
import type { TableWishes } from "./condition-options.ts";
import { Interrupted } from "./interrupt.ts";
import { progress } from "./progress.ts";
import { parseSampler } from "./sampler-option.ts";

/** How samples are drawn, as options of a command say. */
export interface SamplingChoice extends Omit<SamplesWanted, "sampler" | "table" | "signal" | "onProgress"> {
  readonly sampler?: string;
  readonly steps?: number;
  /** What is known of rows of a table, and how many are like each given row. */
  readonly table?: TableWishes & { readonly each?: number };
}

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
    const { list: _, ...table } = choice.table ?? { list: [] };
    const { count, seed, batch, firstSample, classes, guidance, rules, refine } = choice;
    const drawn = await drawSamples(run, {
      ...{ count, seed, sampler, batch, firstSample, classes, guidance, rules, refine, signal },
      ...(choice.table && { table }),
      onProgress: (done) => line.update(done),
    });
    return { ...drawn, sampler, seconds: (performance.now() - begun) / 1000 };
  } catch (error) {
    if (signal.aborted) throw new Interrupted("stopped; no samples were written");
    throw error;
  } finally {
    line.end();
  }
};
