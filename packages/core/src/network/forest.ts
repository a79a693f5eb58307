/** Boosted trees in place of a network, for small tables: one set of trees for each of a grid of noise levels. */
import { gather, iota, sizeOf, type Tensor, type Tensors, withoutDerivative, zeros } from "@scorefield/tensor";
import { ArgumentError } from "../errors.ts";
import { declare } from "../part/declare.ts";
import { number, type OptionsOf, type Values, whole } from "../part/setting.ts";
import type { KindRecipe } from "../recipe.ts";
import { layoutOf, layoutSettings, layoutSize, mapBlocks } from "./layout.ts";
import type { Network } from "./network.ts";

// Found by the loss of held-out rows of Iris, wine and penguins: deeper trees and smaller leaves learn the noise by heart.
const settings = {
  ...layoutSettings,
  levels: whole({ least: 2, default: 30, help: "noise levels, each with trees of its own" }),
  lowest: number({ above: 0, default: 0.02, help: "least noise in deviations of the data" }),
  highest: number({ above: 0, default: 20, help: "most noise in deviations of the data" }),
  trees: whole({ least: 1, default: 30, help: "trees of each output at a noise level" }),
  depth: whole({ least: 1, most: 12, default: 4, help: "splits from the root of a tree to a leaf" }),
  shrinkage: number({ above: 0, most: 1, default: 0.2, help: "what the values of each tree are multiplied by" }),
  smallestLeaf: whole({ least: 1, default: 200, help: "noisy rows of a leaf, at least" }),
  duplicates: whole({
    least: 1,
    help: "noisy copies of each row that trees of a level are grown on",
    otherwise: "as many as make 20,000 rows, from 10 to 100",
  }),
};

/** Options of {@link forest}. */
export type ForestOptions = OptionsOf<typeof settings>;

/** Settings of a {@link forest} with their defaults, as its recipe has them. */
export type ForestSettings = Values<typeof settings>;

/** What a {@link forest} is made of. Each coordinate of a sample, one output, has trees of its own. */
export interface ForestParameters<T> {
  /**
   * [levels, outputs, trees, 2^depth - 1]: the column that a node splits, a whole number in float32. The children of node k
   * are 2 k + 1 and 2 k + 2.
   */
  readonly column: T;
  /** As many: rows with a greater number go to the second child. */
  readonly threshold: T;
  /** [levels, outputs, trees, 2^depth]: what a leaf adds. */
  readonly leaf: T;
  /** [levels, outputs]: outputs without trees. */
  readonly start: T;
}

/** Log of the ratio of noise to data at a level, from the lowest on, in equal steps. */
export const forestLogRatio = (
  { levels, lowest, highest }: Pick<ForestSettings, "levels" | "lowest" | "highest">,
  level: number,
): number => Math.log(lowest) + (level / (levels - 1)) * Math.log(highest / lowest);

const noDerivative =
  "a forest is constant between the thresholds of its trees, so it has no derivative of use: likelihoods, energies, guidance by gradients and instruments that differentiate need a network such as mlp";

// Of all leaves: a gibibyte, with as many thresholds and columns three.
const mostNumbers = 2 ** 28;

