import "./methods.ts";

export type {
  ArrayArguments,
  ArrayResult,
  Compiled,
  CompileOptions,
  Exported,
  ExportOptions,
  FunctionOptions,
  ModelAndData,
  Scanned,
} from "./compile.ts";
export { compile, compileScan, toOnnx } from "./compile.ts";
export type { Tensors } from "./differentiate/differentiate.ts";
export { dot, grad, hessianVectorProduct, jvp, valueAndGrad, vjp } from "./differentiate/differentiate.ts";
export { DataTypeError, RuntimeError, ShapeError, TraceError } from "./errors.ts";
export type { Target } from "./graph/target.ts";
export { Tensor } from "./graph/tensor.ts";
export { loadOnnx, type OnnxModel, type OnnxPort } from "./load-onnx.ts";
export type { DataType, ElementType, FloatType, NdArray, Nested, Shape } from "./ndarray.ts";
export { castArray, fromNested, isNdArray, ndarray, sizeOf, storage, zeros } from "./ndarray.ts";
export type { ExternalData } from "./onnx/external-data.ts";
export { erf, gelu, sigmoid, silu, softplus } from "./operation/activation.ts";
export { add, divide, multiply, negate, reciprocal, square, subtract } from "./operation/arithmetic.ts";
export type { AttentionOptions } from "./operation/attention.ts";
export { scaledDotProductAttention } from "./operation/attention.ts";
export type { Axes, ReduceOptions } from "./operation/broadcast.ts";
export { broadcastTo, sum } from "./operation/broadcast.ts";
export {
  abs,
  and,
  clip,
  equal,
  floor,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  max,
  min,
  not,
  or,
  relu,
  sign,
  where,
} from "./operation/comparison.ts";
export type { ConvolutionOptions, TransposedConvolutionOptions } from "./operation/convolution.ts";
export { conv, convTranspose } from "./operation/convolution.ts";
export type { Padding, PerAxis } from "./operation/convolution-window.ts";
export type { Operand } from "./operation/elementwise.ts";
export { cos, exp, expm1, log, log1p, power, sin, sqrt, tanh } from "./operation/exponential.ts";
export { dft, inverseDft, inverseRealDft, realDft } from "./operation/fourier.ts";
export { gather, iota, oneHot, scatterAdd } from "./operation/index-select.ts";
export { einsum, matmul } from "./operation/matmul.ts";
export type { NormalisationOptions } from "./operation/normalisation.ts";
export { groupNorm, layerNorm, rmsNorm } from "./operation/normalisation.ts";
export { averagePool, upsampleNearest } from "./operation/resample.ts";
export { expandDims, flatten, reshape, transpose } from "./operation/reshape.ts";
export { cast, constant, stopGradient } from "./operation/source.ts";
export { type Entries, type SparseMatrix, sparseMatrix, sparseMultiply, sparseTranspose } from "./operation/sparse.ts";
export { logSumExp, maximum, mean, minimum, softmax, variance } from "./operation/statistics.ts";
export type { PadMode, Range } from "./operation/window.ts";
export { concat, flip, pad, slice, sliceAxis, split, stack } from "./operation/window.ts";
export { withoutDerivative } from "./operation/without-derivative.ts";
export { countSessions, type SessionCounts } from "./runtime/count-sessions.ts";
export { defaultRuntime, setDefaultRuntime } from "./runtime/default.ts";
export type { Runtime, Session } from "./runtime/runtime.ts";
export { type SharedSessions, type SharedSessionsOptions, sharedSessions } from "./shared/sessions.ts";
export { shared } from "./shared/shared.ts";
export { type Spec, type Specs, specOf, type TensorArguments } from "./trace.ts";
export type { MapTree, Tree } from "./tree.ts";
export { flattenTree, mapTree } from "./tree.ts";
