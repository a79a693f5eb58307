/** Settings and options that had another name in earlier versions. */
import { isFields } from "@scorefield/tensor/internal";

const renamed: Readonly<Record<string, string>> = {
  dataDeviation: "sigmaData",
  grids: "previews",
  law: "distribution",
  levels: "noiseDistribution",
};

/** What a name of an earlier version is now, where one of the known names replaced it. */
export const newName = (name: string, known: readonly string[]): string | undefined =>
  Object.hasOwn(renamed, name) && known.includes(renamed[name]!) ? renamed[name] : undefined;

/** Why a name of an earlier version is refused. */
export const renamedTo = (name: string, now: string): string => `${name} is now called ${now}`;

const upgradedName = (name: string, value: unknown): string =>
  // The levels of annealed Langevin dynamics are a number, and keep their name.
  name === "dataDeviation" || (name === "levels" && isFields(value)) ? renamed[name]! : name;

/** A setting that there is no more: weights of samples by their size, which training alone used. */
const isGone = (recipe: object, name: string): boolean =>
  name === "relative" && "kind" in recipe && recipe.kind === "denoising";

/**
 * The recipe of a part as an earlier version wrote it, with the names of now, in the recipes inside it too. A recipe that
 * has both names keeps both, and is refused when the part is made.
 */
export const upgradeRecipe = <R extends object>(recipe: R): R =>
  Object.fromEntries(
    Object.entries(recipe)
      .filter(([name]) => !isGone(recipe, name))
      .map(([name, value]) => {
        const now = upgradedName(name, value);
        return [Object.hasOwn(recipe, now) ? name : now, isFields(value) ? upgradeRecipe(value) : value];
      }),
  ) as R;
