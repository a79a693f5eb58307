/** The diffusion transformer, for signals, images and volumes. */
import { type NdArray, type Shape, ShapeError, sizeOf, type Tensor, type Tensors } from "@scorefield/tensor";
import { declare } from "../part/declare.ts";
import { type OptionsOf, type Values, whole } from "../part/setting.ts";
import type { KindRecipe } from "../recipe.ts";
import { type ConditionEmbedding, conditionEmbedding, initialConditionEmbedding } from "./condition-embedding.ts";
import { checkLayers, layerDraws } from "./initialisation.ts";
import { knownChannels, withKnownChannels } from "./known-channels.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";
import {
  augmentationSetting,
  classesSetting,
  type Network,
  noiseEmbeddingSetting,
  observedPlacesSetting,
  resolveNoiseEmbedding,
  targetSetting,
} from "./network.ts";
import { patchedShape } from "./patch-channels.ts";
import { fromPatches, positionFeatures, toPatches } from "./patches.ts";
import {
  adaptiveLayerNorm,
  initialTransformerBlock,
  type TransformerBlock,
  transformerBlock,
} from "./transformer-block.ts";

const settings = {
  patch: whole({ least: 1, default: 4, help: "side of a patch, which divides every spatial size of the samples" }),
  width: whole({ least: 1, default: 192, help: "features of a token" }),
  depth: whole({ least: 1, default: 6, help: "transformer blocks" }),
  headWidth: whole({ least: 1, default: 64, help: "features per head of attention" }),
  expansion: whole({ least: 1, default: 4, help: "features between the layers of a block, in units of the width" }),
  classes: classesSetting,
  augmentation: augmentationSetting,
  observed: observedPlacesSetting,
  target: targetSetting,
  noiseEmbedding: noiseEmbeddingSetting,
};

/** Options of {@link dit}. */
export type DitOptions = OptionsOf<typeof settings>;

type DitParameters<T> = {
  readonly embedding: ConditionEmbedding<T>;
  readonly input: Linear<T>;
  readonly blocks: readonly TransformerBlock<T>[];
  readonly output: { readonly modulation: Linear<T>; readonly linear: Linear<T> };
};

const make = (
  {
    patch,
    width,
    depth,
    headWidth,
    expansion,
    classes,
    augmentation,
    observed,
    target,
    noiseEmbedding = "log",
  }: Values<typeof settings>,
  recipe: KindRecipe,
): Network => {
  checkLayers("dit depth", depth, 12 * width ** 2);

  const spatialOf = (shape: Shape): Shape => {
    const spatial = shape.slice(1);
    if (spatial.length < 1 || spatial.length > 3 || sizeOf(shape) === 0)
      throw new ShapeError(
        `dit: expected samples [channels, ...spatial] with one to three spatial axes, found [${shape}]`,
      );
    patchedShape("dit", shape, patch);
    return spatial;
  };

  return {
    recipe,
    learningRate: 3e-4,
    classes,
    augmentation,
    observed,
    target,
    initialise: (shape, seed) => {
      const values = shape[0]! * patch ** spatialOf(shape).length;
      const inputs = values + knownChannels("dit", observed, shape) * patch ** spatialOf(shape).length;
      const draws = layerDraws(seed);
      return {
        embedding: initialConditionEmbedding(width, { classes, augmentation, target }, draws),
        input: initialLinear(inputs, width, draws()),
        blocks: Array.from({ length: depth }, () =>
          initialTransformerBlock(width, { inputs: width, expansion, draws }),
        ),
        output: {
          modulation: initialLinear(width, 2 * width, { ...draws(), gain: 0 }),
          linear: initialLinear(width, values, { ...draws(), gain: 0 }),
        },
      } satisfies DitParameters<NdArray>;
    },
    apply: (tensors: Tensors, x: Tensor, noiseLevel: Tensor, conditions = {}) => {
      const parameters = tensors as unknown as DitParameters<Tensor>;
      const shape = x.shape.slice(1);
      const counts = spatialOf(shape).map((size) => size / patch);
      const embedding = conditionEmbedding(parameters.embedding, noiseLevel, conditions, noiseEmbedding);
      let tokens = linear(parameters.input, toPatches(withKnownChannels("dit", x, conditions, observed), patch)).add(
        positionFeatures(counts, width).cast(x.dtype),
      );
      for (const block of parameters.blocks) tokens = transformerBlock(block, tokens, embedding, headWidth);
      const { modulation, linear: last } = parameters.output;
      return fromPatches(linear(last, adaptiveLayerNorm(modulation, tokens, embedding)), shape, patch);
    },
  };
};

/**
 * A diffusion transformer (Peebles & Xie 2023): patches of the sample become tokens. Fixed cosines and sines encode
 * their positions. The tokens go through transformer blocks with adaptive layer norm zero. Samples are [channels,
 * length], [channels, height, width] or [channels, depth, height, width]. With `observed`, what is known of each place,
 * as of `partialPreconditioning`, is channels beside the sample's own. The output layer starts at zero, so training
 * starts from the preconditioner's own guess.
 *
 * On samples [1, 32, 32], `{ patch: 2, width: 128 }` has 1.84 million parameters and 404 million multiply-adds, and
 * `{ patch: 2, width: 256, depth: 8 }` 9.7 million and 1.88 billion. `summary` computes this for other settings.
 * @throws ArgumentError for settings out of range. Its methods throw ShapeError for samples that are not a whole number
 *   of patches
 */
export const dit = declare({
  kind: "dit",
  summary: "a diffusion transformer of patches, for signals, images and volumes",
  source: "Peebles & Xie 2023, with adaptive layer norm zero",
  settings,
  resolve: resolveNoiseEmbedding,
  make,
});
