/** A metric is a part: declared once, with what its number means, its settings, and the statistic it takes. */
import { type Declaration, declare, type setting } from "@scorefield/core";
import { checkMade, type HasRecipe } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import type { MetricInput, SampleSets } from "./metric-input.ts";
import type { Statistic } from "./statistic.ts";

/** The unit of a distance between samples. Rows of numbers are compared in standard deviations. */
export const unitOfSamples = "units of the samples";

/** Rows of each set that most metrics need: five neighbours and a two-sample test need a few. */
export const fewestRows = 8;

/** What the number of a metric means. */
export interface MetricWords {
  /** What people call it: "energy distance". */
  readonly title: string;
  /** Such as `share`; empty for a number without a unit. */
  readonly unit: string;
  /** Which way is good: small, large, or near the number for real data. */
  readonly good: "small" | "large" | "near";
  /** What 0 means, in a line. */
  readonly zero: string;
  /** Ends of a scale that the number cannot leave. */
  readonly range?: readonly [number, number];
  /** Its value if samples and real data had one distribution, for a metric that cannot be taken of real data alone. */
  readonly expected?: number;
  /** Without what it cannot be taken: an extractor of features, training data, classes, or rows of numbers. */
  readonly needs?: "features" | "training" | "classes" | "rows";
  /** Rows of each set that it needs. Default {@link fewestRows}. */
  readonly fewest?: number;
}

/** What is known of a metric besides how it is taken. */
export interface MetricDeclaration extends Declaration, MetricWords {}

/** What a metric takes of sets. The work is done, and its memory used, when a function is called. */
export interface Taken {
  /** Of the samples. `pValue` is the probability of at least this number if both sets had one distribution. */
  readonly samples: () => SetStatistic | Promise<SetStatistic>;
  /** The same of real data. */
  readonly real?: () => SetStatistic | Promise<SetStatistic>;
  /** The same of training rows with every column shuffled separately. */
  readonly control?: () => SetStatistic | Promise<SetStatistic>;
  /** What the measure is called, in place of the title: for programs, and for people. */
  readonly name?: string;
  readonly label?: string;
  /** How often the bootstrap resamples the rows, default 200. */
  readonly replicates?: number;
  /** What else was found, such as which training sample is nearest. */
  readonly details?: unknown;
}

/** A statistic, and a p-value where it is one of a test. */
export type SetStatistic = Statistic & { readonly pValue?: number };

/** A metric with its settings: one number on how good samples are. */
export interface Metric extends HasRecipe {
  readonly declaration: MetricDeclaration;
  /** Nothing where it says nothing about such data. @throws ShapeError for sets that are too small */
  take(input: MetricInput): Taken | undefined | Promise<Taken | undefined>;
}

/**
 * Declares a metric. Its options, their checks and its recipe follow from the settings, its words in reports from the rest.
 *
 *     export const meanShiftMetric = declareMetric({
 *       kind: "mean-shift",
 *       name: "meanShiftMetric",
 *       title: "mean shift",
 *       summary: "distance between the means of samples and real data",
 *       source: "notes of a course, 2026",
 *       unit: unitOfSamples,
 *       good: "small",
 *       zero: "equal means",
 *       settings: {},
 *       take: ({ compared }) => againstReference(compared, meanShiftStatistic),
 *     });
 *
 *     await assess(data, { metrics: [meanShiftMetric()] });
 *
 * @returns a function of the options. It throws ArgumentError for unknown options, and for values of the wrong type or out
 *   of range
 */
export const declareMetric = <const K extends string, const S extends setting.Settings>(
  declared: MetricWords & {
    readonly kind: K;
    readonly name: string;
    readonly family?: string;
    readonly summary: string;
    readonly source: string;
    readonly settings: S;
    readonly take: (input: MetricInput, values: setting.Values<S>) => Taken | undefined | Promise<Taken | undefined>;
  },
) => {
  checkMade("declareMetric", declared, ["kind", "settings", "take"], "a declaration with kind, settings and take");
  const { title, unit, good, zero, range, expected, needs, fewest, take, ...about } = declared;
  const words: MetricWords = {
    title,
    unit,
    good,
    zero,
    ...(range && { range }),
    ...(expected !== undefined && { expected }),
    ...(needs && { needs }),
    ...(fewest !== undefined && { fewest }),
  };
  const declaration: MetricDeclaration = { ...about, ...words };
  const maker = declare({
    ...about,
    make: (values, recipe): Metric => ({ recipe, declaration, take: (input) => take(input, values) }),
  });
  return Object.assign(maker, { declaration: { ...maker.declaration, ...words } });
};

/** A statistic of two sets, taken of samples and reference, and of other real data and of the control and the same reference. */
export const againstReference = (
  sets: SampleSets,
  of: (reference: NdArray, set: NdArray) => SetStatistic | Promise<SetStatistic>,
): Taken => {
  checkMade("againstReference sets", sets, ["samples", "reference"], "the sets that are compared");
  const { samples, reference, real, control } = sets;
  return {
    samples: () => of(reference, samples),
    ...(real && { real: () => of(reference, real) }),
    ...(control && { control: () => of(reference, control) }),
  };
};
