/** A transformer whose tokens are the columns of a row, for tables. */
import {
  concat,
  matmul,
  type NdArray,
  type Shape,
  sizeOf,
  sliceAxis,
  type Tensor,
  type Tensors,
} from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { declare } from "../part/declare.ts";
import { type OptionsOf, type Values, whole } from "../part/setting.ts";
import { normal } from "../random/normal.ts";
import type { KindRecipe } from "../recipe.ts";
import { type ConditionEmbedding, conditionEmbedding, initialConditionEmbedding } from "./condition-embedding.ts";
import { rowsOrZeros } from "./conditions.ts";
import { checkLayers, checkWeights, type LayerDraws, layerDraws } from "./initialisation.ts";
import { type Block, blocksOf, type Layout, layoutOf, layoutSettings, layoutSize, sliceBlock } from "./layout.ts";
import { initialLinear, type Linear } from "./linear.ts";
import { classesSetting, type Network, observedSetting } from "./network.ts";
import {
  adaptiveLayerNorm,
  initialTransformerBlock,
  type TransformerBlock,
  transformerBlock,
} from "./transformer-block.ts";

const settings = {
  ...layoutSettings,
  width: whole({ least: 1, default: 64, help: "features of a token" }),
  depth: whole({ least: 1, default: 2, help: "transformer blocks" }),
  headWidth: whole({ least: 1, default: 16, help: "features per head of attention" }),
  expansion: whole({ least: 1, default: 2, help: "features between the layers of a block, in units of the width" }),
  classes: classesSetting,
  observed: observedSetting,
};

/** Options of {@link transformer}. */
export type TransformerOptions = OptionsOf<typeof settings>;

/** Layers of the columns of one size, side by side: weight [count, inputs, outputs], bias [count, outputs]. */
type ColumnLayers<T> = { readonly weight: T; readonly bias: T };

type TransformerParameters<T> = {
  readonly embedding: ConditionEmbedding<T>;
  /** From a column's coordinates, and what is known of them, to its token. The bias is the column's embedding. */
  readonly tokens: readonly ColumnLayers<T>[];
  readonly blocks: readonly TransformerBlock<T>[];
  readonly modulation: Linear<T>;
  /** From a token to its column's coordinates. */
  readonly readOut: readonly ColumnLayers<T>[];
};

/** Numbers that a network sees of what is known of a column: see `featuresOf`. */
const featuresOfColumn = (size: number): number => (size === 1 ? 4 : size);

const observedOf = ({ columns }: Layout): number => columns.reduce((sum, size) => sum + featuresOfColumn(size), 0);

/** Each column's own layer. @param x [n, count, inputs]. @returns [n, count, outputs] */
const columnLayers = ({ weight, bias }: ColumnLayers<Tensor>, x: Tensor): Tensor =>
  matmul(x.transpose([1, 0, 2]), weight)
    .transpose([1, 0, 2])
    .add(bias);

const initialColumnLayers = (
  [count, inputs, outputs]: readonly [number, number, number],
  { weights, embeddings }: { readonly weights: LayerDraws & { gain: number }; readonly embeddings?: LayerDraws },
): ColumnLayers<NdArray> => {
  checkWeights([count, inputs, outputs]);
  const weight = normal([count, inputs, outputs], { ...weights, purpose: "initialisation" });
  for (let i = 0; i < weight.data.length; i++) weight.data[i]! *= weights.gain / Math.sqrt(inputs);
  const bias = normal([count, outputs], { ...(embeddings ?? weights), purpose: "initialisation" });
  if (!embeddings) bias.data.fill(0);
  return { weight, bias };
};

/** What is known of the columns of each block, [n, count, features of a column]. */
const knownOfBlocks = (blocks: readonly Block[], observed: Tensor): Tensor[] => {
  const n = observed.shape[0]!;
  let from = 0;
  return blocks.map(({ count, size }) => {
    const features = featuresOfColumn(size);
    const own = sliceAxis(observed, 1, from, from + count * features);
    from += count * features;
    // Of numbers, each feature stands for all columns of the block, then the next one; of categories, column by column.
    return size === 1 ? own.reshape([n, features, count]).transpose([0, 2, 1]) : own.reshape([n, count, features]);
  });
};

