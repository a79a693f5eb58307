/** The recipe of `scorefield train`: of its source, changed as its options say. */
import { stat } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import type { Pace } from "@scorefield/core";
import { builtInDomains, recogniseData } from "@scorefield/domain";
import { UsageError } from "../errors.ts";
import { expandData } from "../recipe/parse.ts";
import { isRecipeFile, readRecipe, recipeFolder } from "../recipe/read.ts";
import { applySettings } from "../recipe/settings.ts";
import { suggest } from "../recipe/suggest.ts";
import { aboutData, chosenData } from "./data-options.ts";
import type { InputFormat } from "./standard-input.ts";

/** Options of `scorefield train` as commander reads them. */
export interface TrainFlags {
  readonly out?: string;
  readonly set?: readonly string[];
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly checkpoint?: number;
  readonly steps?: number;
  readonly minutes?: number;
  readonly pace?: string;
  readonly batch?: number;
  readonly refine?: boolean;
  readonly latent?: boolean;
  readonly codec?: string;
  readonly seed?: number;
  readonly dataFormat?: InputFormat;
  readonly json?: boolean;
  /** Settings of data, by their names: see the options of domains. */
  readonly [setting: string]: unknown;
}

/** The settings of a recipe, as yet unchecked. */
export type Fields = Record<string, unknown>;

/** A recipe and the folder its paths are relative to. */
export interface Given {
  readonly recipe: Fields;
  readonly folder: string;
}

/** All data that is made on the spot, by name. */
const builtInNames = builtInDomains.flatMap(({ words = [] }) => words);

/** The recipe that a source stands for: a file of one, data, or the name of a built-in set. @throws UsageError for neither */
export const readSource = async (source: string): Promise<Given> => {
  if (isRecipeFile(source)) return { recipe: await readRecipe(source), folder: recipeFolder(source) };
  if (builtInNames.includes(source)) return { recipe: { data: source }, folder: "." };
  const found = await stat(source).catch(() => undefined);
  // A bare word is the name of a set; a file has an ending or a folder.
  if (!found && /^\w+$/.test(source))
    throw new UsageError(
      `${source}: expected a data file, a folder of images or sounds, a recipe or the name of a built-in set, found none of them; ${suggest(source, builtInNames)}`,
    );
  if (found?.isDirectory() && dirname(resolve(source)) === resolve(source))
    throw new UsageError(
      `${source}: expected a folder of images, found a whole disk; name the folder that they are in`,
    );
  return { recipe: { data: found?.isDirectory() ? recogniseData(source, { isFolder: true })! : source }, folder: "." };
};

const defined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Settings of training that options say; how long it goes is said by one of three. */
const aboutTraining = (
  training: unknown,
  { steps, minutes, batch, refine }: TrainFlags,
  pace: Pace | undefined,
): Fields | undefined => {
  const length = defined({ steps, minutes, pace });
  const about = { ...length, ...defined({ batch }), ...(refine === false && { refine }) };
  if (Object.keys(about).length === 0) return undefined;
  const { steps: _, minutes: __, pace: ___, ...others } = (training ?? {}) as Fields;
  return { ...(Object.keys(length).length > 0 ? others : (training as Fields)), ...about };
};

/** What options say of the autoencoder; a run is relative to the recipe, as all paths are in it. */
const aboutLatent = (latent: unknown, { codec }: TrainFlags, folder: string): Fields => ({
  ...((latent ?? {}) as Fields),
  ...(codec !== undefined && { codec: relative(resolve(folder), resolve(codec)) || "." }),
});

/** A recipe with what options say of it. @throws UsageError for an option that its kind of data does not have */
export const withFlags = ({ recipe, folder }: Given, flags: TrainFlags, pace?: Pace): Given => {
  const { seed, set = [] } = flags;
  const { data } = recipe;
  // What `--set data.kind=...` says decides which options there are.
  const kinded = chosenData(
    applySettings(
      { data },
      set.filter((setting) => setting.startsWith("data.kind=")),
    ).data,
    flags,
  );
  const about = aboutData(expandData(kinded), flags);
  const training = aboutTraining(recipe.training, flags, pace);
  const changed = {
    ...recipe,
    ...(data !== undefined && {
      data: Object.keys(about).length > 0 ? { ...(expandData(kinded) as Fields), ...about } : data,
    }),
    ...((flags.latent || flags.codec !== undefined) && { latent: aboutLatent(recipe.latent, flags, folder) }),
    ...defined({ seed }),
    ...(training && { training }),
  };
  return { recipe: applySettings(changed, set), folder };
};
