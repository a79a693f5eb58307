/** A run whose samples are held to the constraint that it was trained with. */
import { constraintFromRecipe, type KindRecipe, projected } from "@scorefield/core";
import { RunError } from "../errors.ts";
import type { DrawnRun, LoadedRun } from "./load.ts";
import { refuseLatent } from "./refuse-latent.ts";

/**
 * The run with every denoised estimate projected on the constraint of its objective, in the units of the model.
 * @param below the noise-to-data ratio above which estimates stay as they are, for a constraint that bends; default none
 * @throws RunError for a run that was trained without a constraint, with one on averages, of latents, or of a flow map
 */
export const onConstraint = (run: DrawnRun, below?: number): LoadedRun => {
  const refuse = (found: string): never => {
    throw new RunError(
      `${run.path}: --project holds samples to the constraint of the run's objective, found ${found}; train one with objective=constrained and a constraint such as linear or quadratic`,
    );
  };
  if ("map" in run) return refuse("a run of a flow map");
  refuseLatent(run, "--project");
  const objective = run.record.training?.recipe.objective as (KindRecipe & { constraint?: KindRecipe }) | undefined;
  if (objective?.kind !== "constrained" || !objective.constraint)
    return refuse(objective ? `the objective ${objective.kind}` : "a run that says of no training");
  const { project } = constraintFromRecipe(objective.constraint);
  if (!project) return refuse(`the constraint ${objective.constraint.kind}, which is on averages`);
  const model = { ...run.model, ...projected(run.model, project, below === undefined ? {} : { below }) };
  return { ...run, model };
};
