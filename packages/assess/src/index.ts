export { combinedScores, type ScoresOfDetector } from "./anomaly/combined.ts";
export { type DensityDetector, densityDetector, typicality, typicalityDetector } from "./anomaly/density.ts";
export type { AnomalyDetector } from "./anomaly/detector.ts";
export { type DiffusionTimeOptions, diffusionTime, diffusionTimesWithin } from "./anomaly/diffusion-time.ts";
export { type DiffusionTimeClassifierOptions, trainDiffusionTime } from "./anomaly/diffusion-time-classifier.ts";
export { type NeighbourOptions, nearestNeighbours } from "./anomaly/nearest-neighbours.ts";
export { type OddParts, type OddPartsOptions, oddParts, type RowPart } from "./anomaly/odd-parts.ts";
export {
  type SmoothedDensityDetector,
  type SmoothedDensityOptions,
  smoothedDensity,
} from "./anomaly/smoothed-density.ts";
export { type Classifier, type ClassifierParts, classifier, initialClassifier } from "./classifier/classifier.ts";
export { accuracy, type BatchOptions, mapBatches, predictClasses } from "./classifier/predict.ts";
export { type TrainClassifierOptions, trainClassifier } from "./classifier/train-classifier.ts";
export {
  type InspectData,
  type Inspection,
  type InspectOptions,
  type InspectProgress,
  inspect,
} from "./inspection/inspect.ts";
export type { Effort } from "./inspection/subject.ts";
export { type ChainSummary, chainSummary } from "./instrument/autocorrelation.ts";
export {
  type CalibrationLevel,
  calibration,
  type LevelMean,
  type LevelOptions,
  noiseTimes,
  type ScoreErrorLevel,
  scoreError,
} from "./instrument/calibration.ts";
export {
  type DenoisingDimension,
  denoisingDimension,
} from "./instrument/denoising-dimension.ts";
export { energyLandscape, type LandscapeOptions } from "./instrument/energy-landscape.ts";
export type { InstrumentOptions, InstrumentProgress } from "./instrument/field.ts";
export { type FlipdOptions, flipd } from "./instrument/flipd.ts";
export { curlMap, type Integrability, type IntegrabilityOptions, integrability } from "./instrument/integrability.ts";
export { jacobians } from "./instrument/jacobian.ts";
export {
  type Estimate,
  type LangevinChain,
  type LangevinChainOptions,
  langevinChain,
} from "./instrument/langevin-chain.ts";
export {
  type LineIntegralOptions,
  type LineIntegrals,
  lineIntegrals,
  logDensityDifference,
} from "./instrument/line-integral.ts";
export { type LocalPcaOptions, localPca } from "./instrument/local-pca.ts";
export type { NoisyCopiesOptions } from "./instrument/noisy-copies.ts";
export { type NormalBundle, normalBundle } from "./instrument/normal-bundle.ts";
export {
  densityOrder,
  type ShareRatio,
  type Smoothing,
  type SmoothingOptions,
  smoothing,
} from "./instrument/smoothing.ts";
export {
  type StationaryOptions,
  type StationaryPoint,
  type StationaryPoints,
  stationaryPoints,
} from "./instrument/stationary-points.ts";
export { type PlanarField, type Streamline, type StreamlineOptions, streamlines } from "./instrument/streamlines.ts";
export { type LogDensitySurface, logDensitySurface, type Plane, type SurfaceOptions } from "./instrument/surface.ts";
export {
  type LinearModel,
  type LinearModelOptions,
  linearModel,
  restoreLinearModel,
  type StoredLinearModel,
} from "./linear/linear-model.ts";
export {
  alphaPrecision,
  alphaPrecisionMetric,
  alphaPrecisionStatistic,
  betaRecall,
  betaRecallMetric,
  betaRecallStatistic,
} from "./metric/alpha-precision.ts";
export { type BootstrapEstimate, type BootstrapOptions, bootstrap } from "./metric/bootstrap.ts";
export { brokenOrderMetric, type OrderedPair } from "./metric/broken-order.ts";
export { classAccuracyMetric } from "./metric/class-accuracy.ts";
export {
  type ClassifierTwoSampleOptions,
  classifierTwoSample,
  logisticTwoSampleMetric,
  type TwoSampleTest,
  twoSampleTestMetric,
} from "./metric/classifier-two-sample.ts";
export { columnDistances, marginalMetric } from "./metric/column-distance.ts";
export {
  type DetectionScore,
  type DetectionScoreOptions,
  detectionScore,
  detectionScoreMetric,
} from "./metric/detection-score.ts";
export { energyDistance, energyDistanceMetric, energyDistanceStatistic } from "./metric/energy-distance.ts";
export { exactCopyMetric } from "./metric/exact-copies.ts";
export { classifierExtractor, type FeatureExtractor } from "./metric/extractor.ts";
export { frechetDistance, frechetDistanceMetric, frechetDistanceStatistic } from "./metric/frechet-distance.ts";
export {
  type KernelDistanceOptions,
  kernelDistance,
  kernelDistanceMetric,
  kernelDistanceStatistic,
} from "./metric/kernel-distance.ts";
export { type LocalTwoSampleOptions, type LocalTwoSampleTest, localTwoSampleTest } from "./metric/local-two-sample.ts";
export { type MarginalDistance, marginals } from "./metric/marginals.ts";
export {
  againstReference,
  declareMetric,
  type Metric,
  type MetricDeclaration,
  type MetricWords,
  type SetStatistic,
  type Taken,
  unitOfSamples,
} from "./metric/metric.ts";
export type { MetricColumn } from "./metric/metric-column.ts";
export type { AssessData, Judge, MetricInput, SampleSets } from "./metric/metric-input.ts";
export { metricCatalogue, metrics, usualMetrics } from "./metric/metrics.ts";
export { type MissingPattern, missingPatternMetric } from "./metric/missing-patterns.ts";
export { type MmdOptions, mmd, mmdMetric, mmdStatistic } from "./metric/mmd.ts";
export { correlationError, sampleCorrelation, sampleCovariance, sampleMean } from "./metric/moments.ts";
export {
  closerThanHeldOut,
  closerThanHeldOutStatistic,
  type NearestTraining,
  type NearestTrainingOptions,
  nearerToTrainingMetric,
  nearestTraining,
} from "./metric/nearest-training.ts";
export {
  coverageMetric,
  densityCoverage,
  densityCoverageStatistics,
  densityMetric,
  precisionMetric,
  precisionRecall,
  precisionRecallStatistics,
  recallMetric,
} from "./metric/neighbourhoods.ts";
export { oneColumnAreas } from "./metric/one-column-test.ts";
export { type OnnxExtractorOptions, onnxExtractor } from "./metric/onnx-extractor.ts";
export {
  type AssociatedPair,
  associationError,
  associations,
  type PairAssociations,
  pairAssociationMetric,
} from "./metric/pair-associations.ts";
export { auroc, averagePrecision } from "./metric/ranking.ts";
export { resizeBilinear } from "./metric/resize.ts";
export { meanStatistic, plainValue, type Statistic, statistic } from "./metric/statistic.ts";
export { type Usefulness, usefulnessMetric } from "./metric/usefulness.ts";
export {
  type SlicedWassersteinOptions,
  slicedWasserstein,
  slicedWassersteinMetric,
  slicedWassersteinStatistic,
} from "./metric/wasserstein.ts";
export {
  type MembershipAttack,
  type MembershipOptions,
  membershipAttack,
} from "./privacy/membership-attack.ts";
export { type RowLossOptions, rowLosses } from "./privacy/row-losses.ts";
export { type AssessOptions, assess } from "./quality/assess.ts";
export type { AssessProgress, Quality } from "./quality/compare-sets.ts";
export type { Interval, Measure } from "./quality/measure.ts";
export type { ValueRange } from "./restoration/image-pair.ts";
export { type IntervalCoverage, intervalCoverage } from "./restoration/interval-coverage.ts";
export { psnr } from "./restoration/psnr.ts";
export { ssim } from "./restoration/ssim.ts";
export { type BlockBootstrapOptions, blockBootstrap, bootstrapBand } from "./series/block-bootstrap.ts";
export { type FittedGarch, fitGarch, type Garch, type SimulateGarchOptions, simulateGarch } from "./series/garch.ts";
export { coverage, crps, drawQuantiles, rankedProbabilityScores } from "./series/probabilistic-forecast.ts";
export { backTestRisk, type Risk, type RiskBackTest, riskOf } from "./series/risk.ts";
export {
  crossCorrelations,
  hillTailIndex,
  type StylisedFacts,
  stylisedFactNames,
  stylisedFacts,
} from "./series/stylised-facts.ts";
export { type BoostedTreesOptions, boostedTrees, type ValidationRows } from "./trees/boosted-trees.ts";
export {
  type DensityRatio,
  type DensityRatioOptions,
  densityRatio,
  restoreDensityRatio,
  type StoredDensityRatio,
} from "./trees/density-ratio.ts";
export type { Forest } from "./trees/forest.ts";
export type { PredictionObjective } from "./trees/losses.ts";
export { checkForestTraining, type TrainForestOptions, trainForest } from "./trees/train-forest.ts";
export { type BoostedTrees, restoreTrees, type StoredTrees } from "./trees/trained-trees.ts";
