export { didYouMean, nearestWord } from "@scorefield/tensor/internal";
export type { Density, NoisyDensity } from "./density/density.ts";
export { type GaussianOptions, gaussian } from "./density/gaussian.ts";
export type { GaussianComponent, Values } from "./density/gaussian-component.ts";
export { gaussianMixture, type Mixture, type MixtureOptions } from "./density/mixture.ts";
export { type SphereOptions, uniformSphere } from "./density/sphere.ts";
export { ArgumentError, RecipeError, SamplingError, TrainingError } from "./errors.ts";
export type { Clock } from "./integrate/integrate.ts";
export type { Controller } from "./integrate/step-control.ts";
export {
  type AnnealedImportance,
  type AnnealedImportanceOptions,
  annealedImportance,
} from "./likelihood/annealed-importance.ts";
export {
  type BitsOptions,
  type BitsPerDimension,
  bitsPerDimension,
  type DequantiseOptions,
  dequantise,
  type Quantisation,
} from "./likelihood/bits-per-dimension.ts";
export { decode, encode, type InterpolateOptions, interpolate } from "./likelihood/encode.ts";
export { interpolateLatent } from "./likelihood/interpolate-latent.ts";
export {
  flowIncrement,
  type ItoDensityOptions,
  itoIncrement,
  itoLogDensity,
  type TrajectoryState,
} from "./likelihood/ito-density.ts";
export { type LatentBound, type LatentBoundOptions, latentBound } from "./likelihood/latent-bound.ts";
export {
  type Hutchinson,
  type LogDensityDetails,
  type LogDensityOptions,
  logDensity,
  logDensityDetails,
} from "./likelihood/log-density.ts";
export { normalised } from "./likelihood/normalised.ts";
export type { ProbabilityFlowOptions } from "./likelihood/options.ts";
export type { Accuracy } from "./likelihood/solve-flow.ts";
export { type SuperposeOptions, superpose } from "./likelihood/superpose.ts";
export { type MixtureOfOptions, mixtureOf } from "./model/composition/mixture.ts";
export { negate, type ProductOptions, productOf, temper } from "./model/composition/product.ts";
export { conditional } from "./model/conditional.ts";
export { type EnergyModel, energyModel } from "./model/energy/model.ts";
export {
  type EnergyForm,
  type EnergyOptions,
  type EnergyPreconditioning,
  energyForms,
  energyPreconditioning,
} from "./model/energy/preconditioning.ts";
export { type ExactModel, exact } from "./model/exact.ts";
export { expandTime } from "./model/expand-time.ts";
export type { AverageVelocity } from "./model/flow-map/average-velocity.ts";
export type { FlowMap, FlowTarget } from "./model/flow-map/flow-map.ts";
export { type GaussianFlowMapOptions, gaussianFlowMap } from "./model/flow-map/gaussian-flow-map.ts";
export { type OdeFlowMapOptions, odeFlowMap } from "./model/flow-map/ode-flow-map.ts";
export {
  type FlowMapParts,
  type TrainedFlowMap,
  trainedFlowMap,
} from "./model/flow-map/trained-flow-map.ts";
export { gainPreconditioning } from "./model/gain-preconditioning.ts";
export type { ConditionValue, ConditionValues, GivenValues } from "./model/given.ts";
export { autoguidance } from "./model/guidance/autoguidance.ts";
export {
  type ClassifierGuidanceOptions,
  classifierGuidance,
  type NoisyClassifier,
} from "./model/guidance/classifier.ts";
export { classifierFreeGuidance, guided } from "./model/guidance/classifier-free.ts";
export type { GuidanceOptions } from "./model/guidance/extrapolate.ts";
export {
  type LatentCodec,
  type LatentDistribution,
  type LeftOut,
  type TrainedCodec,
  type TrainedCodecParts,
  trainedCodec,
} from "./model/latent/latent-codec.ts";
export { type LatentModel, latentModel } from "./model/latent/latent-model.ts";
export { type CodecOptions, decodeLatents, encodeLatents } from "./model/latent/latents.ts";
export { type PrincipalCodecOptions, principalCodec } from "./model/latent/principal-codec.ts";
export { type MixedPreconditioningOptions, mixedPreconditioning } from "./model/mixed/preconditioning.ts";
export { type PartialPreconditioningOptions, partialPreconditioning } from "./model/partial/preconditioning.ts";
export { edmPreconditioning, type Preconditioning, type Prediction, predict } from "./model/preconditioning.ts";
export { preconditioningFromRecipe, preconditioningKinds } from "./model/preconditionings.ts";
export { type ProjectedOptions, projected } from "./model/projected.ts";
export type { Condition, Given, ScoreModel } from "./model/score-model.ts";
export { type DenoiserParts, denoiser, type TrainedModel, trainedModel } from "./model/trained.ts";
export {
  denoisedFromNoise,
  denoisedFromScore,
  denoisedFromVelocity,
  noise,
  noiseFromDenoised,
  noiseFromScore,
  type ScheduleAt,
  type ScheduleRatesAt,
  scheduleAt,
  score,
  scoreFromDenoised,
  scoreFromNoise,
  velocity,
  velocityFromDenoised,
} from "./model/tweedie.ts";
export type { Bound } from "./model/with-given.ts";
export type { Autoencoder, Encoded } from "./network/autoencoder/autoencoder.ts";
export { autoencoderFromRecipe } from "./network/autoencoder/autoencoders.ts";
export {
  type ConvolutionalAutoencoderOptions,
  convolutionalAutoencoder,
} from "./network/autoencoder/convolutional-autoencoder.ts";
export { type DenseAutoencoderOptions, denseAutoencoder } from "./network/autoencoder/dense-autoencoder.ts";
export {
  type ConditionEmbedding,
  type ConditionSizes,
  conditionEmbedding,
  initialConditionEmbedding,
} from "./network/condition-embedding.ts";
export { type Convolution, convolution, initialConvolution } from "./network/convolution.ts";
export { type ConvolutionalOptions, convolutional } from "./network/convolutional.ts";
export { type DitOptions, dit } from "./network/dit.ts";
export { type Drop, dropout, dropoutFrom, dropoutUniforms } from "./network/dropout.ts";
export type { FeatureNetwork } from "./network/feature-network.ts";
export { featureNetworkFromRecipe } from "./network/feature-networks.ts";
export { type ForestOptions, forest } from "./network/forest.ts";
export { fourierFeatures } from "./network/fourier-features.ts";
export {
  adaptiveGroupNormalisation,
  groupNormalisation,
  initialNormalisation,
  type Normalisation,
} from "./network/group-normalisation.ts";
export { type LayerDraws, layerDraws, type NextDraws } from "./network/initialisation.ts";
export { initialLinear, type Linear, linear } from "./network/linear.ts";
export { type MlpOptions, mlp } from "./network/mlp.ts";
export type { Conditions, Network, Parameters } from "./network/network.ts";
export { networkFromRecipe, networkKinds } from "./network/networks.ts";
export { type PerceptronOptions, perceptron } from "./network/perceptron.ts";
export { doubleResolution, halveResolution } from "./network/resampling-layers.ts";
export {
  initialResidualBlock,
  type ResidualBlock,
  type ResidualOptions,
  residualBlock,
} from "./network/residual-block.ts";
export {
  type AttentionBlock,
  attentionBlock,
  initialAttentionBlock,
  initialSelfAttention,
  type SelfAttention,
  selfAttention,
} from "./network/self-attention.ts";
export { type NetworkSummary, type PartSummary, summary } from "./network/summary.ts";
export { type TransformerOptions, transformer } from "./network/transformer.ts";
export {
  adaptiveLayerNorm,
  initialTransformerBlock,
  type TransformerBlock,
  transformerBlock,
} from "./network/transformer-block.ts";
export { type UnetOptions, unet } from "./network/unet.ts";
export { normalQuantile } from "./numeric/normal-quantile.ts";
export {
  type AutoencoderInputs,
  type AutoencoderObjective,
  autoencoderObjectiveFromRecipe,
  type ReconstructionOptions,
  reconstruction,
} from "./objective/autoencoder/reconstruction.ts";
export { type ConstrainedOptions, type ConstraintSchedule, constrained } from "./objective/constrained.ts";
export {
  type Constraint,
  type LinearConstraintOptions,
  linearConstraint,
  meanConstraint,
} from "./objective/constraint.ts";
export { constraintFromRecipe } from "./objective/constraints.ts";
export { type DenoisingOptions, denoising } from "./objective/denoising.ts";
export { type FiniteDifferenceOptions, finiteDifference } from "./objective/finite-difference.ts";
export { consistency } from "./objective/flow-map/consistency.ts";
export { continuousConsistency } from "./objective/flow-map/continuous-consistency.ts";
export type { FlowMapInputs, FlowMapObjective } from "./objective/flow-map/flow-map-objective.ts";
export { flowMapObjectiveFromRecipe } from "./objective/flow-map/flow-map-objectives.ts";
export { lagrangian } from "./objective/flow-map/lagrangian.ts";
export { meanFlow } from "./objective/flow-map/mean-flow.ts";
export { progressive } from "./objective/flow-map/progressive.ts";
export { shortcut } from "./objective/flow-map/shortcut.ts";
export { type FokkerPlanckOptions, fokkerPlanck } from "./objective/fokker-planck.ts";
export { fokkerPlanckResidual } from "./objective/fokker-planck-residual.ts";
export { implicit, type ScoreMatchingOptions } from "./objective/implicit.ts";
export { type MixedDenoisingOptions, mixedDenoising } from "./objective/mixed-denoising.ts";
export {
  fixedNoise,
  geometricNoise,
  logNormalNoise,
  type NoiseDistribution,
  noiseDistributionFromRecipe,
  noiseDistributionKinds,
  uniformTimes,
} from "./objective/noise-distribution.ts";
export type { ScoreWeighting } from "./objective/noisy-score.ts";
export { type NonlinearConstraintOptions, nonlinearConstraint } from "./objective/nonlinear-constraint.ts";
export type { Objective, ObjectiveInputs } from "./objective/objective.ts";
export { objectiveFromRecipe, objectiveKinds } from "./objective/objectives.ts";
export { type QuadraticConstraintOptions, quadraticConstraint } from "./objective/quadratic-constraint.ts";
export { type SlicedOptions, sliced } from "./objective/sliced.ts";
export type { Weighting } from "./objective/weighting.ts";
export type { ArrayJson } from "./part/array-json.ts";
export { declare, type Maker } from "./part/declare.ts";
export type { ArrayGiven } from "./part/inferred-types.ts";
export type { Declaration, PartList } from "./part/part.ts";
export { partList } from "./part/part-list.ts";
export * as setting from "./part/setting.ts";
export { type PatchModelOptions, patchModel } from "./patch/patch-model.ts";
export { type PatchesOptions, patches } from "./patch/patches.ts";
export { type PositionedOptions, positioned } from "./patch/positioned.ts";
export { type BridgeProcess, bridgeState } from "./process/bridge.ts";
export { type CosineOptions, vpCosine } from "./process/cosine.ts";
export { edm } from "./process/edm.ts";
export type { LinearBetaOptions } from "./process/linear-beta.ts";
export { type OuveOptions, ouve } from "./process/ouve.ts";
export type { NoiseSchedule, Process, Scalar } from "./process/process.ts";
export { processFromRecipe, processKinds } from "./process/processes.ts";
export { rectifiedFlow } from "./process/rectified-flow.ts";
export { type SbVeOptions, sbVe } from "./process/sb-ve.ts";
export { type SbVpOptions, sbVp } from "./process/sb-vp.ts";
export type { SigmaRangeOptions } from "./process/sigma-range.ts";
export { subVp } from "./process/sub-vp.ts";
export { timeOfLogRatio } from "./process/time-of-log-ratio.ts";
export { ve } from "./process/variance-exploding.ts";
export { vp } from "./process/variance-preserving.ts";
export { normal } from "./random/normal.ts";
export { permutation } from "./random/permutation.ts";
export { type DrawOptions, type Purpose, purposes } from "./random/stream.ts";
export { integers, rademacher, uniform } from "./random/uniform.ts";
export type { KindRecipe } from "./recipe.ts";
export type { AdaptiveSampler, AnySampler, Attempt, AttemptTimes } from "./sampling/adaptive-sampler.ts";
export { type AdaptiveSdeOptions, adaptiveSde } from "./sampling/adaptive-sde.ts";
export { type AncestralOptions, ancestral } from "./sampling/ancestral.ts";
export { type AnnealedLangevinOptions, annealedLangevin } from "./sampling/annealed-langevin.ts";
export type { LoopOptions } from "./sampling/batches.ts";
export {
  type CompiledSampler,
  compileSampler,
  type SamplerNoise,
  type SamplerOnnxOptions,
  samplerNoise,
  samplerToOnnx,
  type UnrolledOptions,
} from "./sampling/compile-sampler.ts";
export { type DdimOptions, ddim } from "./sampling/ddim.ts";
export { type DeisOptions, deis } from "./sampling/deis.ts";
export { type DormandPrinceOptions, dormandPrince } from "./sampling/dormand-prince.ts";
export { type DpmSolverOptions, dpmSolver } from "./sampling/dpm-solver.ts";
export { type EulerOptions, euler } from "./sampling/euler.ts";
export { type EulerMaruyamaOptions, eulerMaruyama } from "./sampling/euler-maruyama.ts";
export { type FlowSamplerOptions, flowParts, flowSettings, type Level, levelAt } from "./sampling/flow.ts";
export { type FlowMapOnnxOptions, flowMapNoise, flowMapToOnnx } from "./sampling/flow-map-onnx.ts";
export { type FlowMapSteps, type SampleFlowMapOptions, sampleFlowMap } from "./sampling/flow-map-samples.ts";
export {
  cosineGrid,
  type Grid,
  type GridName,
  gridNames,
  karrasGrid,
  logSnrGrid,
  uniformGrid,
} from "./sampling/grid.ts";
export { type HeunOptions, heun } from "./sampling/heun.ts";
export { type KeptSteps, keepSteps } from "./sampling/kept-steps.ts";
export { type ChainOptions, chainSettings, type LangevinOptions, langevin, stayingGrid } from "./sampling/langevin.ts";
export { sampleLatent } from "./sampling/latent-samples.ts";
export { mala } from "./sampling/mala.ts";
export { type PredictorCorrectorOptions, predictorCorrector } from "./sampling/predictor-corrector.ts";
export { type ProjectedSamples, type ProjectSamplesOptions, projectSamples } from "./sampling/project-samples.ts";
export { type RestartInterval, type RestartOptions, restart } from "./sampling/restart.ts";
export { type ReverseDiffusionOptions, reverseDiffusion } from "./sampling/reverse-diffusion.ts";
export { type SampleEvent, type SampleOptions, sample } from "./sampling/sample.ts";
export {
  evaluations,
  type OneStep,
  oneStep,
  type Sampler,
  type SamplerState,
  type StepTimes,
} from "./sampling/sampler.ts";
export { samplerCatalogue, samplerFromRecipe, samplerKinds } from "./sampling/samplers.ts";
export { type SdeSamplerOptions, sdeParts, sdeSettings } from "./sampling/sde.ts";
export { type SdeDpmSolverOptions, sdeDpmSolver } from "./sampling/sde-dpm-solver.ts";
export { sampleTrajectory, type Trajectory, type TrajectoryOptions } from "./sampling/trajectory.ts";
export { type UnderdampedLangevinOptions, underdampedLangevin } from "./sampling/underdamped-langevin.ts";
export { type UnipcOptions, unipc } from "./sampling/unipc.ts";
export { type Augmentation, augment, augmentationLabels, type ImageTransform } from "./training/augmentation.ts";
export { latentDataset } from "./training/codec-scales.ts";
export { type Dataset, dataset } from "./training/dataset.ts";
export { type DistilScoresOptions, distilScores } from "./training/distil-scores.ts";
export { type Fitting, fit } from "./training/fit.ts";
export type {
  Batches,
  Checkpoint,
  Extra,
  FitEvent,
  FitOptions,
  Fitted,
  HeldOut,
  Loss,
} from "./training/fit-options.ts";
export { type FlatLayout, flatLayout } from "./training/flat.ts";
export type { FlowMapStart } from "./training/flow-map-teacher.ts";
export type { InProgress } from "./training/in-progress.ts";
export type { Adam, OptimiserState } from "./training/optimiser.ts";
export { checkTraining, type TrainEvent, type TrainOptions } from "./training/options.ts";
export { checkPace, type Deadline, type Pace } from "./training/pace.ts";
export { type PowerAverage, powerExponent } from "./training/power-average.ts";
export type { Precision } from "./training/precision.ts";
export {
  type AverageProfile,
  type AverageSnapshot,
  averageWeights,
  reconstructAverage,
} from "./training/reconstruct-average.ts";
export type { Schedule } from "./training/schedule.ts";
export { type Training, train } from "./training/train.ts";
export {
  type AutoencoderTraining,
  type TrainAutoencoderOptions,
  trainAutoencoder,
} from "./training/train-autoencoder.ts";
export { type FlowMapTraining, type TrainFlowMapOptions, trainFlowMap } from "./training/train-flow-map.ts";
export { initialTrainable, type Trainable, type TrainableLayout, trainableLayout } from "./training/trainable.ts";
