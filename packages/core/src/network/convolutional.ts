/** A small convolutional network for classifiers of images, signals and volumes. */
import { conv, groupNorm, type NdArray, type Shape, ShapeError, sizeOf, type Tensor, zeros } from "@scorefield/tensor";
import { declare } from "../part/declare.ts";
import { type OptionsOf, whole } from "../part/setting.ts";
import { initialConvolution } from "./convolution.ts";
import { type FeatureNetwork, noiseFeaturesSetting } from "./feature-network.ts";
import { fourierFeatures, highestNoiseFrequency } from "./fourier-features.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";
import type { Parameters } from "./network.ts";

const groups = 8;

const settings = {
  /** They double twice as the resolution halves. */
  width: whole({ least: groups, multipleOf: groups, default: 16, help: "channels at full resolution" }),
  features: whole({ least: 1, default: 128, help: "length of the feature vector" }),
  noiseFeatures: noiseFeaturesSetting,
};

/** Options of {@link convolutional}. */
export type ConvolutionalOptions = OptionsOf<typeof settings>;

type Stage<T> = {
  readonly weight: T;
  /** Of the normalisation. */
  readonly scale: T;
  readonly shift: T;
  /** From features of the noise level to a further scale and shift per channel. */
  readonly noise?: Linear<T>;
};

type ConvolutionalParameters<T> = {
  readonly stages: readonly Stage<T>[];
  readonly output: Linear<T>;
};

/** Halving ends where the longest axis is at most this. */
const coarsest = 8;

/** Spatial sizes after each stage: full resolution first, then halved, rounding up. */
const sizesOf = (spatial: Shape): Shape[] => {
  const sizes = [spatial];
  while (Math.max(...sizes.at(-1)!) > coarsest) sizes.push(sizes.at(-1)!.map((n) => Math.ceil(n / 2)));
  return sizes;
};

const channelsOf = (width: number, stage: number): number => width * 2 ** Math.min(stage, 2);

/**
 * Convolutions of span 3 with group normalisation (Wu & He 2018) and SiLU, the first at full resolution and each
 * further one with stride 2, until no axis is longer than 8. Then a linear layer of all that is left. Its values are
 * the features. The noise level scales and shifts the channels after each normalisation (Perez et al. 2018).
 * @throws ArgumentError for sizes out of range
 */
export const convolutional = declare({
  kind: "convolutional",
  summary: "convolutions with stride and group normalisation, for images, signals and volumes",
  source: "Wu & He 2018 (group normalisation); Perez et al. 2018 (conditioning on the noise level)",
  settings,
  make: ({ width, features, noiseFeatures }, recipe): FeatureNetwork => {
    const initialise = ([channels, ...spatial]: Shape, seed: number): Parameters => {
      if (!channels || spatial.length < 1 || spatial.length > 3 || sizeOf(spatial) === 0)
        throw new ShapeError(
          `convolutional: expected samples of shape [channels, ...one to three axes], found [${[channels, ...spatial]}]`,
        );
      const sizes = sizesOf(spatial);
      const kernel = spatial.map(() => 3);
      const stages = sizes.map((_, i): Stage<NdArray> => {
        const inputs = i === 0 ? channels : channelsOf(width, i - 1);
        const out = channelsOf(width, i);
        const scale = zeros([out]);
        scale.data.fill(1);
        return {
          weight: initialConvolution(inputs, out, kernel, { seed, step: i, gain: Math.SQRT2 }).weight,
          scale,
          shift: zeros([out]),
          ...(noiseFeatures > 0 && {
            noise: initialLinear(noiseFeatures, 2 * out, { seed, step: 50 + i, gain: 0.1 }),
          }),
        };
      });
      const left = channelsOf(width, sizes.length - 1) * sizeOf(sizes.at(-1)!);
      return { stages, output: initialLinear(left, features, { seed, step: 49 }) };
    };

    const apply: FeatureNetwork["apply"] = (parameters, x, noiseLevel) => {
      const { stages, output } = parameters as unknown as ConvolutionalParameters<Tensor>;
      const [n, , ...spatial] = x.shape as [number, number, ...number[]];
      const level =
        noiseLevel && noiseFeatures > 0 ? fourierFeatures(noiseLevel, noiseFeatures, highestNoiseFrequency) : undefined;
      const h = stages.reduce((h, { weight, scale, shift, noise }, i) => {
        const made = groupNorm(conv(h, weight, { stride: i === 0 ? 1 : 2, padding: "same" }), groups, { scale, shift });
        if (!noise || !level) return made.silu();
        const channels = [n, made.shape[1]!, ...spatial.map(() => 1)];
        const [gain, bias] = linear(noise, level).split([made.shape[1]!, made.shape[1]!], 1) as [Tensor, Tensor];
        return made.multiply(gain.reshape(channels).add(1)).add(bias.reshape(channels)).silu();
      }, x);
      return linear(output, h.reshape([n, sizeOf(h.shape.slice(1))]));
    };
    return {
      recipe,
      learningRate: 2e-3,
      features,
      noisy: noiseFeatures > 0,
      initialise,
      apply,
    };
  },
});
