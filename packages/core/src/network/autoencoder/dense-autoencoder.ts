/** An autoencoder of fully connected layers, for rows of tables. */
import { type NdArray, type Shape, ShapeError, sizeOf, type Tensor, type Tensors } from "@scorefield/tensor";
import { declare } from "../../part/declare.ts";
import { type OptionsOf, type Values, whole } from "../../part/setting.ts";
import type { KindRecipe } from "../../recipe.ts";
import { checkLayers, layerDraws, type NextDraws } from "../initialisation.ts";
import { initialLinear, type Linear, linear } from "../linear.ts";
import { type Autoencoder, encodedFrom } from "./autoencoder.ts";

const settings = {
  features: whole({ least: 1, default: 8, help: "numbers of the latent" }),
  width: whole({ least: 1, default: 128, help: "features of every hidden layer" }),
  depth: whole({ least: 1, default: 2, help: "hidden layers on either way" }),
};

/** Options of {@link denseAutoencoder}. */
export type DenseAutoencoderOptions = OptionsOf<typeof settings>;

interface Way<T> {
  readonly input: Linear<T>;
  readonly hidden: readonly Linear<T>[];
  readonly output: Linear<T>;
}

const make = ({ features, width, depth }: Values<typeof settings>, recipe: KindRecipe): Autoencoder => {
  checkLayers("dense-autoencoder depth", depth, width ** 2);
  const latentShape = (shape: Shape): Shape => {
    if (shape.length !== 1 || sizeOf(shape) === 0)
      throw new ShapeError(
        `dense-autoencoder: expected samples that are rows of numbers, found shape [${shape}]; take convolutionalAutoencoder for images`,
      );
    return [features];
  };
  const initialWay = (inputs: number, outputs: number, draws: NextDraws): Way<NdArray> => ({
    input: initialLinear(inputs, width, { ...draws(), gain: Math.SQRT2 }),
    hidden: Array.from({ length: depth - 1 }, () => initialLinear(width, width, draws())),
    output: initialLinear(width, outputs, draws()),
  });
  const through = ({ input, hidden, output }: Way<Tensor>, x: Tensor): Tensor =>
    linear(
      output,
      hidden.reduce((h, layer) => h.add(linear(layer, h).silu()), linear(input, x).silu()),
    );
  return {
    recipe,
    learningRate: 1e-3,
    latentShape,
    initialise: (shape, seed) => {
      latentShape(shape);
      const draws = layerDraws(seed);
      return {
        encoder: initialWay(shape[0]!, 2 * features, draws),
        decoder: initialWay(features, shape[0]!, draws),
      } as never;
    },
    encode: (parameters: Tensors, x) =>
      encodedFrom(through((parameters as unknown as { encoder: Way<Tensor> }).encoder, x)),
    decode: (parameters: Tensors, z) => through((parameters as unknown as { decoder: Way<Tensor> }).decoder, z),
  };
};

/**
 * Hidden layers with SiLU, residual but for the first, to a normal distribution of the latent; and the same way back.
 * @throws ArgumentError for settings out of range. Its methods throw ShapeError for samples that are no rows
 */
export const denseAutoencoder = declare({
  kind: "dense",
  name: "denseAutoencoder",
  summary: "fully connected layers, for rows of tables",
  source: "Kingma & Welling 2014",
  settings,
  make,
});
