/** Paths between data through a latent model. */
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { checkLatentModel, type LatentModel } from "../model/latent/latent-model.ts";
import { decodeLatents, encodeLatents } from "../model/latent/latents.ts";
import { type InterpolateOptions, interpolate } from "./encode.ts";

/**
 * Paths between pairs of data: both ends are encoded to latents and on to noise along the probability-flow ODE; what lies
 * between is taken back and decoded.
 * @param a first ends, [n, ...model.codec.shape] @param b last ends, of the same shape
 * @param options as of `interpolate`
 * @returns [n, count, ...model.codec.shape]
 * @throws ShapeError for ends of different shape; as `interpolate`
 */
export const interpolateLatent = async (
  model: LatentModel,
  a: NdArray,
  b: NdArray,
  options: InterpolateOptions = {},
): Promise<NdArray<"float32">> => {
  checkLatentModel("interpolateLatent", model);
  if (a.shape?.join() !== b.shape?.join())
    throw new ShapeError(`interpolateLatent: expected ends of one shape, found [${a.shape}] and [${b.shape}]`);
  const { codec, latents } = model;
  const { signal, runtime } = options;
  const run = { ...(signal && { signal }), ...(runtime && { runtime }) };
  const [first, last] = [await encodeLatents(codec, a, run), await encodeLatents(codec, b, run)];
  const path = await interpolate(latents, first.mean, last.mean, options);
  const [n, count] = path.shape as [number, number];
  const decoded = await decodeLatents(codec, ndarray(path.data, [n * count, ...codec.latent]), run);
  return ndarray(decoded.data, [n, count, ...codec.shape]);
};
