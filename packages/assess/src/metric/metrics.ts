/** Every metric: to take one, rebuild it from a file, or list them. */
import { partList } from "@scorefield/core";
import { alphaPrecisionMetric, betaRecallMetric } from "./alpha-precision.ts";
import { brokenOrderMetric } from "./broken-order.ts";
import { classAccuracyMetric } from "./class-accuracy.ts";
import { logisticTwoSampleMetric, twoSampleTestMetric } from "./classifier-two-sample.ts";
import { marginalMetric } from "./column-distance.ts";
import { detectionScoreMetric } from "./detection-score.ts";
import { energyDistanceMetric } from "./energy-distance.ts";
import { exactCopyMetric } from "./exact-copies.ts";
import { frechetDistanceMetric } from "./frechet-distance.ts";
import { kernelDistanceMetric } from "./kernel-distance.ts";
import type { Metric, MetricDeclaration } from "./metric.ts";
import { missingPatternMetric } from "./missing-patterns.ts";
import { mmdMetric } from "./mmd.ts";
import { nearerToTrainingMetric } from "./nearest-training.ts";
import { coverageMetric, densityMetric, precisionMetric, recallMetric } from "./neighbourhoods.ts";
import { pairAssociationMetric } from "./pair-associations.ts";
import { usefulnessMetric } from "./usefulness.ts";
import { slicedWassersteinMetric } from "./wasserstein.ts";

/** Every metric, family by family. */
export const metrics = partList("metric", [
  frechetDistanceMetric,
  kernelDistanceMetric,
  precisionMetric,
  recallMetric,
  densityMetric,
  coverageMetric,
  alphaPrecisionMetric,
  betaRecallMetric,
  energyDistanceMetric,
  slicedWassersteinMetric,
  mmdMetric,
  twoSampleTestMetric,
  logisticTwoSampleMetric,
  detectionScoreMetric,
  classAccuracyMetric,
  usefulnessMetric,
  marginalMetric,
  missingPatternMetric,
  pairAssociationMetric,
  brokenOrderMetric,
  nearerToTrainingMetric,
  exactCopyMetric,
]);

/** What is known of every metric besides how it is taken, family by family. */
export const metricCatalogue: readonly MetricDeclaration[] = metrics.makers.map(({ declaration }) => declaration);

/**
 * The metrics that say something of any samples. Those that need features or training data are taken where these are given.
 * @param test settings of the two-sample test
 */
export const usualMetrics = (test: Parameters<typeof twoSampleTestMetric>[0] = {}): readonly Metric[] => [
  frechetDistanceMetric(),
  kernelDistanceMetric(),
  precisionMetric(),
  recallMetric(),
  densityMetric(),
  coverageMetric(),
  energyDistanceMetric(),
  slicedWassersteinMetric(),
  mmdMetric(),
  twoSampleTestMetric(test),
  nearerToTrainingMetric(),
];
