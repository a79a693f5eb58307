/** All measures of samples against reference data, and of real data against the same, that need no training data. */
import type { FeatureNetwork } from "@scorefield/core";
import { firstRows } from "@scorefield/core/internal";
import type { NdArray, Runtime } from "@scorefield/tensor";
import { bootstrap } from "../metric/bootstrap.ts";
import { classifierTwoSample } from "../metric/classifier-two-sample.ts";
import { energyDistanceStatistic } from "../metric/energy-distance.ts";
import type { FeatureExtractor } from "../metric/extractor.ts";
import { frechetDistanceStatistic } from "../metric/frechet-distance.ts";
import { kernelDistanceStatistic } from "../metric/kernel-distance.ts";
import { mmdStatistic } from "../metric/mmd.ts";
import { densityCoverageStatistics, precisionRecallStatistics } from "../metric/neighbourhoods.ts";
import { meanStatistic, type Statistic } from "../metric/statistic.ts";
import { slicedWassersteinStatistic } from "../metric/wasserstein.ts";
import { type Interval, intervalOf, type Measure, withNote } from "./measure.ts";

/** Samples and real data of one shape and, best, of one number. */
export interface SampleSets {
  readonly samples: NdArray;
  /** Real data that the model did not see. */
  readonly reference: NdArray;
  /** Other real data, as a model without a fault would draw them. */
  readonly real?: NdArray | undefined;
}

/** How measures are taken. */
export interface MeasureOptions {
  /** For distances on features; without one they are taken on the samples themselves. */
  readonly extractor?: FeatureExtractor | undefined;
  /** The classifier that tries to distinguish samples from real data. Default as `classifierTwoSample`. */
  readonly network?: FeatureNetwork | undefined;
  /** Steps that such a network is trained for, default 300. */
  readonly steps?: number | undefined;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
  /** Called with what is done next. */
  readonly onStage?: ((stage: string) => void) | undefined;
}

/** Rows that enter measures of all pairs; their cost grows with the square. */
const pairRows = 2000;

/** Fewer replicates where one costs seconds: all of them take about as long as 200 of a thousand rows of 128 numbers. */
const frechetReplicates = ({ shape: [n = 0, d = 0] }: NdArray): number => {
  const inner = Math.min(n, d);
  const work = n * d * inner + 4 * inner ** 3;
  return Math.round(Math.min(200, Math.max(20, (200 * 25e6) / work)));
};

interface Plan extends Omit<Measure, "samples" | "real"> {
  readonly of: (reference: NdArray, samples: NdArray) => Statistic;
  readonly replicates?: number;
}

const share = { unit: "share", good: "large", range: [0, 1] } as const;

const neighbourhoodPlans: readonly Plan[] = [
  {
    name: "precision",
    meaning: "share of samples within reach of real data",
    ...share,
    of: (reference, samples) => precisionRecallStatistics(reference, samples).precision,
  },
  {
    name: "recall",
    meaning: "share of real data within reach of samples",
    ...share,
    of: (reference, samples) => precisionRecallStatistics(reference, samples).recall,
  },
  {
    name: "density",
    meaning: "real neighbourhoods around a sample, 1 for real data",
    unit: "neighbourhoods",
    good: "near",
    of: (reference, samples) => densityCoverageStatistics(reference, samples).density,
  },
  {
    name: "coverage",
    meaning: "share of real neighbourhoods with a sample in them",
    ...share,
    of: (reference, samples) => densityCoverageStatistics(reference, samples).coverage,
  },
];

const distancePlans = (unit: string): readonly Plan[] => [
  {
    name: "energy distance",
    meaning: "2 E|X−Y| − E|X−X'| − E|Y−Y'|, unbiased",
    unit,
    good: "small",
    of: (reference, samples) => energyDistanceStatistic(reference, samples, { unbiased: true }),
  },
  {
    name: "sliced Wasserstein",
    meaning: "transport distance, averaged over 128 directions",
    unit,
    good: "small",
    of: (reference, samples) => slicedWassersteinStatistic(reference, samples),
  },
  {
    name: "MMD",
    meaning: "squared discrepancy of a Gaussian kernel, unbiased",
    unit: "",
    good: "small",
    of: (reference, samples) => mmdStatistic(reference, samples),
  },
];

