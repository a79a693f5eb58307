/** A run on labelled images, for scripts that look at its classes. */
import { isImages } from "../../packages/scorefield/src/recipe/is-images.ts";
import { loadRun } from "../../packages/scorefield/src/run/load.ts";
import { readImageSplit } from "../../packages/scorefield/src/run/prepare.ts";

/**
 * Its model, the names of its classes, and its images, in those of training and those held out.
 * @throws Error for a run on anything else
 */
export const loadLabelledRun = async (path: string) => {
  const { model, classes, record } = await loadRun(path);
  const recipe = record.training?.recipe;
  if (!classes || !recipe || !isImages(recipe.data))
    throw new Error(`expected a run on labelled images, found ${path}`);
  return { model, classes, ...(await readImageSplit({ ...recipe, data: recipe.data }, path)) };
};
