/** An autoencoder of convolutions, for signals, images and volumes. */
import { type NdArray, type Shape, ShapeError, sizeOf, type Tensor, type Tensors } from "@scorefield/tensor";
import { declare } from "../../part/declare.ts";
import { list, type OptionsOf, type Values, whole } from "../../part/setting.ts";
import type { KindRecipe } from "../../recipe.ts";
import { type Convolution, convolution, initialConvolution } from "../convolution.ts";
import { groupNormalisation, initialNormalisation, type Normalisation } from "../group-normalisation.ts";
import { checkLayers, layerDraws, type NextDraws } from "../initialisation.ts";
import { fromPatchChannels, toPatchChannels } from "../patch-channels.ts";
import { doubleResolution, halveResolution } from "../resampling-layers.ts";
import { type Autoencoder, encodedFrom } from "./autoencoder.ts";
import { initialPlainBlock, type PlainBlock, plainBlock } from "./plain-block.ts";

const settings = {
  channels: whole({ least: 1, default: 8, help: "channels of the latent" }),
  width: whole({ least: 4, multipleOf: 4, default: 32, help: "channels at the finest resolution" }),
  multipliers: list(whole({ least: 1, help: "channels over width" }), {
    fewest: 1,
    default: [1, 2],
    help: "channels of each resolution over width, finest first; each further one halves the axes",
  }),
  blocks: whole({ least: 1, default: 2, help: "residual blocks at every resolution, on either way" }),
  patch: whole({
    least: 1,
    most: 8,
    default: 2,
    help: "side of the patches that data are cut into first: no layer works at a finer resolution",
  }),
};

/** Options of {@link convolutionalAutoencoder}. */
export type ConvolutionalAutoencoderOptions = OptionsOf<typeof settings>;

type Stage<T> = {
  readonly blocks: readonly PlainBlock<T>[];
  /** To the next stage: it changes resolution and channels. */
  readonly next?: Convolution<T>;
};

type Way<T> = {
  readonly input: Convolution<T>;
  readonly stages: readonly Stage<T>[];
  readonly norm: Normalisation<T>;
  readonly output: Convolution<T>;
};

type AutoencoderParameters<T> = {
  readonly encoder: Way<T>;
  readonly decoder: Way<T>;
};

const make = (
  { channels, width, multipliers, blocks, patch }: Values<typeof settings>,
  recipe: KindRecipe,
): Autoencoder => {
  checkLayers("convolutional-autoencoder blocks", blocks * multipliers.length, 9 * width ** 2);
  const factor = patch * 2 ** (multipliers.length - 1);
  const widths = multipliers.map((multiplier) => multiplier * width);

  const latentShape = ([inputs, ...spatial]: Shape): Shape => {
    if (!inputs || spatial.length < 1 || spatial.length > 3 || sizeOf(spatial) === 0)
      throw new ShapeError(
        `convolutional-autoencoder: expected samples of shape [channels, ...one to three axes], found [${[inputs, ...spatial]}]`,
      );
    if (spatial.some((size) => size % factor !== 0))
      throw new ShapeError(
        `convolutional-autoencoder: expected axes that are multiples of ${factor}, found samples of shape [${[inputs, ...spatial]}]; choose another patch or number of multipliers`,
      );
    return [channels, ...spatial.map((size) => size / factor)];
  };

  /** Layers that go through stages of these channels. */
  const initialWay = (
    stages: readonly number[],
    { inputs, outputs, kernel, draws }: { inputs: number; outputs: number; kernel: Shape; draws: NextDraws },
  ): Way<NdArray> => ({
    input: initialConvolution(inputs, stages[0]!, kernel, draws()),
    stages: stages.map((own, k) => ({
      blocks: Array.from({ length: blocks }, () => initialPlainBlock(own, kernel, draws)),
      ...(k < stages.length - 1 && { next: initialConvolution(own, stages[k + 1]!, kernel, draws()) }),
    })),
    norm: initialNormalisation(stages.at(-1)!),
    output: initialConvolution(stages.at(-1)!, outputs, kernel, draws()),
  });

  const initialise = (shape: Shape, seed: number) => {
    const [, ...spatial] = latentShape(shape);
    const kernel = spatial.map(() => 3);
    const draws = layerDraws(seed);
    const patched = shape[0]! * patch ** spatial.length;
    return {
      encoder: initialWay(widths, { inputs: patched, outputs: 2 * channels, kernel, draws }),
      decoder: initialWay(widths.toReversed(), { inputs: channels, outputs: patched, kernel, draws }),
    } satisfies AutoencoderParameters<NdArray>;
  };

  const through = (
    { input, stages, norm, output }: Way<Tensor>,
    x: Tensor,
    resample: (next: Convolution<Tensor>, h: Tensor) => Tensor,
  ): Tensor => {
    let h = convolution(input, x);
    for (const { blocks, next } of stages) {
      for (const block of blocks) h = plainBlock(block, h);
      if (next) h = resample(next, h);
    }
    return convolution(output, groupNormalisation(norm, h).silu());
  };

  return {
    recipe,
    learningRate: 2e-3,
    latentShape,
    initialise,
    encode: (parameters: Tensors, x: Tensor) => {
      const { encoder } = parameters as unknown as AutoencoderParameters<Tensor>;
      return encodedFrom(
        through(encoder, toPatchChannels(x, patch), (next, h) => convolution(next, halveResolution(undefined, h))),
      );
    },
    decode: (parameters: Tensors, z: Tensor) => {
      const { decoder } = parameters as unknown as AutoencoderParameters<Tensor>;
      const up = (next: Convolution<Tensor>, h: Tensor): Tensor =>
        doubleResolution(
          next,
          h,
          h.shape.slice(2).map((size) => 2 * size),
        );
      return fromPatchChannels(through(decoder, z, up), patch);
    },
  };
};

/**
 * Residual blocks at resolutions that fall by halves, to a normal distribution of the latent; and the same way back.
 * Data are first cut into patches, whose pixels become channels: layers at full resolution cost most and are worth
 * least. An image of 32 x 32 has a latent of 8 x 8 with the settings by default. Source: Rombach et al. 2022, section
 * 3.1; patches as channels: Shi et al. 2016.
 * @throws ArgumentError for settings out of range. Its methods throw ShapeError for samples whose axes are no multiples of
 *   patch * 2^(resolutions - 1)
 */
export const convolutionalAutoencoder = declare({
  kind: "convolutional",
  name: "convolutionalAutoencoder",
  summary: "residual convolutions at resolutions that fall by halves, for signals, images and volumes",
  source: "Rombach et al. 2022, section 3.1; Kingma & Welling 2014",
  settings,
  make,
});
