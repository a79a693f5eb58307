/** Samples of a run in the units of its data: what the commands and `assessRun` share. */
import { type AnySampler, decodeLatents, type GuidanceOptions, guided, sample } from "@scorefield/core";
import { type DrawnShare, type SampleTableOptions, sampleTable, takesConditions } from "@scorefield/domain/table";
import { classesFrom } from "./classes-in-turn.ts";
import type { RuledSamples } from "./keep-rules.ts";
import type { LoadedRun } from "./load.ts";

/** What to draw, and how. */
export interface SamplesWanted {
  readonly count: number;
  readonly seed: number;
  readonly sampler: AnySampler;
  readonly batch?: number | undefined;
  /** Index of the first sample of the seed, default 0. */
  readonly firstSample?: number | undefined;
  /** Classes in turn: sample i of the seed is of class `classes[i % classes.length]`. Default none. */
  readonly classes?: readonly number[] | undefined;
  /** How the classes are pushed, by classifier-free guidance; default not at all. */
  readonly guidance?: GuidanceOptions | undefined;
  /** What is known of rows of a table, and how many are like each given row. */
  readonly table?: Pick<SampleTableOptions, "where" | "like" | "balance" | "complete" | "each"> | undefined;
  /** Whether samples are moved to keep the rules of the run; default yes. */
  readonly rules?: boolean | undefined;
  /** Whether rows are chosen by the run's density ratio, where it has one; default yes. */
  readonly refine?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @param done of `count` */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Rows of a table, under conditions or chosen by the density ratio. */
const drawRows = async (
  run: LoadedRun,
  { table, firstSample = 0, onProgress = () => {}, classes: _, guidance: __, ...rest }: SamplesWanted,
): Promise<RuledSamples & { readonly acceptance: DrawnShare }> => {
  const { rows, ...found } = await sampleTable(run, { ...table, ...rest, firstRow: firstSample, onProgress });
  return { samples: rows, ...found };
};

/**
 * Draws samples, brings them to the units of the data and moves them to keep the rules of the run.
 * @returns `acceptance`: of rows of a table, how often candidates satisfied the conditions
 * @throws DataError for a sample that cannot keep them; as `sample` and `sampleTable`
 */
export const drawSamples = async (
  run: LoadedRun,
  wanted: SamplesWanted,
): Promise<RuledSamples & { readonly acceptance?: DrawnShare }> => {
  const { count, seed, sampler, firstSample = 0, classes, guidance, table, rules = true, refine = true } = wanted;
  if (table || (refine && run.logRatio && takesConditions(run))) return drawRows(run, wanted);
  const { signal, onProgress, batch = run.domain.defaults.sampleBatch } = wanted;
  const drawn = await sample(classes ? guided(run.model, guidance) : run.model, {
    count,
    firstSample,
    ...(classes && { given: { class: classesFrom(classes, firstSample, count) } }),
    seed,
    sampler,
    ...(batch !== undefined && { batch }),
    ...(signal && { signal }),
    onProgress: ({ step, steps }) => onProgress?.(Math.floor((step / steps) * count)),
  });
  const samples = run.toData(
    run.latent ? await decodeLatents(run.latent, drawn, { ...(signal && { signal }) }) : drawn,
  );
  return rules ? run.keepRules(samples, { signal }) : { samples };
};
