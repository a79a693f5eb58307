import { compile, isNdArray, mapTree, type NdArray, ShapeError, type Tensors } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { constants } from "../../model/trained.ts";
import { normal } from "../../random/normal.ts";
import type { Parameters } from "../network.ts";
import type { Autoencoder } from "./autoencoder.ts";
import { autoencoderFromRecipe } from "./autoencoders.ts";
import { convolutionalAutoencoder } from "./convolutional-autoencoder.ts";
import { denseAutoencoder } from "./dense-autoencoder.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const small = convolutionalAutoencoder({ width: 8, blocks: 1, channels: 3 });

/** Latent and reconstruction of two samples. */
const through = async (autoencoder: Autoencoder, shape: readonly number[], seed = 0) => {
  const parameters = autoencoder.initialise(shape, seed);
  const compiled = await compile(
    (x) => {
      const tensors: Tensors = constants(parameters, x.dtype);
      const { mean, logVariance } = autoencoder.encode(tensors, x);
      return { mean, logVariance, back: autoencoder.decode(tensors, mean) };
    },
    [{ shape: [2, ...shape] }],
    { runtime },
  );
  const found = await compiled(normal([2, ...shape], { seed: 3 }));
  await compiled.dispose();
  return found;
};

describe.each<[string, Autoencoder, number[], number[]]>([
  ["an image", small, [3, 8, 12], [3, 2, 3]],
  ["a signal", small, [2, 16], [3, 4]],
  ["a volume", small, [1, 4, 4, 8], [3, 1, 1, 2]],
  [
    "one resolution without patches",
    convolutionalAutoencoder({ width: 4, multipliers: [1], patch: 1 }),
    [1, 5, 7],
    [8, 5, 7],
  ],
  ["a row", denseAutoencoder({ features: 2, width: 8 }), [5], [2]],
])("%s", (_, autoencoder, shape, latent) => {
  test("has a latent and comes back in its shape", async () => {
    expect(autoencoder.latentShape(shape)).toEqual(latent);
    const { mean, logVariance, back } = await through(autoencoder, shape);
    expect(mean.shape).toEqual([2, ...latent]);
    expect(logVariance.shape).toEqual([2, ...latent]);
    expect(back.shape).toEqual([2, ...shape]);
    expect(Array.from(back.data as Float32Array).every(Number.isFinite)).toBe(true);
  });

  test("is rebuilt from its recipe, with the same parameters of a seed", () => {
    const again = autoencoderFromRecipe(JSON.parse(JSON.stringify(autoencoder.recipe)));
    expect(again.recipe).toEqual(autoencoder.recipe);
    const arrays = (parameters: Parameters) => {
      const all: number[] = [];
      mapTree(parameters, ({ data }: NdArray) => all.push(...(data as Float32Array)), isNdArray);
      return all;
    };
    expect(arrays(again.initialise(shape, 4))).toEqual(arrays(autoencoder.initialise(shape, 4)));
    expect(arrays(again.initialise(shape, 5))).not.toEqual(arrays(autoencoder.initialise(shape, 4)));
  });
});

test("samples of another shape are refused, saying what would do", () => {
  expect(() => small.latentShape([3, 10, 8])).toThrow(/multiples of 4.*\[3,10,8\]/);
  expect(() => small.initialise([3], 0)).toThrow(ShapeError);
  expect(() => denseAutoencoder().latentShape([1, 4])).toThrow(/convolutionalAutoencoder/);
});
