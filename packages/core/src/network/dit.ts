/** The diffusion transformer, for signals, images and volumes. */
import { type NdArray, type Shape, ShapeError, sizeOf, type Tensor, type Tensors } from "@scorefield/tensor";
import { checkCount, checkWhole } from "../check.ts";
import { type ConditionEmbedding, conditionEmbedding, initialConditionEmbedding } from "./condition-embedding.ts";
import { checkLayers, layerDraws } from "./initialisation.ts";
import { initialLinear, type Linear, linear } from "./linear.ts";
import type { Network } from "./network.ts";
import { fromPatches, positionFeatures, toPatches } from "./patches.ts";
import {
  adaptiveLayerNorm,
  initialTransformerBlock,
  type TransformerBlock,
  transformerBlock,
} from "./transformer-block.ts";

/** Options of {@link dit}. */
export interface DitOptions {
  /** Side of a patch, which divides every spatial size of the samples; default 4. */
  readonly patch?: number;
  /** Features of a token, default 192. */
  readonly width?: number;
  /** Transformer blocks, default 6. */
  readonly depth?: number;
  /** Features per head of attention, default 64. */
  readonly headWidth?: number;
  /** Features between the two layers of a block, in units of the width; default 4. */
  readonly expansion?: number;
  /** Classes it can be told, default 0: none. */
  readonly classes?: number;
  /** Numbers that describe an augmentation, default 0: none. */
  readonly augmentation?: number;
}

type DitParameters<T> = {
  readonly embedding: ConditionEmbedding<T>;
  readonly input: Linear<T>;
  readonly blocks: readonly TransformerBlock<T>[];
  readonly output: { readonly modulation: Linear<T>; readonly linear: Linear<T> };
};

/**
 * A diffusion transformer (Peebles & Xie 2023): patches of the sample become tokens, which know their place by fixed
 * cosines and sines and go through transformer blocks with adaptive layer norm zero. Samples are [channels, length],
 * [channels, height, width] or [channels, depth, height, width]. The output layer starts at zero, so training starts from
 * the preconditioner's own guess.
 *
 * On samples [1, 32, 32], `{ patch: 2, width: 128 }` has 1.84 million parameters and 404 million multiply-adds, and
 * `{ patch: 2, width: 256, depth: 8 }` 9.7 million and 1.88 billion; `summary` tells for others.
 * @throws ArgumentError for settings out of range; its methods throw ShapeError for samples that do not fall into patches
 */
export const dit = ({
  patch = 4,
  width = 192,
  depth = 6,
  headWidth = 64,
  expansion = 4,
  classes = 0,
  augmentation = 0,
}: DitOptions = {}): Network => {
  const sizes = { patch, width, depth, headWidth, expansion };
  for (const [name, value] of Object.entries(sizes)) checkWhole(`dit ${name}`, value);
  checkLayers("dit depth", depth, 12 * width ** 2);
  checkCount("dit classes", classes);
  checkCount("dit augmentation", augmentation);

  const spatialOf = (shape: Shape): Shape => {
    const spatial = shape.slice(1);
    if (spatial.length < 1 || spatial.length > 3 || sizeOf(shape) === 0)
      throw new ShapeError(
        `dit: expected samples [channels, ...spatial] with one to three spatial axes, found [${shape}]`,
      );
    if (spatial.some((size) => size % patch !== 0))
      throw new ShapeError(
        `dit: expected spatial sizes that are multiples of the patch, ${patch}, found [${shape}]; choose another patch, or pad the data`,
      );
    return spatial;
  };

  return {
    recipe: { kind: "dit", ...sizes, classes, augmentation },
    learningRate: 3e-4,
    classes,
    augmentation,
    initialise: (shape, seed) => {
      const values = shape[0]! * patch ** spatialOf(shape).length;
      const draws = layerDraws(seed);
      return {
        embedding: initialConditionEmbedding(width, { classes, augmentation }, draws),
        input: initialLinear(values, width, draws()),
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
      const embedding = conditionEmbedding(parameters.embedding, noiseLevel, conditions);
      let tokens = linear(parameters.input, toPatches(x, patch)).add(positionFeatures(counts, width).cast(x.dtype));
      for (const block of parameters.blocks) tokens = transformerBlock(block, tokens, embedding, headWidth);
      const { modulation, linear: last } = parameters.output;
      return fromPatches(linear(last, adaptiveLayerNorm(modulation, tokens, embedding)), shape, patch);
    },
  };
};
