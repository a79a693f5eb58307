/** What the project's other packages take of this one, besides what is public. It may change in any version. */
export { checkArray, checkCount, checkFloats, checkPositive, checkWhole } from "./check.ts";
export { bitsOf } from "./likelihood/bits-per-dimension.ts";
export { checkModel } from "./model/check-model.ts";
export { exactDivergence, hutchinsonDivergence } from "./model/divergence.ts";
export { exactClasses } from "./model/exact-classes.ts";
export { checkConditionNames, givenRows } from "./model/given.ts";
export { observedFeatures, observedSize } from "./model/mixed/observed.ts";
export { perSample } from "./model/per-sample.ts";
export { preconditionings } from "./model/preconditionings.ts";
export { constants } from "./model/trained.ts";
export { withGiven } from "./model/with-given.ts";
export { autoencoders } from "./network/autoencoder/autoencoders.ts";
export { featureNetworks } from "./network/feature-networks.ts";
export { type ForestParameters, type ForestSettings, forestLogRatio } from "./network/forest.ts";
export { networks } from "./network/networks.ts";
export { fTail, tTail } from "./numeric/f-distribution.ts";
export { firstRows } from "./numeric/first-rows.ts";
export { gaussLegendre } from "./numeric/gauss-legendre.ts";
export { logGamma } from "./numeric/log-gamma.ts";
export { pivotedCholesky } from "./numeric/pivoted-cholesky.ts";
export { innerProducts } from "./numeric/products.ts";
export { meanRow, type Rows, sortedColumns, toRowPair, toRows } from "./numeric/rows.ts";
export { solve } from "./numeric/solve.ts";
export { symmetricEigen } from "./numeric/symmetric-eigen.ts";
export { symmetricEigenvalues } from "./numeric/symmetric-eigenvalues.ts";
export { diagonaliseTridiagonal } from "./numeric/tridiagonal.ts";
export { lanes, wholeLanes } from "./numeric/whole-lanes.ts";
export { autoencoderObjectives } from "./objective/autoencoder/reconstruction.ts";
export { objectives } from "./objective/objectives.ts";
export { checkMade, checkOptions, type Known } from "./part/check-options.ts";
export { newName, renamedTo, upgradeRecipe } from "./part/earlier-names.ts";
export type { RecipeOfList } from "./part/inferred-types.ts";
export type { HasRecipe, Setting, Settings, SettingType } from "./part/part.ts";
export { readFields } from "./part/read-value.ts";
export { recipeFromText } from "./part/recipe-text.ts";
export { typeText } from "./part/type-text.ts";
export { checkProcess } from "./process/check-process.ts";
export { processes } from "./process/processes.ts";
export { quickDraws } from "./random/quick-draws.ts";
export { type PlannedStep, plan } from "./sampling/plan.ts";
export { renoise } from "./sampling/renoise.ts";
export { samplers } from "./sampling/samplers.ts";
export { rowOrder } from "./training/batches.ts";
export { type DividedTraining, dividedTraining, type PlaceStart } from "./training/divided-training.ts";
export { inProgress } from "./training/in-progress.ts";
export { evenMarks } from "./training/marks.ts";
export {
  type Contribution,
  type Outer,
  outerSettings,
  outerStep,
  roundAverage,
  weighedMean,
} from "./training/outer-step.ts";
export { shareOfPace } from "./training/pace.ts";
export { powerDecayAt } from "./training/power-average.ts";
export { stepwise } from "./training/stepwise.ts";
