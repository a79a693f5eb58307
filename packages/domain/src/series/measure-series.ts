/** How near windows drawn by a model come to windows that it has not seen, and how good its forecasts and imputations are. */

import { compareSets, plainJson } from "@scorefield/assess/internal";
import { ArgumentError } from "@scorefield/core";
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import type { Measured, MeasureInput, SampleQuality } from "../measure.ts";
import type { Samples } from "../samples.ts";
import { type ConditionalScore, conditionalScores } from "./conditional-scores.ts";
import { factSentences, returnFacts } from "./return-facts.ts";
import { isStoredSeries } from "./series-codec.ts";

/** Windows that are forecast and filled, and draws of each. */
const [scored, draws] = [48, 24];

/** Windows spread over all. */
const spread = async (samples: Samples, most: number): Promise<NdArray<FloatType>> => {
  const n = Math.min(samples.count, most);
  return samples.read(Array.from({ length: n }, (_, i) => Math.floor((i * samples.count) / n)));
};

/** The series of windows without gaps, as rows. */
const completeRows = ({ data, shape }: NdArray<FloatType>, series: number): NdArray<"float64"> => {
  const [n, channels, length] = shape as [number, number, number];
  const size = channels * length;
  const kept: number[] = [];
  for (let i = 0; i < n; i++) {
    const own = data.subarray(i * size, i * size + series * length);
    if (!own.some(Number.isNaN)) kept.push(...own);
  }
  return ndarray(Float64Array.from(kept), [kept.length / (series * length), series * length]);
};

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

const sentence = (what: string, rival: string, { crps, simple, coverage }: ConditionalScore): string =>
  `${what}: CRPS ${crps.toPrecision(3)} standard deviations (${rival}: ${simple.toPrecision(3)}); the central 90 % of draws hold ${percent(coverage)}.`;

/**
 * Draws windows and compares them with windows that the model has not seen. Forecasts and imputations of these are scored too.
 * @throws ArgumentError for fewer than two windows to compare with, or features, which are of images
 */
export const measureSeries = async (input: MeasureInput): Promise<Measured> => {
  const { model, own, given, count, seed, signal, draw, onProgress, codec } = input;
  if (input.features)
    throw new ArgumentError(`${model}: expected features for a model of images alone, found them for one of series`);
  if (input.reference.count < 2)
    throw new ArgumentError(`${model}: expected at least 2 windows to compare with, found ${input.reference.count}`);
  const [channels, length] = input.made.shape as [number, number];
  const covariates = codec && isStoredSeries(codec.stored) ? codec.stored.covariates : 0;
  const series = channels - covariates;
  const reference = await spread(input.reference, count);
  const training = own && (await spread(own.training, count));
  const { samples } = await draw({ count, seed });
  const { quality } = await compareSets(
    {
      samples: completeRows(samples, series),
      reference: completeRows(reference, series),
      ...(training && { training: completeRows(training, series) }),
    },
    { seed, signal, onProgress: (news) => onProgress?.({ of: "measuring", ...news }) },
  );
  const scores = await scoresOf(input, { covariates, length });
  const names = input.made.columns ?? Array.from({ length: series }, (_, j) => `x${j + 1}`);
  const facts =
    codec && isStoredSeries(codec.stored) && codec.stored.returns
      ? returnFacts({ samples, training, heldOut: reference }, names.slice(0, series))
      : [];
  const notes = [
    ...(scores
      ? [
          sentence("Forecasts of the second half of windows", "the last value", scores.forecast),
          sentence("Half of the points filled in", "a line between neighbours", scores.imputation),
        ]
      : []),
    ...factSentences(facts),
  ];
  return {
    quality: plainJson({
      kind: "series",
      ...quality,
      notes: [...quality.notes, ...notes],
      ...(scores && { conditional: scores }),
      ...(facts.length > 0 && { facts }),
    }) as SampleQuality,
    samples,
    real: reference,
    comparedWith: given === undefined ? "held-out windows" : `windows of ${given}`,
  };
};

/** Of a model that takes what is known: how good its forecasts and imputations are. */
const scoresOf = async (
  { codec, reference, draw, seed, conditions }: MeasureInput,
  { covariates, length }: { readonly covariates: number; readonly length: number },
) => {
  if (!codec || !conditions?.includes("observed") || length < 4) return undefined;
  const steady = { seed, part: 2, steady: true };
  return conditionalScores(
    {
      encoded: codec.encode(await spread(reference, scored), steady),
      covariates,
      draws,
      draw: async (observed) => {
        const { samples } = await draw({ count: observed.shape[0]!, seed: seed + 1, given: { observed } });
        return codec.encode(samples, steady);
      },
    },
    seed,
  );
};
