/** How good forecasts and imputations of a model of series are, on windows that it has not seen. */
import { coverage, rankedProbabilityScores } from "@scorefield/assess";
import { uniform } from "@scorefield/core";
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import { knownParts, repeatRows } from "./known-parts.ts";

/** Scores of one task. */
export interface ConditionalScore {
  /** Mean continuous ranked probability score, in standard deviations of the series. */
  readonly crps: number;
  /** The same of a simple rival: the last value, or a line between neighbours; its CRPS is the mean absolute error. */
  readonly simple: number;
  /** Share of truths inside the central 90 % of the draws. */
  readonly coverage: number;
}

/** Which places of windows are hidden. */
type Hidden = (window: number, channel: number, step: number) => boolean;

/** What a person would write in the hidden places: a line between known neighbours, or the nearest known value. */
const simpleGuess = (values: Float64Array, hidden: (step: number) => boolean): Float64Array => {
  const known = [...values.keys()].filter((t) => !hidden(t) && !Number.isNaN(values[t]!));
  return values.map((_, t) => {
    const next = known.find((at) => at >= t);
    const before = known.findLast((at) => at <= t);
    if (next === undefined || before === undefined) return values[next ?? before ?? -1] ?? 0;
    return next === before
      ? values[t]!
      : values[before]! + ((values[next]! - values[before]!) * (t - before)) / (next - before);
  });
};

/** What scoring takes. */
export interface ScoreInput {
  /** Windows in the model's units, [n, channels, length]. */
  readonly encoded: NdArray<FloatType>;
  readonly covariates: number;
  readonly draws: number;
  /** Draws windows in the model's units, a row for each row of `observed`. */
  readonly draw: (observed: NdArray<"float32">) => Promise<NdArray<FloatType>>;
}

/** Draws what is hidden, and scores it. */
const score = async ({ encoded, covariates, draws, draw }: ScoreInput, hidden: Hidden): Promise<ConditionalScore> => {
  const [n, channels, length] = encoded.shape as [number, number, number];
  const size = channels * length;
  const series = channels - covariates;
  const observed = knownParts(encoded, (i, j, t) => j >= series || !hidden(i, j, t));
  const made = await draw(repeatRows(observed, draws));
  const places: { at: number; window: number; channel: number; step: number }[] = [];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < series; j++)
      for (let t = 0; t < length; t++) {
        const at = i * size + j * length + t;
        if (hidden(i, j, t) && !Number.isNaN(encoded.data[at]!)) places.push({ at, window: i, channel: j, step: t });
      }
  const truths = ndarray(
    Float64Array.from(places, ({ at }) => encoded.data[at]!),
    [places.length],
  );
  const drawn = ndarray(
    Float64Array.from({ length: draws * places.length }, (_, index) => {
      const { window, channel, step } = places[index % places.length]!;
      const k = Math.floor(index / places.length);
      return Number(made.data[(window * draws + k) * size + channel * length + step]);
    }),
    [draws, places.length],
  );
  const simple = new Map<number, Float64Array>();
  const errors = places.map(({ at, window, channel, step }) => {
    const key = window * series + channel;
    if (!simple.has(key)) {
      const from = window * size + channel * length;
      simple.set(
        key,
        simpleGuess(Float64Array.from(encoded.data.subarray(from, from + length), Number), (t) =>
          hidden(window, channel, t),
        ),
      );
    }
    return Math.abs(simple.get(key)![step]! - encoded.data[at]!);
  });
  const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
  return {
    crps: mean(rankedProbabilityScores(drawn, truths)),
    simple: mean(errors),
    coverage: coverage(drawn, truths, 0.9),
  };
};

/** Scores of forecasts of the second half of windows, and of imputations of half of their points at random. */
export const conditionalScores = async (
  input: ScoreInput,
  seed: number,
): Promise<{ readonly forecast: ConditionalScore; readonly imputation: ConditionalScore }> => {
  const [n, channels, length] = input.encoded.shape as [number, number, number];
  const u = uniform([n, channels * length], { seed, purpose: "resampling" }).data;
  return {
    forecast: await score(input, (_, __, t) => t >= Math.ceil(length / 2)),
    imputation: await score(input, (i, j, t) => u[(i * channels + j) * length + t]! < 0.5),
  };
};
