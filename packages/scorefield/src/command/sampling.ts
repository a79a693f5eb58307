/** Samples of a run while the user watches: what `sample`, `evaluate` and `demo` share. */
import { type AnySampler, type KindRecipe, samplerFromRecipe } from "@scorefield/core";
import type { DrawnShare } from "@scorefield/domain/table";
import { UsageError } from "../errors.ts";
import { drawFromFlowMap, drawSamples, type SamplesWanted } from "../run/draw-samples.ts";
import type { RuledSamples } from "../run/keep-rules.ts";
import type { DrawnRun, LoadedFlowMap, LoadedRun } from "../run/load.ts";
import type { TableWishes } from "./condition-options.ts";
import { Interrupted } from "./interrupt.ts";
import { parseSampler } from "./sampler-option.ts";
import type { WorkContext } from "./work-context.ts";

/** How samples are drawn, as options of a command say. */
export interface SamplingChoice extends Omit<SamplesWanted, "sampler" | "table" | "signal" | "keep" | "onProgress"> {
  readonly sampler?: string;
  readonly steps?: number;
  /** What is known of rows of a table, and how many are like each given row. */
  readonly table?: TableWishes & { readonly each?: number };
}

/** What of it says which steps are taken. */
type StepsChoice = Pick<SamplingChoice, "sampler" | "steps" | "guidance" | "table">;

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

/** How a flow map takes its steps, as options choose. @throws UsageError for what only a score model takes */
const flowMapSteps = (run: LoadedFlowMap, { sampler, steps, guidance, table }: StepsChoice): KindRecipe => {
  const refused = Object.entries({ "--sampler": sampler, "--guidance": guidance, "conditions on columns": table });
  const found = refused.find(([, value]) => value !== undefined);
  if (found)
    throw new UsageError(
      `${found[0]}: expected a run of a score model, found ${run.path}, a run of a flow map, which takes --steps alone; give ${found[0]} with the run that it was made from`,
    );
  return { ...run.record.sampler, ...(steps !== undefined && { steps }) };
};

/** How a run is sampled, as options choose it. @throws as {@link chooseSampler}; UsageError for what a flow map does not take */
export const samplingRecipe = (run: DrawnRun, choice: StepsChoice): KindRecipe =>
  "map" in run ? flowMapSteps(run, choice) : chooseSampler(run, choice).recipe;

/**
 * Draws samples, brings them to the units of the data and moves them to keep the rules of the run.
 * @throws DataError for a sample that cannot keep them; Interrupted when the signal was aborted
 */
export const sampleWatched = async (
  run: DrawnRun,
  choice: SamplingChoice,
  { signal, progress, keep }: Pick<WorkContext, "signal" | "progress" | "keep">,
): Promise<
  RuledSamples & { readonly acceptance?: DrawnShare; readonly sampler: KindRecipe; readonly seconds: number }
> => {
  const sampler = samplingRecipe(run, choice);
  const begun = performance.now();
  const line = progress("sampling", choice.count);
  try {
    const { list: _, ...table } = choice.table ?? { list: [] };
    const { count, seed, batch, firstSample, classes, given, guidance, rules, refine } = choice;
    const onProgress = (done: number): void => line.update(done);
    const draws = { count, seed, batch, firstSample, classes, given, rules, signal, keep, onProgress };
    const drawn: Awaited<ReturnType<typeof drawSamples>> =
      "map" in run
        ? await drawFromFlowMap(run, { ...draws, steps: sampler.steps as number })
        : await drawSamples(run, {
            ...{ ...draws, sampler: samplerFromRecipe(sampler), guidance, refine },
            ...(choice.table && { table }),
          });
    return { ...drawn, sampler, seconds: (performance.now() - begun) / 1000 };
  } catch (error) {
    if (signal.aborted) throw new Interrupted("stopped; no samples were written");
    throw error;
  } finally {
    line.end();
  }
};
