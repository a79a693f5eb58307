/** Samples of a latent model, in the units of its data. */
import type { FloatType, NdArray } from "@scorefield/tensor";
import { checkLatentModel, type LatentModel } from "../model/latent/latent-model.ts";
import { decodeLatents } from "../model/latent/latents.ts";
import { type SampleOptions, sample } from "./sample.ts";

/**
 * Draws latents from a model and decodes them. Without noise of the decoder: samples are what is decoded, as pictures are shown.
 * @param options as of `sample`; `initial` and the events of `onProgress` are latents
 * @returns [count, ...model.codec.shape], float32
 * @throws as `sample`, and ArgumentError for a model without a codec
 */
export const sampleLatent = async <D extends FloatType = "float32">(
  model: LatentModel,
  options: SampleOptions<D>,
): Promise<NdArray<"float32">> => {
  checkLatentModel("sampleLatent", model);
  const { signal, runtime, batch } = options;
  const latents = await sample(model, options);
  return decodeLatents(model.codec, latents, {
    ...(signal && { signal }),
    ...(runtime && { runtime }),
    ...(batch !== undefined && { batch }),
  });
};
