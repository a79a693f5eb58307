/** What the training of an autoencoder minimises. */
import type { Tensor } from "@scorefield/tensor";
import type { Encoded } from "../../network/autoencoder/autoencoder.ts";
import { declare } from "../../part/declare.ts";
import { partList } from "../../part/part-list.ts";
import { choice, number, type OptionsOf } from "../../part/setting.ts";
import type { KindRecipe } from "../../recipe.ts";
import { changedAlike } from "./equivariance.ts";

/** What an objective is given of a batch, besides the two functions that are trained. */
export interface AutoencoderInputs {
  /** Data, [n, ...shape]. */
  readonly x: Tensor;
  /** Standard normal draws, [n, ...latent]. */
  readonly noise: Tensor;
  /** Uniform draws in [0, 1), [n]. */
  readonly turn: Tensor;
  readonly encode: (x: Tensor) => Encoded;
  readonly decode: (z: Tensor) => Tensor;
  /** Features of data in which reconstructions are compared as well, [n, ...]; left out, none. */
  readonly perceptual?: (x: Tensor) => Tensor;
}

/** A loss for an encoder with its decoder. */
export interface AutoencoderObjective {
  readonly recipe: KindRecipe;
  /** The distribution of what the decoder leaves out whose likelihood its error is. */
  readonly distribution: "laplace" | "gaussian";
  /** The loss of a batch, a scalar: the mean over samples. */
  loss(inputs: AutoencoderInputs): Tensor;
}

const settings = {
  error: choice({ values: ["l1", "l2"], default: "l1", help: "of reconstructions: absolute or squared difference" }),
  klWeight: number({
    least: 0,
    default: 1e-3,
    help: "of the divergence of a latent from N(0, 1), in nats for each of its numbers",
  }),
  equivariance: number({
    least: 0,
    default: 0.25,
    help: "weight of reconstructions from latents made smaller and turned; of data without axes there are none",
  }),
  perceptual: number({
    least: 0,
    default: 0.1,
    help: "weight of the difference of features, where a network is given",
  }),
};

/** Options of {@link reconstruction}. */
export type ReconstructionOptions = OptionsOf<typeof settings>;

/** Divergence of N(mean, exp(logVariance)) from N(0, 1), in nats for each number, its mean over all. */
const divergencePerNumber = ({ mean, logVariance }: Encoded): Tensor =>
  mean.square().add(logVariance.exp()).subtract(logVariance).subtract(1).multiply(0.5).mean();

/**
 * The error of reconstructions from a drawn latent, and the divergence of latents from N(0, 1):
 *
 *     mean |x - D(z)|  +  klWeight KL(q(z | x), N(0, 1)) / numbers      z ~ q(z | x)
 *
 * Both are means over numbers, so that a weight means the same at every size. To these comes the error of the latent
 * made smaller and turned against data changed alike, and, where features are given, their mean squared difference.
 */
export const reconstruction = declare({
  kind: "reconstruction",
  summary: "error of reconstructions, divergence of latents, and equivariance",
  source: "Kingma & Welling 2014; Rombach et al. 2022, section 3.1; Kouzelis et al. 2025 (EQ-VAE)",
  settings,
  make: ({ error, klWeight, equivariance, perceptual: weight }, recipe): AutoencoderObjective => {
    const errorOf = (a: Tensor, b: Tensor): Tensor => {
      const difference = a.subtract(b);
      return (error === "l1" ? difference.abs() : difference.square()).mean();
    };
    return {
      recipe,
      distribution: error === "l1" ? "laplace" : "gaussian",
      loss: ({ x, noise, turn, encode, decode, perceptual }) => {
        const encoded = encode(x);
        const { mean, logVariance } = encoded;
        const z = mean.add(logVariance.multiply(0.5).exp().multiply(noise));
        const made = decode(z);
        let loss = errorOf(made, x);
        if (klWeight > 0) loss = loss.add(divergencePerNumber(encoded).multiply(klWeight));
        const changed = equivariance > 0 ? changedAlike(z, x, turn) : undefined;
        if (changed) loss = loss.add(errorOf(decode(changed.z), changed.x).multiply(equivariance));
        if (perceptual && weight > 0)
          loss = loss.add(perceptual(made).subtract(perceptual(x)).square().mean().multiply(weight));
        return loss;
      },
    };
  },
});

/** Every objective of autoencoders. */
export const autoencoderObjectives = partList("autoencoder objective", [reconstruction]);

/**
 * The objective of autoencoders that a recipe describes. Left-out settings take their defaults.
 * @throws RecipeError for an unknown kind or setting, or a value that a setting does not take
 */
export const autoencoderObjectiveFromRecipe = autoencoderObjectives.fromRecipe;
