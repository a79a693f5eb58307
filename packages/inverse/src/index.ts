export { declarePosterior, type OwnPopulation, type OwnSampler } from "./method/declare-posterior.ts";
export type { GuidancePoint, Guide } from "./method/guided-model.ts";
export type {
  PosteriorDeclaration,
  PosteriorForm,
  PosteriorMethod,
  PosteriorNeeds,
  Prepared,
  PrepareOptions,
} from "./method/posterior-method.ts";
export { givenMeasurement, type LinearGaussianProblem, type Problem } from "./method/problem.ts";
export { type GaussianNoiseOptions, gaussianNoise } from "./noise/gaussian.ts";
export { type LaplaceNoiseOptions, laplaceNoise } from "./noise/laplace.ts";
export { type MixedNoiseOptions, mixedNoise } from "./noise/mixed.ts";
export { type AboutNoise, declareNoise, type Noise, type NoiseDrawOptions } from "./noise/noise.ts";
export { noiseCatalogue, noiseFromRecipe, noiseFromText, noiseKinds } from "./noise/noises.ts";
export { type PoissonNoiseOptions, poissonNoise } from "./noise/poisson.ts";
export { type RicianNoiseOptions, ricianNoise } from "./noise/rician.ts";
export { type UniformNoiseOptions, uniformNoise } from "./noise/uniform.ts";
export { applyOperator } from "./operator/apply-operator.ts";
export { type ArrayCoverageOptions, arrayCoverage } from "./operator/array-coverage.ts";
export { type BandLimitOptions, bandLimit } from "./operator/band-limit.ts";
export { type BlurOptions, blur } from "./operator/blur.ts";
export { type ClippingOptions, clipping } from "./operator/clipping.ts";
export type { Sensitivities } from "./operator/coil-vectors.ts";
export { type ColumnsOptions, columns } from "./operator/columns.ts";
export { compose } from "./operator/compose.ts";
export { type AboutOperator, declareOperator } from "./operator/declare-operator.ts";
export { decoded } from "./operator/decoded.ts";
export { type DownsampleOptions, downsample } from "./operator/downsample.ts";
export { type FourierOptions, fourier } from "./operator/fourier.ts";
export { type GreyOptions, grey } from "./operator/grey.ts";
export { type HadamardOptions, hadamard } from "./operator/hadamard.ts";
export { identity } from "./operator/identity.ts";
export { interferometer } from "./operator/interferometer.ts";
export { type LinearParts, linearOperator } from "./operator/linear-operator.ts";
export { type MagnitudeOptions, magnitude } from "./operator/magnitude.ts";
export { type MaskOptions, mask } from "./operator/mask.ts";
export { type MatrixOptions, matrix } from "./operator/matrix.ts";
export { type MosaicOptions, mosaic } from "./operator/mosaic.ts";
export { mri } from "./operator/mri.ts";
export {
  isLinear,
  type LinearOperator,
  type Operator,
  operator,
  type Svd,
  type Units,
} from "./operator/operator.ts";
export { operatorCatalogue, operatorFromRecipe, operatorFromText, operatorKinds } from "./operator/operators.ts";
export { type PhaseRetrievalOptions, phaseRetrieval } from "./operator/phase-retrieval.ts";
export { type PowerIterationOptions, powerIteration } from "./operator/power-iteration.ts";
export { type QuantisationOptions, quantisation } from "./operator/quantisation.ts";
export { type Radon, type RadonOptions, radon } from "./operator/radon.ts";
export { type RandomProjectionOptions, randomProjection } from "./operator/random-projection.ts";
export { type SamplingPatternOptions, samplingPattern } from "./operator/sampling-pattern.ts";
export { type SaturationOptions, saturation } from "./operator/saturation.ts";
export { scale } from "./operator/scale.ts";
export { type SensitivityOptions, sensitivityMaps } from "./operator/sensitivity-maps.ts";
export type { MeasuredSpectrum, Spectrum } from "./operator/spectrum.ts";
export { stack } from "./operator/stack.ts";
export { type TimeConvolutionOptions, timeConvolution } from "./operator/time-convolution.ts";
export { admm } from "./plug-and-play/admm.ts";
export { fista } from "./plug-and-play/fista.ts";
export { halfQuadratic } from "./plug-and-play/half-quadratic.ts";
export { red } from "./plug-and-play/red.ts";
export {
  type TotalVariationOptions,
  type TotalVariationResult,
  totalVariation,
} from "./plug-and-play/total-variation.ts";
export { powerSpectrum, type WienerOptions, wienerFilter } from "./plug-and-play/wiener.ts";
export { posteriorLangevin } from "./posterior/annealed-langevin-posterior.ts";
export { type CalibrateOptions, type Calibration, calibrate } from "./posterior/calibrate.ts";
export { daps } from "./posterior/daps.ts";
export { ddrm } from "./posterior/ddrm.ts";
export { diffpir } from "./posterior/diffpir.ts";
export { dps } from "./posterior/dps.ts";
export { dpsLikelihood } from "./posterior/dps-likelihood.ts";
export { ensembleKalman } from "./posterior/ensemble-kalman.ts";
export { exactDraws } from "./posterior/exact.ts";
export { type ExactPosteriorOptions, exactPosterior } from "./posterior/exact-posterior.ts";
export { mcgdiff } from "./posterior/mcgdiff.ts";
export type { Misfit } from "./posterior/misfit.ts";
export { mmps } from "./posterior/mmps.ts";
export { pigdm } from "./posterior/pigdm.ts";
export { pnpDm } from "./posterior/pnp-dm.ts";
export {
  type DrawingOptions,
  type MethodOptions,
  type Posterior,
  type PosteriorOptions,
  posterior,
  posteriorEach,
} from "./posterior/posterior.ts";
export { posteriorCatalogue, posteriorFromRecipe, posteriorKinds } from "./posterior/posteriors.ts";
export type { RankStatistic } from "./posterior/rank-statistic.ts";
export { redDiff } from "./posterior/red-diff.ts";
export { replacement } from "./posterior/replacement.ts";
export { tds } from "./posterior/tds.ts";
export { tmpd } from "./posterior/tmpd.ts";
export {
  type CalibratePosteriorOptions,
  calibratePosterior,
  type PosteriorCalibration,
} from "./simulator/calibrate-posterior.ts";
export type {
  PosteriorDensityOptions,
  PosteriorDrawOptions,
  PosteriorEstimator,
} from "./simulator/estimator.ts";
export {
  type GaussianPriorOptions,
  gaussianPrior,
  type ParameterPrior,
  type UniformPriorOptions,
  uniformPrior,
} from "./simulator/prior.ts";
export {
  type SequentialEvent,
  type SequentialPosterior,
  type SequentialPosteriorOptions,
  type SequentialTraining,
  sequentialPosterior,
} from "./simulator/sequential-posterior.ts";
export {
  type SimulateOptions,
  type Simulations,
  type Simulator,
  type SimulatorCall,
  SimulatorError,
  simulate,
} from "./simulator/simulate.ts";
export {
  type PosteriorEvent,
  type PosteriorTraining,
  type TrainPosteriorOptions,
  trainPosterior,
} from "./simulator/train-posterior.ts";
export { type ConjugateGradientOptions, conjugateGradients } from "./solve/conjugate-gradients.ts";
