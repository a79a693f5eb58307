/** All measures of samples against reference data, and of real data against the same. */
import {
  type BootstrapEstimate,
  bootstrap,
  classifierTwoSample,
  closerThanHeldOutStatistic,
  densityCoverageStatistics,
  energyDistanceStatistic,
  type FeatureExtractor,
  frechetDistanceStatistic,
  kernelDistanceStatistic,
  meanStatistic,
  mmdStatistic,
  type NearestTraining,
  nearestTraining,
  precisionRecallStatistics,
  type Statistic,
  slicedWassersteinStatistic,
} from "@scorefield/assess";
import type { Dataset, FeatureNetwork } from "@scorefield/core";
import type { NdArray, Runtime } from "@scorefield/tensor";
import { firstRows } from "./first-rows.ts";
import type { Measure } from "./measure.ts";

/** Samples and real data of one shape and, best, of one number. */
export interface SampleSets {
  readonly samples: NdArray;
  /** Real data that the model did not see. */
  readonly reference: NdArray;
  /** Other real data, as a model without a fault would draw them. */
  readonly real?: NdArray | undefined;
}

/** How measures are taken. */
export interface QualityOptions {
  /** For distances on features; without one they are taken on the samples themselves. */
  readonly extractor?: FeatureExtractor | undefined;
  /** What tries to tell samples from data; default as `classifierTwoSample`. */
  readonly network?: FeatureNetwork;
  /** Steps it is trained for, default 300. */
  readonly steps?: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly runtime?: Runtime;
  /** Told what is done next. */
  readonly onStage?: (stage: string) => void;
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

const share = { good: "large", range: [0, 1] } as const;

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

const distancePlans: readonly Plan[] = [
  {
    name: "energy distance",
    meaning: "2 E|X−Y| − E|X−X'| − E|Y−Y'|, unbiased",
    good: "small",
    of: (reference, samples) => energyDistanceStatistic(reference, samples, { unbiased: true }),
  },
  {
    name: "sliced Wasserstein",
    meaning: "transport distance, averaged over 128 directions",
    good: "small",
    of: (reference, samples) => slicedWassersteinStatistic(reference, samples),
  },
  {
    name: "MMD",
    meaning: "squared discrepancy of a Gaussian kernel, unbiased",
    good: "small",
    of: (reference, samples) => mmdStatistic(reference, samples),
  },
];

/** Names of distances contain the name of the features. For people that name stands beside them. */
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
    good: "small",
    of: frechetDistanceStatistic,
    replicates: frechetReplicates(features),
  },
  {
    name: kernelName,
    ...labelOf(kernelName),
    meaning: "squared discrepancy of features, cubic kernel, unbiased",
    good: "small",
    of: (reference, samples) => kernelDistanceStatistic(reference, samples),
  },
];

/** Ends of an interval inside a range that its number cannot leave, which centring may bring them out of. */
export const withinRange = (
  estimate: BootstrapEstimate,
  [least, most]: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): BootstrapEstimate => ({
  ...estimate,
  low: Math.max(least, estimate.low),
  high: Math.min(most, estimate.high),
});

const measured = (
  plans: readonly Plan[],
  { samples, reference, real }: SampleSets,
  { seed, signal, onStage }: QualityOptions,
): Measure[] =>
  plans.map(({ of, replicates = 200, ...rest }) => {
    onStage?.(rest.label ?? rest.name);
    const estimate = (set: NdArray): BootstrapEstimate => {
      signal?.throwIfAborted();
      return withinRange(bootstrap(of(reference, set), { replicates, seed }), rest.range);
    };
    return { ...rest, samples: estimate(samples), ...(real && { real: estimate(real) }) };
  });

const everySet = async (sets: SampleSets, f: (set: NdArray) => Promise<NdArray>): Promise<SampleSets> => ({
  samples: await f(sets.samples),
  reference: await f(sets.reference),
  ...(sets.real && { real: await f(sets.real) }),
});

const twoSampleTest = async (sets: SampleSets, options: QualityOptions): Promise<Measure> => {
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
    return { pValue, estimate: withinRange(bootstrap(meanStatistic(right), { seed }), [0, 1]) };
  };
  const samples = await test(sets.samples);
  const real = sets.real && (await test(sets.real));
  return {
    name: "two-sample test",
    meaning: "how often a classifier tells them from real data, 0.5 for real data",
    good: "near",
    range: [0, 1],
    samples: samples.estimate,
    ...(real && { real: real.estimate }),
    pValue: { samples: samples.pValue, ...(real && { real: real.pValue }) },
  };
};

/** Every measure that needs no training data. @throws ShapeError for sets that are too small */
export const sampleMeasures = async (sets: SampleSets, options: QualityOptions): Promise<Measure[]> => {
  const { extractor, signal, onStage } = options;
  const few = await everySet(sets, async (set) => firstRows(set, pairRows));
  const found: Measure[] = [];
  if (extractor) {
    onStage?.("features");
    const features = await everySet(sets, (set) => extractor.features(set, { signal }));
    const fewFeatures = await everySet(features, async (set) => firstRows(set, pairRows));
    found.push(...measured(featurePlans(extractor, features.reference), features, options));
    found.push(...measured(neighbourhoodPlans, fewFeatures, options));
  } else found.push(...measured(neighbourhoodPlans, few, options));
  found.push(...measured(distancePlans, few, options));
  found.push(await twoSampleTest(sets, options));
  return found;
};

/** The nearest training samples of samples and of real data, and how they compare. */
export interface Memorisation {
  readonly measure: Measure;
  readonly samples: NearestTraining;
  readonly heldOut: NearestTraining;
}

/** Whether samples repeat training data: their distances from it beside those of real data that training did not see. */
export const memorisation = async (
  samples: NdArray,
  heldOut: NdArray,
  training: Dataset,
  { seed, signal, runtime, onStage }: QualityOptions,
): Promise<Memorisation> => {
  onStage?.("nearest training samples");
  const near = (set: NdArray) => nearestTraining(set, training, { signal, runtime });
  const found = { samples: await near(samples), heldOut: await near(heldOut) };
  return {
    ...found,
    measure: {
      name: "nearer to training",
      meaning: "how often a sample is nearer to training data than unseen real data are, 0.5 for real data",
      good: "near",
      range: [0, 1],
      expected: 0.5,
      samples: withinRange(
        bootstrap(closerThanHeldOutStatistic(found.samples.distances, found.heldOut.distances), { seed }),
        [0, 1],
      ),
    },
  };
};
