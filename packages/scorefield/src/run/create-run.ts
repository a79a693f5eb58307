/** A new run, from a recipe and the data that it names. */
import { basename, resolve } from "node:path";
import { RecipeError } from "@scorefield/core";
import type { Known } from "@scorefield/core/internal";
import type { Domain } from "@scorefield/domain";
import { recipeParts } from "../recipe/resolve.ts";
import type { RecipeInput } from "../recipe/schema.ts";
import { beginningRecord } from "./beginning-record.ts";
import { checkRunCall } from "./check-call.ts";
import { codecOfRun } from "./codec-file.ts";
import { checkRunFolder } from "./folder.ts";
import { prepare } from "./prepare.ts";
import { checkRunTraining, type PreparedRun } from "./prepared-run.ts";

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
  const { recipe, domain, training } = data;
  checkRunTraining(data, recipeParts(recipe));
  if (latentCodec && latentCodec.shape.join() !== training.shape.join())
    throw new RecipeError(
      `latent.codec: expected an autoencoder of samples of shape [${training.shape}], found that of ${read.latent!.codec} for [${latentCodec.shape}]; train another with latent alone`,
    );
  const [dataPath] = domain.paths?.(recipe.data) ?? [];
  const keptData = keepData && dataPath !== undefined ? resolve(folder, recipe.data[dataPath] as string) : undefined;
  const record = beginningRecord(data, {
    out,
    folder,
    ...(keptData !== undefined && { own: { [dataPath!]: basename(keptData) } }),
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
