/** A new run, from a recipe and the data that it names. */
import { basename, resolve } from "node:path";
import { RecipeError } from "@scorefield/core";
import type { Known } from "@scorefield/core/internal";
import { type Domain, movePaths } from "@scorefield/domain";
import { type Recipe, recipeParts } from "../recipe/resolve.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { checkRunCall } from "./check-call.ts";
import { codecOfRun } from "./codec-file.ts";
import { checkRunFolder, relativeToRun } from "./folder.ts";
import { prepare } from "./prepare.ts";
import { checkRunTraining, type PreparedRun } from "./prepared-run.ts";
import { newRecord } from "./record-file.ts";

/** The recipe in the words of one whose paths are relative to another folder. */
const movedTo = (recipe: Recipe, domain: Domain, run: string, folder: string): Recipe => ({
  ...recipe,
  data: movePaths(domain, recipe.data, (path) => relativeToRun(run, resolve(folder, path))),
});

/**
 * Prepares a new run: reads its data and resolves its recipe. Nothing is written: {@link "./train-run.ts"} makes the folder.
 * @param input a recipe as a person writes it
 * @param options `out`, the run's folder; `folder` that paths in the recipe are relative to, default the current one;
 *   `overwrite` a run that is there; `source` names the recipe in errors; `keepData`: the run keeps a copy of its data's
 *   file, which may then be removed once training has begun; `domain`, one that is not built in; `begun`: when the time of
 *   a run by the clock began, as `performance.now()` says it, default now
 * @throws RecipeError, ArgumentError for the recipe; DataError for the data; RunError when the folder is taken
 */
export const createRun = async (
  input: RecipeInput,
  options: {
    readonly out: string;
    readonly folder?: string;
    readonly overwrite?: boolean;
    readonly source?: string;
    readonly keepData?: boolean;
    readonly domain?: Domain;
    readonly begun?: number;
    readonly signal?: AbortSignal;
  },
): Promise<PreparedRun> => {
  const known = {
    out: true,
    folder: true,
    overwrite: true,
    source: true,
    keepData: true,
    domain: true,
    begun: true,
    signal: true,
  } satisfies Known<typeof options>;
  checkRunCall("createRun", options?.out, options, known);
  const { out, folder = ".", overwrite = false, source, keepData = false, begun = performance.now(), signal } = options;
  const { parseRecipe } = await import("../recipe/parse.ts");
  const read = parseRecipe(input, source, options.domain);
  const latentCodec =
    read.latent?.codec === undefined ? undefined : await codecOfRun(resolve(folder, read.latent.codec));
  const parsed = latentCodec
    ? { ...read, latent: { ...read.latent!, autoencoder: latentCodec.autoencoder.recipe as never } }
    : read;
  await checkRunFolder(out, { overwrite });
  const data = await prepare(parsed, { folder, signal, domain: options.domain });
  const { recipe, domain, columns, table, classes, codec, sha256, training, heldOut, rules } = data;
  checkRunTraining(data, recipeParts(recipe));
  if (latentCodec && latentCodec.shape.join() !== training.shape.join())
    throw new RecipeError(
      `latent.codec: expected an autoencoder of samples of shape [${training.shape}], found that of ${read.latent!.codec} for [${latentCodec.shape}]; train another with latent alone`,
    );
  const [dataPath] = domain.paths?.(recipe.data) ?? [];
  const keptData = keepData && dataPath !== undefined ? resolve(folder, recipe.data[dataPath] as string) : undefined;
  const moved = movedTo(recipe, domain, out, folder);
  const record = newRecord({
    model: {
      shape: data.latentShape ?? training.shape,
      process: recipe.process,
      network: recipe.network,
      preconditioning: recipe.preconditioning,
    },
    ...(recipe.latent && { latent: { shape: training.shape, autoencoder: recipe.latent.autoencoder } }),
    sampler: recipe.sampler,
    domain: domain.kind,
    ...(columns && { columns }),
    ...(table && { table }),
    ...(classes && { classes }),
    scaling: codec.stored,
    ...(rules?.kept && { rules: rules.kept }),
    training: {
      recipe: keptData === undefined ? moved : { ...moved, data: { ...moved.data, [dataPath!]: basename(keptData) } },
      rows: { training: training.count, heldOut: heldOut.count },
      sha256,
    },
  });
  return {
    path: out,
    record,
    data,
    begun,
    ...(latentCodec && { latentCodec }),
    fresh: { overwrite, ...(keptData !== undefined && { keptData }) },
  };
};
