/** What the project's other packages take of this one, besides what is public. It may change in any version. */
export { type Counted, counted } from "./counted.ts";
export { evaluate, filled, numbers } from "./evaluate.ts";
export { type LevyMeasurement, levyGibbs } from "./levy/gibbs.ts";
export { type HostRandom, hostRandom } from "./levy/host-random.ts";
export {
  bernoulliLaplaceIncrements,
  gaussIncrements,
  type Increments,
  laplaceIncrements,
  levyPaths,
  studentIncrements,
} from "./levy/increments.ts";
export { affineSteps, marginalVariance, orderOf, variancesAfter } from "./probe/affine-probe.ts";
export {
  type CrossedData,
  crossedError,
  crossedModel,
  type NamedPredictor,
  predictorVariants,
} from "./probe/corrector-probe.ts";
export { flowErrors, flowProcesses, pointError } from "./probe/flow-probe.ts";
export { varianceErrors, variancePath } from "./probe/linear-probe.ts";
