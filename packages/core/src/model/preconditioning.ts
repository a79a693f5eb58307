/** How a network's output becomes the denoiser: scales at the network's border, chosen by what it should predict. */
import type { NdArray, Tensor } from "@scorefield/tensor";
import type { Conditions } from "../network/network.ts";
import { declare } from "../part/declare.ts";
import { choice, number } from "../part/setting.ts";
import type { KindRecipe } from "../recipe.ts";

/** How a model is conditioned on what is known of a sample. */
export interface Observation {
  /** How many numbers say what is known; all are 0 where nothing is. */
  readonly size: number;
  /** Whether a number of a sample in training may be absent, as NaN. `draw` then settles it, and it is 0 from there on. */
  readonly absent?: boolean;
  /** How many numbers the network sees of them. */
  readonly features: number;
  /**
   * What is known of samples in training.
   * @param x clean samples [n, ...shape]
   * @returns [n, size]
   */
  draw(
    x: NdArray<"float32">,
    draws: { readonly seed: number; readonly step: number; readonly share: number },
  ): NdArray<"float32">;
}

/** Everything here works on x / alpha and the noise-to-data ratio sigma / alpha, so that one rule serves every process. */
export interface Preconditioning {
  readonly recipe: KindRecipe;
  /** Where the model can be conditioned on what is known of a sample. */
  readonly observed?: Observation;
  /**
   * The denoised estimate from a raw network F.
   * @param y noisy data x_t / alpha, [n, ...shape]
   * @param ratio sigma / alpha, [n, 1, ...], broadcasting against y
   * @param network F(scaled data, [n, ...shape]; noise level [n]); conditions in place of those given, where they differ
   * @param conditions what the network is conditioned on
   */
  denoise(
    y: Tensor,
    ratio: Tensor,
    network: (x: Tensor, noiseLevel: Tensor, conditions?: Conditions) => Tensor,
    conditions?: Conditions,
  ): Tensor;
}

/** log(ratio) / 4, the noise level a network sees (Karras et al. 2022, table 1). */
export const noiseLevel = (ratio: Tensor): Tensor => ratio.log().multiply(0.25).reshape([ratio.shape[0]!]);

/** The setting that every preconditioning has. */
export const dataScale = {
  /** 1 for standardised data. */
  sigmaData: number({ above: 0, default: 1, help: "standard deviation of the data" }),
};

/** c_in = 1 / sqrt(ratio^2 + s^2): unit variance at every noise level. */
export const unitScale = (ratio: Tensor, s: number): Tensor =>
  ratio
    .square()
    .add(s * s)
    .sqrt()
    .reciprocal();

/** The scales of {@link edmPreconditioning} at a ratio, for data of the deviation s. */
export const edmScales = (ratio: Tensor, s: number): { cIn: Tensor; cSkip: Tensor; cOut: Tensor } => {
  const cIn = unitScale(ratio, s);
  return { cIn, cSkip: cIn.square().multiply(s * s), cOut: ratio.multiply(cIn).multiply(s) };
};

/**
 * Preconditioning that keeps input and training target at unit variance and does not amplify errors (Karras et al.
 * 2022, equation 7 and table 1):
 *
 *     D = c_skip y + c_out F(c_in y; log(r) / 4)     with r = sigma / alpha and s the data's deviation
 *     c_skip = s^2 / (r^2 + s^2)     c_out = r s / sqrt(r^2 + s^2)     c_in = 1 / sqrt(r^2 + s^2)
 *
 * @throws ArgumentError for a data deviation that is not positive
 */
export const edmPreconditioning = declare({
  kind: "edm",
  name: "edmPreconditioning",
  summary: "input and training target of unit variance at every noise level; the default",
  source: "Karras et al. 2022, equation 7 and table 1",
  settings: dataScale,
  make: ({ sigmaData }, recipe): Preconditioning => ({
    recipe,
    denoise: (y, ratio, network) => {
      const { cIn, cSkip, cOut } = edmScales(ratio, sigmaData);
      return y.multiply(cSkip).add(network(y.multiply(cIn), noiseLevel(ratio)).multiply(cOut));
    },
  }),
});

/** The denoised estimate from y, r = sigma / alpha and a prediction F of a quantity at unit scale. */
const denoisedFrom = {
  /** F = E[z | y] */
  noise: (y: Tensor, r: Tensor, F: Tensor): Tensor => y.subtract(F.multiply(r)),
  /** F = sigma grad log p(x), which is the noise with its sign changed */
  score: (y: Tensor, r: Tensor, F: Tensor): Tensor => y.add(F.multiply(r)),
  /** F = E[x_0 | y] */
  data: (_y: Tensor, _r: Tensor, F: Tensor): Tensor => F,
  /** F = c E[z | y] - s E[x_0 | y] with c = cos, s = sin of the angle atan(r); so x_0 = c (c y) - s F, and s = r c */
  velocity: (y: Tensor, r: Tensor, F: Tensor): Tensor => {
    const cosine = unitScale(r, 1);
    return y.multiply(cosine.square()).subtract(F.multiply(cosine.multiply(r)));
  },
};

const predictions = Object.keys(denoisedFrom) as readonly (keyof typeof denoisedFrom)[];

/** What a network may predict without skip scaling: the noise, the data, the score (times sigma), or the velocity. */
export type Prediction = keyof typeof denoisedFrom;

/**
 * The network predicts one quantity at unit scale and the denoised estimate follows by Tweedie's formula. The score is
 * predicted times sigma, its natural scale. The velocity is cos * noise - sin * data at the angle atan(sigma / alpha)
 * (Salimans & Ho 2022, appendix D), for every process.
 * @throws ArgumentError for an unknown prediction, or a data deviation that is not positive
 */
export const predict = declare({
  kind: "predict",
  summary: "the network predicts the noise, the data, the score or the velocity, without skip scaling",
  source: "Salimans & Ho 2022, appendix D",
  settings: {
    prediction: choice({ values: predictions, help: "what the network predicts, at unit scale" }),
    ...dataScale,
  },
  leading: ["prediction"],
  make: ({ prediction, sigmaData }, recipe): Preconditioning => ({
    recipe,
    denoise: (y, ratio, network) =>
      denoisedFrom[prediction](y, ratio, network(y.multiply(unitScale(ratio, sigmaData)), noiseLevel(ratio))),
  }),
});
