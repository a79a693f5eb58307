/** What a network is: a declared tree of parameters and a plain function of them. */
import type { NdArray, Shape, Tensor, Tensors } from "@scorefield/tensor";
import { boolean, choice, whole } from "../part/setting.ts";
import type { KindRecipe } from "../recipe.ts";
import type { NoiseEmbedding } from "./fourier-features.ts";

/** Parameter values on the host: nested objects and arrays of arrays. */
export type Parameters = NdArray | readonly Parameters[] | { readonly [name: string]: Parameters };

/** What a network may be conditioned on for every sample, besides its noise level. Everything may be left out. */
export interface Conditions<T = Tensor> {
  /** Classes as one-hot rows, [n, {@link Network.classes}]; a row of zeros names no class. */
  readonly class?: T;
  /** How each sample was augmented, [n, {@link Network.augmentation}]; a row of zeros is an untouched sample. */
  readonly augmentation?: T;
  /** What is known of each sample, [n, {@link Network.observed}]; a row of zeros knows nothing. */
  readonly observed?: T;
  /** Noise level that a flow map goes to, [n], on the scale of the other one. Left out: the level that it comes from. */
  readonly target?: T;
  /** Uniform draws in [0, 1), [n, {@link Network.uniforms}], for dropout; without them nothing is dropped. */
  readonly uniforms?: T;
}

/** A function of noisy data and a noise level, with parameters to learn. */
export interface Network {
  /** Its name and settings, as plain JSON: enough to build it again. */
  readonly recipe: KindRecipe;
  /** Learning rate that suits it with Adam, unless a user says otherwise. */
  readonly learningRate: number;
  /** Of a network that gradients cannot train: at how many noise levels it is fitted, one after the other. See `forest`. */
  readonly levels?: number;
  /** How many classes it can be conditioned on, if any. */
  readonly classes?: number;
  /** How many numbers it sees of what is known of a sample, if any. */
  readonly observed?: number;
  /** Whether it sees a second noise level: the one that a flow map goes to. */
  readonly target?: boolean;
  /** How many numbers describe an augmentation, if the network can be conditioned on it. */
  readonly augmentation?: number;
  /** Number of uniform draws that training takes for each sample of a shape. Default 0. */
  uniforms?(shape: Shape): number;
  /** Fresh parameters for samples of a shape, deterministic by seed. */
  initialise(shape: Shape, seed: number): Parameters;
  /**
   * @param parameters the tree of {@link Network.initialise}, as tensors
   * @param x [n, ...shape], of about unit scale
   * @param noiseLevel [n], of about unit scale: what preconditioning makes of sigma. In mixed precision it is float32 and all
   *   else float16: its Fourier features are cast to what x is
   * @returns [n, ...shape]
   */
  apply(parameters: Tensors, x: Tensor, noiseLevel: Tensor, conditions?: Conditions): Tensor;
}

/** How many classes a network can be conditioned on. */
export const classesSetting = whole({ least: 0, default: 0, help: "classes it can be conditioned on; 0 for none" });

/** How many numbers a network sees of what is known of a sample. */
export const observedSetting = whole({
  least: 0,
  default: 0,
  help: "numbers that say what is known of a row; 0 for none",
});

/** The same of a network on grids, where each place has as many. */
export const observedPlacesSetting = whole({
  least: 0,
  default: 0,
  help: "numbers that say what is known of a sample, as many for each place: they become channels; 0 for none",
});

/** Whether a network sees a second noise level. */
export const targetSetting = boolean({
  default: false,
  help: "see a second noise level, where a flow map goes to",
});

/** What a network sees of noise levels. */
export const noiseEmbeddingSetting = choice({
  values: ["log", "share"],
  otherwise: "share with a second noise level, else log",
  help: "what features of noise levels are of: fast ones of the logarithm, or slow ones of the share of noise",
});

/** {@link noiseEmbeddingSetting} where it is left out. */
export const resolveNoiseEmbedding = ({
  noiseEmbedding,
  target,
}: {
  readonly noiseEmbedding?: NoiseEmbedding | undefined;
  readonly target: boolean;
}): { noiseEmbedding: NoiseEmbedding } => ({ noiseEmbedding: noiseEmbedding ?? (target ? "share" : "log") });

/** How many numbers describe an augmentation that a network can be conditioned on. */
export const augmentationSetting = whole({
  least: 0,
  default: 0,
  help: "numbers that describe an augmentation; 0 for none",
});
