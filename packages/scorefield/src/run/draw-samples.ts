/** Samples of a run in the units of its data: what the commands and `assessRun` share. */
import {
  type AnySampler,
  decodeLatents,
  type GivenValues,
  type GuidanceOptions,
  guided,
  type KeptSteps,
  type SampleEvent,
  sample,
  sampleFlowMap,
} from "@scorefield/core";
import { type DrawnShare, type SampleTableOptions, sampleTable, takesConditions } from "@scorefield/domain/table";
import type { NdArray } from "@scorefield/tensor";
import { classesFrom } from "./classes-in-turn.ts";
import type { RuledSamples } from "./keep-rules.ts";
import type { LoadedFlowMap, LoadedRun } from "./load.ts";

/** What to draw, and how. */
export interface SamplesWanted extends Draws {
  readonly sampler: AnySampler;
  /** How the classes are pushed, by classifier-free guidance; default not at all. */
  readonly guidance?: GuidanceOptions | undefined;
  /** What is known of rows of a table, and how many are like each given row. */
  readonly table?: Pick<SampleTableOptions, "where" | "like" | "balance" | "complete" | "each"> | undefined;
  /** Whether rows are chosen by the run's density ratio, where it has one; default yes. */
  readonly refine?: boolean | undefined;
}

/** What to draw from a run of any kind. */
interface Draws {
  readonly count: number;
  readonly seed: number;
  readonly batch?: number | undefined;
  /** Index of the first sample of the seed, default 0. */
  readonly firstSample?: number | undefined;
  /** Classes in turn: sample i of the seed is of class `classes[i % classes.length]`. Default none. */
  readonly classes?: readonly number[] | undefined;
  /** What else samples are conditioned on, in the model's units; default nothing. */
  readonly given?: GivenValues | undefined;
  /** Whether samples are moved to keep the rules of the run; default yes. */
  readonly rules?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Keeps compiled steps for the next call. */
  readonly keep?: KeptSteps | undefined;
  /** @param done of `count` */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Rows of a table, under conditions or chosen by the density ratio. */
const drawRows = async (
  run: LoadedRun,
  {
    table,
    firstSample = 0,
    onProgress = () => {},
    classes: _,
    guidance: __,
    given: ___,
    keep: ____,
    ...rest
  }: SamplesWanted,
): Promise<RuledSamples & { readonly acceptance: DrawnShare }> => {
  const { rows, ...found } = await sampleTable(run, { ...table, ...rest, firstRow: firstSample, onProgress });
  return { samples: rows, ...found };
};

const sampleOptions = (
  { domain }: Pick<LoadedRun, "domain">,
  { count, seed, classes, given, firstSample = 0, signal, onProgress, batch = domain.defaults.sampleBatch }: Draws,
) => ({
  count,
  firstSample,
  ...((classes || given) && {
    given: { ...given, ...(classes && { class: classesFrom(classes, firstSample, count) }) },
  }),
  seed,
  ...(batch !== undefined && { batch }),
  ...(signal && { signal }),
  onProgress: ({ step, steps }: SampleEvent) => onProgress?.(Math.floor((step / steps) * count)),
});

/** In the units of the data, with the rules of the run. Latents are decoded first. */
const finished = async (
  { latent, toData, keepRules }: Pick<LoadedRun, "latent" | "toData" | "keepRules">,
  { rules = true, signal }: Draws,
  drawn: NdArray<"float32">,
): Promise<RuledSamples> => {
  const samples = toData(latent ? await decodeLatents(latent, drawn, { ...(signal && { signal }) }) : drawn);
  return rules ? keepRules(samples, { signal }) : { samples };
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
  const { sampler, classes, guidance, table, refine = true } = wanted;
  if (table || (refine && run.logRatio && takesConditions(run))) return drawRows(run, wanted);
  const { keep } = wanted;
  const drawn = await sample(classes ? guided(run.model, guidance) : run.model, {
    ...sampleOptions(run, wanted),
    ...(keep && { keep }),
    sampler,
  });
  return finished(run, wanted, drawn);
};

/** The same of a flow map, in some steps. @throws as `sampleFlowMap` */
export const drawFromFlowMap = async (
  run: LoadedFlowMap,
  { steps, ...wanted }: Draws & { readonly steps: number },
): Promise<RuledSamples> =>
  finished(run, wanted, await sampleFlowMap(run.map, { ...sampleOptions(run, wanted), steps }));
