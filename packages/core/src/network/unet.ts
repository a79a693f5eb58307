/** The U-Net of diffusion models, for signals, images and volumes. */
import { concat, type NdArray, type Shape, ShapeError, sizeOf, type Tensor, type Tensors } from "@scorefield/tensor";
import { declare } from "../part/declare.ts";
import { boolean, choice, list, number, type OptionsOf, type Values, whole } from "../part/setting.ts";
import type { KindRecipe } from "../recipe.ts";
import { type ConditionEmbedding, conditionEmbedding, initialConditionEmbedding } from "./condition-embedding.ts";
import { type Convolution, convolution, initialConvolution } from "./convolution.ts";
import { dropoutFrom, dropoutUniforms } from "./dropout.ts";
import { groupNormalisation, initialNormalisation, type Normalisation } from "./group-normalisation.ts";
import { checkLayers, layerDraws } from "./initialisation.ts";
import { knownChannels, withKnownChannels } from "./known-channels.ts";
import {
  augmentationSetting,
  classesSetting,
  type Network,
  noiseEmbeddingSetting,
  observedPlacesSetting,
  resolveNoiseEmbedding,
  targetSetting,
} from "./network.ts";
import { fromPatchChannels, patchedShape, toPatchChannels } from "./patch-channels.ts";
import { doubleResolution, halveResolution } from "./resampling-layers.ts";
import { initialResidualBlock, type ResidualBlock, residualBlock } from "./residual-block.ts";
import { type AttentionBlock, attentionBlock, initialAttentionBlock } from "./self-attention.ts";

const settings = {
  /** Multiples of 16 are fastest. */
  width: whole({ least: 1, default: 64, help: "channels at a multiplier of 1" }),
  /** From the full resolution down by halves. */
  multipliers: list(whole({ least: 1, help: "channels in units of the width" }), {
    fewest: 1,
    default: [1, 2, 2],
    help: "channels at each resolution in units of the width",
  }),
  /** Two make a step about twice as fast: most of the time goes into the full resolution (Hoogeboom et al. 2023, section 2.3). */
  patch: whole({
    least: 1,
    default: 1,
    help: "side of patches that become the channels of one place, which divides every spatial size of the samples",
  }),
  blocks: whole({
    least: 1,
    default: 2,
    help: "residual blocks per resolution on the way down, and one more on the way up",
  }),
  /** Resolutions whose longest side is at most this attend to themselves after every block. */
  attention: number({ least: 0, default: 8, help: "longest side at which there is self-attention; 0 for none" }),
  headWidth: whole({ least: 1, default: 64, help: "channels per head of attention" }),
  dropout: number({
    least: 0,
    below: 1,
    default: 0,
    help: "probability with which training drops an activation inside a residual block",
  }),
  downsample: choice({
    values: ["pool", "stride"],
    default: "pool",
    help: "how the resolution is halved: by the mean of neighbours, or by a convolution with stride 2",
  }),
  skipRescale: boolean({ default: true, help: "multiply sums with skip connections by sqrt(1/2)" }),
  classes: classesSetting,
  augmentation: augmentationSetting,
  observed: observedPlacesSetting,
  target: targetSetting,
  noiseEmbedding: noiseEmbeddingSetting,
};

/** Options of {@link unet}. */
export type UnetOptions = OptionsOf<typeof settings>;

type Block<T> = { readonly residual: ResidualBlock<T>; readonly attention?: AttentionBlock<T> };

type UnetParameters<T> = {
  readonly embedding: ConditionEmbedding<T>;
  readonly input: Convolution<T>;
  readonly down: readonly { readonly blocks: readonly Block<T>[]; readonly halve?: Convolution<T> }[];
  readonly middle: readonly Block<T>[];
  readonly up: readonly { readonly blocks: readonly Block<T>[]; readonly double?: Convolution<T> }[];
  readonly output: { readonly norm: Normalisation<T>; readonly convolution: Convolution<T> };
};

interface Resolution {
  readonly channels: number;
  readonly size: Shape;
  readonly attends: boolean;
}

