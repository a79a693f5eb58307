/** What forecasts and imputations need of a run: a model of windows that can be conditioned on parts of them. */
import { type AnySampler, ArgumentError, type ScoreModel, sample } from "@scorefield/core";
import type { Known } from "@scorefield/core/internal";
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { Codec } from "../codec.ts";
import { isStoredSeries } from "./series-codec.ts";

/** A run on series, or anything like it. */
export interface SeriesModel {
  readonly model: ScoreModel;
  readonly codec: Codec;
  readonly sampler: AnySampler;
}

/** How draws are made. */
export interface SeriesDraws {
  /** Of each number; default 100. */
  readonly draws?: number;
  readonly seed?: number;
  /** Windows computed at once; default 128. */
  readonly batch?: number;
  readonly sampler?: AnySampler;
  readonly signal?: AbortSignal;
  /** Called with the number of windows drawn, of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** The names of {@link SeriesDraws}. */
export const seriesDraws = {
  draws: true,
  seed: true,
  batch: true,
  sampler: true,
  signal: true,
  onProgress: true,
} satisfies Known<SeriesDraws>;

/** Whether a run is of series, and its model takes what is known of them. */
export const takesSeries = ({ codec, model }: Pick<SeriesModel, "codec" | "model">): boolean =>
  isStoredSeries(codec.stored) && model.conditions?.observed !== undefined;

/** @throws ArgumentError unless {@link takesSeries} */
export const checkSeriesModel = (owner: string, run: SeriesModel): void => {
  if (typeof run !== "object" || run === null || !run.codec || !run.model || !takesSeries(run))
    throw new ArgumentError(
      `${owner}: expected a run on series whose network has observed and whose preconditioning is partial, found another; train one with scorefield train FILE --time COLUMN`,
    );
};

/** The number of series, covariates and steps of a window. */
export const sizesOf = ({ model, codec }: SeriesModel) => {
  const [channels, length] = model.shape as [number, number];
  const covariates = isStoredSeries(codec.stored) ? codec.stored.covariates : 0;
  return { channels, length, series: channels - covariates, covariates };
};

/**
 * Windows given what is known of each.
 * @param observed rows as of `knownParts` @param labels the class of each, of a run with groups
 * @returns [rows, channels, length] in the data's units
 */
export const drawWindows = async (
  { model, codec, sampler: own }: SeriesModel,
  observed: NdArray<"float32">,
  { seed = 0, batch = 128, sampler = own, signal }: SeriesDraws,
  labels?: readonly number[],
): Promise<NdArray<FloatType>> =>
  codec.decode(
    await sample(model, {
      count: observed.shape[0]!,
      given: { observed, ...(labels && model.conditions?.class && { class: labels }) },
      sampler,
      seed,
      batch,
      ...(signal && { signal }),
    }),
  );
