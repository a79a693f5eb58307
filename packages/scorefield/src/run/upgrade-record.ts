/** A run.json of an earlier version, with the names of now. */
import { upgradeRecipe } from "@scorefield/core/internal";
import { isFields } from "@scorefield/tensor/internal";

type Fields = Readonly<Record<string, unknown>>;

/** The settings of the data are their domain's, and keep their names. */
const upgradeTraining = ({ data, grids, ...recipe }: Fields): Fields => ({
  ...upgradeRecipe(recipe),
  ...(data !== undefined && { data }),
  ...(grids !== undefined && { [recipe.previews === undefined ? "previews" : "grids"]: grids }),
});

/** The content of run.json, unchecked, with settings that were renamed under their new names. */
export const upgradeRecord = (record: unknown): unknown => {
  if (!isFields(record)) return record;
  const { model, training } = record;
  return {
    ...record,
    ...(isFields(model) && { model: upgradeRecipe(model) }),
    ...(isFields(training) && {
      training: { ...training, ...(isFields(training.recipe) && { recipe: upgradeTraining(training.recipe) }) },
    }),
  };
};