/** Names of distances contain the name of the features. For people the name of the features is written after them. */
const labelOf = (name: string): { readonly label?: string } =>
  name.startsWith("frechet-")
    ? { label: "Fréchet distance" }
    : name.startsWith("kernel-")
      ? { label: "kernel distance" }
      : {};

const featurePlans = ({ frechetName, kernelName }: FeatureExtractor, features: NdArray): readonly Plan[] => [
  {
    name: frechetName,
    ...labelOf(frechetName),
    meaning: "distance of features' means and covariances",
    unit: "squared units of the features",
    good: "small",
    of: frechetDistanceStatistic,
    replicates: frechetReplicates(features),
  },
  {
    name: kernelName,
    ...labelOf(kernelName),
    meaning: "squared discrepancy of features, cubic kernel, unbiased",
    unit: "",
    good: "small",
    of: (reference, samples) => kernelDistanceStatistic(reference, samples),
  },
];

const measured = (
  plans: readonly Plan[],
  { samples, reference, real }: SampleSets,
  { seed, signal, onStage }: MeasureOptions,
): Measure[] =>
  plans.map(({ of, replicates = 200, ...rest }) => {
    onStage?.(rest.label ?? rest.name);
    const estimate = (set: NdArray): Interval => {
      signal?.throwIfAborted();
      return intervalOf(bootstrap(of(reference, set), { replicates, seed }), rest.range);
    };
    return withNote({ ...rest, samples: estimate(samples), ...(real && { real: estimate(real) }) });
  });

const everySet = async (sets: SampleSets, f: (set: NdArray) => NdArray | Promise<NdArray>): Promise<SampleSets> => ({
  samples: await f(sets.samples),
  reference: await f(sets.reference),
  ...(sets.real && { real: await f(sets.real) }),
});

/** Whether a classifier distinguishes samples from real data. @param sets in the data's own units */
const twoSampleTest = async (sets: SampleSets, options: MeasureOptions): Promise<Measure> => {
  const { network, steps = 300, seed, signal, runtime, onStage } = options;
  onStage?.("two-sample test");
  const test = async (set: NdArray) => {
    const { pValue, right } = await classifierTwoSample(sets.reference, set, {
      ...(network && { network }),
      steps,
      seed,
      signal,
      runtime,
    });
    return { pValue, interval: intervalOf(bootstrap(meanStatistic(right), { seed }), [0, 1]) };
  };
  const samples = await test(sets.samples);
  const real = sets.real && (await test(sets.real));
  return {
    name: "two-sample test",
    meaning: "how often a classifier distinguishes samples from real data, 0.5 for real data",
    unit: "share",
    good: "near",
    range: [0, 1],
    samples: samples.interval,
    ...(real && { real: real.interval }),
    pValue: { samples: samples.pValue, ...(real && { real: real.pValue }) },
  };
};

/**
 * Every measure that needs no training data.
 * @param sets as distances are taken on them @param unit of a distance between two of them
 * @param own the same in the data's own units, for the classifier
 * @throws ShapeError for sets that are too small
 */
export const sampleMeasures = async (
  sets: SampleSets,
  unit: string,
  own: SampleSets,
  options: MeasureOptions,
): Promise<Measure[]> => {
  const { extractor, signal, onStage } = options;
  const few = await everySet(sets, (set) => firstRows(set, pairRows));
  const found: Measure[] = [];
  if (extractor) {
    onStage?.("features");
    const features = await everySet(sets, (set) => extractor.features(set, { signal }));
    const fewFeatures = await everySet(features, (set) => firstRows(set, pairRows));
    found.push(...measured(featurePlans(extractor, features.reference), features, options));
    found.push(...measured(neighbourhoodPlans, fewFeatures, options));
  } else found.push(...measured(neighbourhoodPlans, few, options));
  found.push(...measured(distancePlans(unit), few, options));
  found.push(await twoSampleTest(own, options));
  return found;
};
