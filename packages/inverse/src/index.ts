export { type GaussianNoiseOptions, gaussianNoise } from "./noise/gaussian.ts";
export { type AboutNoise, declareNoise, type Noise, type NoiseDrawOptions } from "./noise/noise.ts";
export { noiseCatalogue, noiseFromRecipe, noiseFromText, noiseKinds } from "./noise/noises.ts";
export { type ArrayCoverageOptions, arrayCoverage } from "./operator/array-coverage.ts";
export { type AboutOperator, declareOperator } from "./operator/declare-operator.ts";
export { interferometer } from "./operator/interferometer.ts";
export { type LinearParts, linearOperator } from "./operator/linear-operator.ts";
export { type MaskOptions, mask } from "./operator/mask.ts";
export { mri } from "./operator/mri.ts";
export {
  isLinear,
  type LinearOperator,
  type Operator,
  type OperatorParts,
  operator,
  type Svd,
  type Units,
} from "./operator/operator.ts";
export { operatorCatalogue, operatorFromRecipe, operatorFromText, operatorKinds } from "./operator/operators.ts";
export { type PowerIterationOptions, powerIteration } from "./operator/power-iteration.ts";
export { type Radon, type RadonOptions, radon } from "./operator/radon.ts";
export { type SamplingPatternOptions, samplingPattern } from "./operator/sampling-pattern.ts";
export { type Sensitivities, type SensitivityOptions, sensitivityMaps } from "./operator/sensitivity-maps.ts";
export type { MeasuredSpectrum, Spectrum } from "./operator/spectrum.ts";
export {
  type TotalVariationOptions,
  type TotalVariationResult,
  totalVariation,
} from "./plug-and-play/total-variation.ts";
export { powerSpectrum, type WienerOptions, wienerFilter } from "./plug-and-play/wiener.ts";
export { type ConjugateGradientOptions, conjugateGradients } from "./solve/conjugate-gradients.ts";