const make = (values: ForestSettings, recipe: KindRecipe): Network => {
  const { levels, lowest, highest, trees, depth, columns, scale } = values;
  if (!(lowest < highest))
    throw new ArgumentError(`forest: expected lowest below highest, found ${lowest} and ${highest}`);
  const nodes = 2 ** depth - 1;
  return {
    recipe,
    levels,
    learningRate: 1,
    initialise: (shape) => {
      const size = sizeOf(shape);
      if (levels * trees * (nodes + 1) * size > mostNumbers)
        throw new ArgumentError(
          `forest: expected at most ${mostNumbers} numbers in leaves, found ${levels} levels of ${size} outputs of ${trees} trees of ${nodes + 1}; take fewer trees or a smaller depth`,
        );
      return {
        column: zeros([levels, size, trees, nodes]),
        threshold: zeros([levels, size, trees, nodes]),
        leaf: zeros([levels, size, trees, nodes + 1]),
        start: zeros([levels, size]),
      } satisfies ForestParameters<unknown>;
    },
    apply: (parameters: Tensors, x: Tensor, noiseLevel: Tensor) => {
      const { column, threshold, leaf, start } = parameters as unknown as ForestParameters<Tensor>;
      const [n, size] = [x.shape[0]!, sizeOf(x.shape.slice(1))];
      const flat = x.reshape([n, size]);
      // Preconditioners hand over log(r) / 4.
      const logRatio = noiseLevel.multiply(4);
      const step = Math.log(highest / lowest) / (levels - 1);
      const level = logRatio
        .subtract(Math.log(lowest))
        .multiply(1 / step)
        .add(0.5)
        .clip(0, levels - 0.5)
        .floor()
        .cast("int32");
      // The number of each tree of the level, [n, outputs * trees].
      const tree = level
        .multiply(size * trees)
        .reshape([n, 1])
        .add(iota(size * trees).reshape([1, size * trees]));
      const row = iota(n).multiply(size).reshape([n, 1]);
      const [splits, thresholds, leaves] = [column, threshold, leaf].map((all) => all.reshape([-1]));
      const numbers = flat.reshape([-1]);
      const firstNode = tree.multiply(nodes);
      let node = tree.multiply(0);
      for (let k = 0; k < depth; k++) {
        const at = firstNode.add(node);
        const value = gather(numbers, row.add(gather(splits!, at).cast("int32")));
        node = node
          .multiply(2)
          .add(1)
          .add(value.greater(gather(thresholds!, at)).cast("int32"));
      }
      const values = gather(leaves!, tree.multiply(nodes + 1).add(node.subtract(nodes)));
      const said = values.reshape([n, size, trees]).sum(2).add(gather(start, level));
      const output = columns ? withLogits(said, flat, logRatio, layoutOf({ columns, scale }, size)) : said;
      return withoutDerivative(output.reshape(x.shape), [x, noiseLevel], noDerivative);
    },
  };
};

/**
 * What trees say of categories, log p(level | y) up to a number, becomes the F of softmax(F + s y / r^2) in
 * `mixedPreconditioning`: F = log p - s y / r^2.
 */
const withLogits = (said: Tensor, x: Tensor, logRatio: Tensor, layout: ReturnType<typeof layoutOf>): Tensor => {
  if (layoutSize(layout) !== x.shape[1])
    throw new ArgumentError(
      `forest: expected columns of ${x.shape[1]} coordinates in all, found ${layoutSize(layout)}`,
    );
  const ratio = logRatio.exp().reshape([x.shape[0]!, 1]);
  // x = y / sqrt(r^2 + 1)
  const likelihood = ratio.square().add(1).sqrt().divide(ratio.square()).multiply(layout.scale);
  return mapBlocks(layout, ({ size }, slice) =>
    size === 1 ? slice(said) : slice(said).subtract(slice(x).multiply(likelihood)),
  );
};

/**
 * For each noise level of a geometric grid, boosted regression trees from noisy rows to what a network would say: for
 * numbers F of the preconditioning, for categories the log-probabilities of their levels. A noise level between two of the grid
 * takes the trees of the nearer one in its logarithm. Trees are no function that gradients could train: `trainForest`
 * grows them level by level. They are piecewise constant, so whatever differentiates the model is refused.
 * @throws ArgumentError for settings that do not fit together, and for more than 2^28 numbers in leaves
 */
export const forest = declare({
  kind: "forest",
  summary: "boosted trees for each noise level, for tables of up to some thousand rows; not differentiable",
  source: "Jolicoeur-Martineau, Fatras & Kachman 2024",
  settings,
  make,
});
