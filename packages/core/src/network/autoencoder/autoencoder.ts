/** What an autoencoder is: data to a small latent and back, with parameters to learn. */
import type { Shape, Tensor, Tensors } from "@scorefield/tensor";
import type { KindRecipe } from "../../recipe.ts";
import type { Parameters } from "../network.ts";

/** The normal distribution of a sample's latent, number by number, [n, ...latent] each. */
export interface Encoded<T = Tensor> {
  readonly mean: T;
  readonly logVariance: T;
}

/** An encoder and a decoder (Kingma & Welling 2014). */
export interface Autoencoder {
  /** Its name and settings, as plain JSON: enough to build it again. */
  readonly recipe: KindRecipe;
  /** Learning rate that suits it with Adam, unless a user says otherwise. */
  readonly learningRate: number;
  /**
   * Shape of the latents of samples of a shape.
   * @throws ShapeError for a shape that it does not take
   */
  latentShape(shape: Shape): Shape;
  /** Fresh parameters for samples of a shape, deterministic by seed. @throws ShapeError as {@link Autoencoder.latentShape} */
  initialise(shape: Shape, seed: number): Parameters;
  /** @param x [n, ...shape], of about unit scale */
  encode(parameters: Tensors, x: Tensor): Encoded;
  /**
   * @param z [n, ...latent]. An autoencoder of images takes any spatial size, and gives the size that belongs to it
   * @returns [n, ...shape]
   */
  decode(parameters: Tensors, z: Tensor): Tensor;
}

/** Twice the numbers of a latent along the axis of channels as mean and logarithm of the variance, held to a sane range. */
export const encodedFrom = (both: Tensor): Encoded => {
  const [mean, logVariance] = both.split(2, 1) as [Tensor, Tensor];
  return { mean, logVariance: logVariance.clip(-20, 10) };
};
