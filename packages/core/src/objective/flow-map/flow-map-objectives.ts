/** Every objective of flow maps. */
import { partList } from "../../part/part-list.ts";
import { consistency } from "./consistency.ts";
import { continuousConsistency } from "./continuous-consistency.ts";
import { lagrangian } from "./lagrangian.ts";
import { meanFlow } from "./mean-flow.ts";
import { progressive } from "./progressive.ts";
import { shortcut } from "./shortcut.ts";

/** Objectives by their kind. */
export const flowMapObjectives = partList("flow-map objective", [
  consistency,
  continuousConsistency,
  meanFlow,
  lagrangian,
  shortcut,
  progressive,
]);

/**
 * The objective of flow maps that a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take
 */
export const flowMapObjectiveFromRecipe = flowMapObjectives.fromRecipe;