const make = (
  {
    width,
    multipliers,
    patch,
    blocks,
    attention,
    headWidth,
    dropout,
    downsample,
    skipRescale,
    classes,
    augmentation,
    observed,
    target,
    noiseEmbedding = "log",
  }: Values<typeof settings>,
  recipe: KindRecipe,
): Network => {
  checkLayers("unet blocks", blocks * multipliers.length, 9 * width ** 2);

  const resolutionsOf = (shape: Shape): Resolution[] => {
    if (shape.length < 2 || shape.length > 4 || sizeOf(shape) === 0)
      throw new ShapeError(
        `unet: expected samples [channels, ...spatial] with one to three spatial axes, found [${shape}]`,
      );
    const [, ...size] = patchedShape("unet", shape, patch);
    return multipliers.map((multiplier, i) => {
      const halved = size.map((n) => Math.ceil(n / 2 ** i));
      return { channels: multiplier * width, size: halved, attends: Math.max(...halved) <= attention };
    });
  };

  /** Uniform draws of all residual blocks: first for the way down, then for the middle and the way up. */
  const uniformsOf = (shape: Shape): number => {
    if (dropout === 0) return 0;
    const resolutions = resolutionsOf(shape);
    const perBlock = resolutions.map(({ channels, size }) => dropoutUniforms([channels, ...size]));
    return perBlock.reduce((sum, count) => sum + (2 * blocks + 1) * count, 2 * perBlock.at(-1)!);
  };

  const initialise = (shape: Shape, seed: number) => {
    const resolutions = resolutionsOf(shape);
    const draws = layerDraws(seed);
    const kernel = resolutions[0]!.size.map(() => 3);
    const features = 4 * width;
    const block = (inputs: number, { channels, attends }: Resolution): Block<NdArray> => ({
      residual: initialResidualBlock(inputs, channels, { features, kernel, draws }),
      ...(attends && { attention: initialAttentionBlock(channels, draws) }),
    });
    const resample = (channels: number) => initialConvolution(channels, channels, kernel, draws());

    const embedding = initialConditionEmbedding(features, { classes, augmentation, target }, draws);
    const [values] = patchedShape("unet", shape, patch) as [number];
    const [channelsIn, ...places] = shape as [number, ...number[]];
    const seen = [channelsIn + knownChannels("unet", observed, shape), ...places];
    const [inputs] = patchedShape("unet", seen, patch) as [number];
    const input = initialConvolution(inputs, resolutions[0]!.channels, kernel, draws());
    let channels = resolutions[0]!.channels;
    const skips = [channels];
    const down = resolutions.map((resolution, i) => {
      const stages = Array.from({ length: blocks }, () => {
        const stage = block(channels, resolution);
        channels = resolution.channels;
        skips.push(channels);
        return stage;
      });
      const last = i === resolutions.length - 1;
      if (!last) skips.push(channels);
      return { blocks: stages, ...(!last && downsample === "stride" && { halve: resample(channels) }) };
    });
    const lowest = resolutions.at(-1)!;
    const middle = [block(channels, lowest), block(channels, { ...lowest, attends: false })];
    const up = resolutions.toReversed().map((resolution, i) => {
      const stages = Array.from({ length: blocks + 1 }, () => {
        const stage = block(channels + skips.pop()!, resolution);
        channels = resolution.channels;
        return stage;
      });
      return { blocks: stages, ...(i < resolutions.length - 1 && { double: resample(channels) }) };
    });
    const output = {
      norm: initialNormalisation(channels),
      convolution: initialConvolution(channels, values, kernel, { ...draws(), gain: 0 }),
    };
    return { embedding, input, down, middle, up, output } satisfies UnetParameters<NdArray>;
  };

  return {
    recipe,
    learningRate: 1e-3,
    classes,
    augmentation,
    observed,
    target,
    uniforms: uniformsOf,
    initialise,
    apply: (tensors: Tensors, x: Tensor, noiseLevel: Tensor, conditions = {}) => {
      const parameters = tensors as unknown as UnetParameters<Tensor>;
      const drop = dropoutFrom(dropout, conditions.uniforms, uniformsOf(x.shape.slice(1)));
      const embedding = conditionEmbedding(parameters.embedding, noiseLevel, conditions, noiseEmbedding);
      const through = (block: Block<Tensor>, h: Tensor): Tensor => {
        const residual = residualBlock(block.residual, h, embedding, { drop, skipRescale });
        return block.attention ? attentionBlock(block.attention, residual, { headWidth, skipRescale }) : residual;
      };

      let h = convolution(parameters.input, toPatchChannels(withKnownChannels("unet", x, conditions, observed), patch));
      const skips = [h];
      for (const [i, resolution] of parameters.down.entries()) {
        for (const block of resolution.blocks) {
          h = through(block, h);
          skips.push(h);
        }
        if (i === parameters.down.length - 1) break;
        h = halveResolution(resolution.halve, h);
        skips.push(h);
      }
      for (const block of parameters.middle) h = through(block, h);
      for (const resolution of parameters.up) {
        for (const block of resolution.blocks) h = through(block, concat([h, skips.pop()!], 1));
        if (resolution.double) h = doubleResolution(resolution.double, h, skips.at(-1)!.shape.slice(2));
      }
      const values = convolution(parameters.output.convolution, groupNormalisation(parameters.output.norm, h).silu());
      return fromPatchChannels(values, patch);
    },
  };
};

/**
 * A U-Net (Ronneberger et al. 2015) like DDPM++ (Song et al. 2021) and ADM (Dhariwal & Nichol 2021). It has residual
 * blocks with group normalisation that the noise level scales and shifts. Resolutions go down by halves and up again. A
 * skip connection goes from every stage of the way down to the matching stage of the way up. Self-attention is used
 * where the resolution is low. Samples are [channels, length], [channels, height, width] or [channels, depth, height,
 * width], of any size: halves are rounded up. With a patch of 2, the four values of a square are channels of one place.
 * With `observed`, what is known of each place, as of `partialPreconditioning`, is channels beside the sample's own.
 * The output layer starts at zero, so training starts from the preconditioner's own guess.
 *
 * On samples [1, 32, 32], `{ width: 32 }` has 1.69 million parameters and 358 million multiply-adds, and
 * `{ multipliers: [1, 2, 3] }` 10.8 million and 1.72 billion. `summary` computes this for other settings.
 * @throws ArgumentError for settings out of range. Its methods throw ShapeError for samples of another rank
 */
export const unet = declare({
  kind: "unet",
  summary: "residual blocks at resolutions that fall by halves and rise again, for signals, images and volumes",
  source: "Ronneberger et al. 2015; Song et al. 2021 (DDPM++); Dhariwal & Nichol 2021",
  settings,
  resolve: resolveNoiseEmbedding,
  make,
});
