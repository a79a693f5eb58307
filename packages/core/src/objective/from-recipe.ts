/** Objectives and distributions of noise levels by name, to rebuild them from a file. */
import { type KindRecipe, recipeReader } from "../recipe.ts";
import { type ConstrainedOptions, constrained } from "./constrained.ts";
import { constraintFromRecipe } from "./constraint.ts";
import { type DenoisingOptions, denoising } from "./denoising.ts";
import { type FiniteDifferenceOptions, finiteDifference } from "./finite-difference.ts";
import { type FokkerPlanckOptions, fokkerPlanck } from "./fokker-planck.ts";
import { implicit, type ScoreMatchingOptions } from "./implicit.ts";
import { fixedLevel, geometricLevels, logNormalLevels, type NoiseLevels, uniformTimes } from "./levels.ts";
import type { Objective } from "./objective.ts";
import { type SlicedOptions, sliced } from "./sliced.ts";

const levelMakers = {
  uniform: uniformTimes,
  "log-normal": logNormalLevels,
  geometric: geometricLevels,
  fixed: fixedLevel,
};

/** The kinds of noise levels that {@link levelsFromRecipe} knows. */
export const levelKinds: readonly string[] = Object.keys(levelMakers);

/**
 * The noise levels a recipe describes; left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting; ArgumentError for a setting out of range
 */
export const levelsFromRecipe = recipeReader<NoiseLevels>("levels", levelMakers);

type Given<Options> = Omit<Options, "levels"> & { readonly levels?: KindRecipe };

/** A maker of an objective whose noise levels are a recipe still. */
const withLevels =
  <Options extends { readonly levels?: NoiseLevels }>(make: (options: Options) => Objective) =>
  ({ levels, ...options }: Given<Options>): Objective =>
    make({ ...options, ...(levels && { levels: levelsFromRecipe(levels) }) } as unknown as Options);

const makers = {
  denoising: withLevels<DenoisingOptions>(denoising),
  implicit: withLevels<ScoreMatchingOptions>(implicit),
  sliced: withLevels<SlicedOptions>(sliced),
  "finite-difference": withLevels<FiniteDifferenceOptions>(finiteDifference),
  "fokker-planck": ({ objective, ...options }: FokkerPlanckOptions & { objective?: KindRecipe }): Objective =>
    fokkerPlanck(objectiveFromRecipe(objective ?? { kind: "denoising" }), options),
  constrained: ({
    objective,
    constraint,
    ...options
  }: ConstrainedOptions & { objective?: KindRecipe; constraint: KindRecipe }): Objective =>
    constrained(objectiveFromRecipe(objective ?? { kind: "denoising" }), constraintFromRecipe(constraint), options),
};

/** The kinds of objective that {@link objectiveFromRecipe} knows. */
export const objectiveKinds: readonly string[] = Object.keys(makers);

/**
 * The objective a recipe describes; left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, of the objective or its levels; ArgumentError for a setting out of
 *   range
 */
export const objectiveFromRecipe: (recipe: KindRecipe) => Objective = recipeReader<Objective>("objective", makers);
