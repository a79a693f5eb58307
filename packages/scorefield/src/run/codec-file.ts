/** The autoencoder of a latent run on disk: a safetensors file of its weights and of the scales of its latents. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { autoencoderFromRecipe, flatLayout, type LeftOut, type TrainedCodec, trainedCodec } from "@scorefield/core";
import { atomicWrite } from "@scorefield/data";
import { CheckpointError, RunError } from "../errors.ts";
import { codecFile } from "./folder.ts";
import type { RunRecord } from "./record.ts";
import { readRecord } from "./record-file.ts";
import { collectVector, splitVector } from "./weight-arrays.ts";
import { decodeWeights, encodeWeights } from "./weights.ts";

const format = "scorefield-codec-1";

/** Writes the codec of a run, atomically. @throws DataError when the system refuses */
export const writeCodec = (run: string, step: number, codec: TrainedCodec): Promise<void> => {
  const { parameters, shift, scale, leftOut } = codec;
  const layout = flatLayout(parameters);
  const arrays = { ...splitVector(layout.flatten(parameters), layout), "latent/shift": shift, "latent/scale": scale };
  const metadata = { step: `${step}`, distribution: leftOut.distribution, leftOut: `${leftOut.scale}` };
  return atomicWrite(join(run, codecFile), encodeWeights(format, arrays, metadata));
};

/**
 * The codec of a latent run; undefined of other runs, and before it is trained.
 * @throws CheckpointError for a damaged file, or one of another autoencoder; RecipeError for an autoencoder that is not known
 */
export const readCodec = async (run: string, { latent }: RunRecord): Promise<TrainedCodec | undefined> => {
  if (!latent) return undefined;
  const path = join(run, codecFile);
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new CheckpointError(`${path}: could not be read: ${cause.message}`, { cause });
  });
  if (!bytes) return undefined;
  const { arrays, metadata } = decodeWeights(format, bytes, path);
  const autoencoder = autoencoderFromRecipe(latent.autoencoder);
  const layout = flatLayout(autoencoder.initialise(latent.shape, 0));
  const { "latent/shift": shift, "latent/scale": scale } = arrays;
  const { distribution } = metadata;
  const left = Number(metadata.leftOut);
  if (!shift || !scale || !(left > 0) || (distribution !== "laplace" && distribution !== "gaussian"))
    throw new CheckpointError(`${path}: expected the scales of latents, found none; train the run again`);
  return trainedCodec({
    autoencoder,
    parameters: layout.unflatten(collectVector(arrays, layout, path)),
    shape: latent.shape,
    shift,
    scale,
    leftOut: { distribution, scale: left } satisfies LeftOut,
  });
};

/** The codec of another run. @throws RunError for a run without one; as {@link readCodec} */
export const codecOfRun = async (run: string): Promise<TrainedCodec> => {
  const { record } = await readRecord(run);
  const codec = await readCodec(run, record);
  if (codec) return codec;
  throw new RunError(
    `${run}: expected a latent run with its autoencoder, found ${record.latent ? "one whose autoencoder is not trained yet" : "a run without one"}; train one with: scorefield train photos/ --latent`,
  );
};
