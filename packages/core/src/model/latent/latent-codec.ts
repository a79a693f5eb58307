/** Between data and the latents that a score model works in. */
import { constant, type NdArray, type Shape, ShapeError, type Tensor } from "@scorefield/tensor";
import type { Autoencoder } from "../../network/autoencoder/autoencoder.ts";
import type { Parameters } from "../../network/network.ts";
import { checkMade } from "../../part/check-options.ts";
import { constants } from "../trained.ts";

/** What a decoder leaves out of data: the distribution of each number around what is decoded. */
export interface LeftOut {
  readonly distribution: "gaussian" | "laplace";
  /** Deviation of the normal distribution, or mean absolute deviation of Laplace's; above 0. */
  readonly scale: number;
}

/** A latent as a normal distribution, number by number, [n, ...latent] each. A deviation of 0 is a latent that is known. */
export interface LatentDistribution {
  readonly mean: Tensor;
  readonly deviation: Tensor;
}

/** An encoder and a decoder. Latents of data have about deviation 1. */
export interface LatentCodec {
  /** Shape of one sample of data. */
  readonly shape: Shape;
  /** Shape of its latent. */
  readonly latent: Shape;
  /** Left out: of a decoder that is taken to leave nothing out, for which there is no bound on the likelihood. */
  readonly leftOut?: LeftOut;
  /** @param x data, [n, ...shape], float32 or float64 */
  encode(x: Tensor): LatentDistribution;
  /** @param z latents, [n, ...latent] @returns [n, ...shape] */
  decode(z: Tensor): Tensor;
}

/** What a trained codec is made of. */
export interface TrainedCodecParts {
  readonly autoencoder: Autoencoder;
  readonly parameters: Parameters;
  /** Of one sample of data. */
  readonly shape: Shape;
  /** Mean and deviation of the encoder's own latents: of each channel, or of each number of a row. [channels] each. */
  readonly shift: NdArray;
  readonly scale: NdArray;
  readonly leftOut: LeftOut;
}

/** A trained autoencoder with the scales of its latents. */
export interface TrainedCodec extends LatentCodec, TrainedCodecParts {
  readonly leftOut: LeftOut;
}

/**
 * The codec of a trained autoencoder. Its latents are the encoder's, less their mean and over their deviation, channel by
 * channel (Rombach et al. 2022, appendix G).
 * @throws ArgumentError for parts of another kind; ShapeError for data that the autoencoder does not take, and for scales of
 *   another number of channels
 */
export const trainedCodec = (parts: TrainedCodecParts): TrainedCodec => {
  checkMade(
    "trainedCodec",
    parts,
    ["autoencoder", "parameters", "shape", "shift", "scale", "leftOut"],
    "{ autoencoder, parameters, shape, shift, scale, leftOut }",
  );
  const { autoencoder, parameters, shape, shift, scale } = parts;
  const latent = autoencoder.latentShape(shape);
  for (const [name, { shape: own }] of Object.entries({ shift, scale }))
    if (own.length !== 1 || own[0] !== latent[0])
      throw new ShapeError(`trainedCodec ${name}: expected [${latent[0]}], one for each channel, found [${own}]`);
  const perChannel = (array: NdArray, like: Tensor): Tensor =>
    constant(array)
      .cast(like.dtype)
      .reshape([1, latent[0]!, ...latent.slice(1).map(() => 1)]);
  return {
    ...parts,
    latent,
    encode: (x) => {
      const { mean, logVariance } = autoencoder.encode(constants(parameters, x.dtype), x);
      const unit = perChannel(scale, x);
      return {
        mean: mean.subtract(perChannel(shift, x)).divide(unit),
        deviation: logVariance.multiply(0.5).exp().divide(unit),
      };
    },
    decode: (z) =>
      autoencoder.decode(constants(parameters, z.dtype), z.multiply(perChannel(scale, z)).add(perChannel(shift, z))),
  };
};