const make = (values: Values<typeof settings>, recipe: KindRecipe): Network => {
  const { width, depth, headWidth, expansion, classes, observed, columns, scale } = values;
  checkLayers("transformer depth", depth, (4 + 2 * expansion) * width ** 2);

  const layoutFor = (shape: Shape): Layout => {
    const size = sizeOf(shape);
    const layout = layoutOf({ columns, scale }, size);
    if (layoutSize(layout) !== size)
      throw new ArgumentError(
        `transformer: expected columns of ${size} coordinates in all, found ${layoutSize(layout)}`,
      );
    if (observed > 0 && observed !== observedOf(layout))
      throw new ArgumentError(
        `transformer observed: expected ${observedOf(layout)} for these columns, or 0, found ${observed}`,
      );
    return layout;
  };

  return {
    recipe,
    classes,
    observed,
    learningRate: 1e-3,
    initialise: (shape, seed) => {
      const blocks = blocksOf(layoutFor(shape));
      const draws = layerDraws(seed);
      const inputs = (size: number): number => size + (observed > 0 ? featuresOfColumn(size) : 0);
      return {
        embedding: initialConditionEmbedding(width, { classes, augmentation: 0 }, draws),
        tokens: blocks.map(({ count, size }) =>
          initialColumnLayers([count, inputs(size), width], {
            // A number counts as much as its column's embedding. Noise is in all coordinates of a category.
            weights: { ...draws(), gain: size === 1 ? Math.sqrt(inputs(size)) : 1 },
            embeddings: draws(),
          }),
        ),
        blocks: Array.from({ length: depth }, () =>
          initialTransformerBlock(width, { inputs: width, expansion, draws }),
        ),
        modulation: initialLinear(width, 2 * width, { ...draws(), gain: 0 }),
        readOut: blocks.map(({ count, size }) =>
          initialColumnLayers([count, width, size], { weights: { ...draws(), gain: 0 } }),
        ),
      } satisfies TransformerParameters<NdArray>;
    },
    apply: (tensors: Tensors, x: Tensor, noiseLevel: Tensor, conditions = {}) => {
      const parameters = tensors as unknown as TransformerParameters<Tensor>;
      const n = x.shape[0]!;
      const blocks = blocksOf(layoutFor(x.shape.slice(1)));
      const flat = x.reshape([n, -1]);
      const known = observed > 0 ? knownOfBlocks(blocks, rowsOrZeros("observed", conditions, flat, observed)) : [];
      const embedding = conditionEmbedding(parameters.embedding, noiseLevel, conditions);
      const embedded = blocks.map((block, b) => {
        const own = sliceBlock(flat, block).reshape([n, block.count, block.size]);
        return columnLayers(parameters.tokens[b]!, known[b] ? concat([own, known[b]], 2) : own);
      });
      let tokens = embedded.length === 1 ? embedded[0]! : concat(embedded, 1);
      for (const block of parameters.blocks) tokens = transformerBlock(block, tokens, embedding, headWidth);
      tokens = adaptiveLayerNorm(parameters.modulation, tokens, embedding);
      let first = 0;
      const outputs = blocks.map(({ count, size }, b) => {
        const own = sliceAxis(tokens, 1, first, first + count);
        first += count;
        return columnLayers(parameters.readOut[b]!, own).reshape([n, count * size]);
      });
      return (outputs.length === 1 ? outputs[0]! : concat(outputs, 1)).reshape(x.shape);
    },
  };
};

/**
 * A transformer of the columns of a row (Gorishniy et al. 2021; for diffusion of tables Zhang et al. 2024 and Shi et al.
 * 2025). A column's coordinates and what is known of them become a token by a linear layer of its own, whose bias tells
 * the column from the others. The tokens go through blocks of self-attention that are conditioned on the noise level by
 * adaptive layer norm zero (Peebles & Xie 2023), and a linear layer for each column reads its coordinates out. The read-out
 * starts at zero, so training starts from the preconditioner's own guess. `observed` is that of `mixedPreconditioning`.
 * @throws ArgumentError for settings out of range, and for samples that are not rows of the columns
 */
export const transformer = declare({
  kind: "transformer",
  summary: "self-attention among the columns of a row, for tables",
  source: "Gorishniy et al. 2021; Zhang et al. 2024; Shi et al. 2025",
  settings,
  make,
});
