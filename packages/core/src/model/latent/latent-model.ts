/** A score model of latents, with the codec to the data that they stand for. */
import { ShapeError } from "@scorefield/tensor";
import { checkMade } from "../../part/check-options.ts";
import { checkModel } from "../check-model.ts";
import type { ScoreModel } from "../score-model.ts";
import type { LatentCodec } from "./latent-codec.ts";

/**
 * A score model of latents. As a ScoreModel its points are latents: what takes a score model (samplers, guidance, likelihood,
 * instruments) works on latents. `sampleLatent`, `latentBound` and `interpolateLatent` speak of data.
 */
export interface LatentModel<M extends ScoreModel = ScoreModel> extends ScoreModel {
  readonly codec: LatentCodec;
  /** The same without its codec. */
  readonly latents: M;
}

/** @throws ArgumentError unless a codec */
export const checkCodec = (name: string, codec: LatentCodec): void =>
  checkMade(name, codec, ["encode", "decode", "latent", "shape"], "a codec such as principalCodec(data, { rank: 2 })");

/** @throws ArgumentError unless a latent model */
export const checkLatentModel = (name: string, model: LatentModel): void => {
  checkModel(name, model);
  checkMade(name, model, ["codec", "latents"], "a latent model; make one with latentModel(codec, model)");
};

/**
 * The latent model of a codec and a score model of its latents. What makes a score model of another goes inside: for guidance
 * `latentModel(codec, guided(model, { weight: 3 }))`.
 * @throws ShapeError where the model is not one of latents of this codec; ArgumentError for other things
 */
export const latentModel = <M extends ScoreModel>(codec: LatentCodec, model: M): LatentModel<M> => {
  checkCodec("latentModel codec", codec);
  checkModel("latentModel", model);
  if (model.shape.join() !== codec.latent.join())
    throw new ShapeError(
      `latentModel: expected a score model of the codec's latents, of shape [${codec.latent}], found one of [${model.shape}]`,
    );
  return { ...(model as ScoreModel), codec, latents: model };
};
