import { edm, exact, gaussian, gaussianMixture, type ScoreModel } from "@scorefield/core";
import { defaultRuntime, type NdArray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inspect } from "./inspect.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const process = edm();

/** Modes and hills at the least noise that is looked at, a tenth of the data's deviation. */
const counted = async (model: ScoreModel & { density: { sample(n: number, seed: number): NdArray<"float32"> } }) => {
  const heldOut = model.density.sample(120, 1);
  const { modes: found } = await inspect(model, { heldOut }, { only: ["modes"], effort: { starts: 120 } });
  const [{ modes, hills }] = found!.levels as unknown as [{ modes: unknown[]; hills?: number }];
  return { modes: modes.length, hills };
};

const circle = (count: number, share = 1) =>
  Array.from({ length: count }, (_, k) => [
    2 * Math.cos((share * 2 * Math.PI * k) / count),
    2 * Math.sin((share * 2 * Math.PI * k) / count),
  ]);

test("eight Gaussians are eight hills, one Gaussian is one", async () => {
  const eight = gaussianMixture({ means: circle(8), covariances: new Array(8).fill(0.0225) });
  expect(await counted(exact(eight, process))).toMatchObject({ modes: 8, hills: 8 });
  expect(await counted(exact(gaussian({ mean: [0, 0] }), process))).toMatchObject({ modes: 1, hills: 1 });
});

test("an uneven ridge has many modes and is one hill", async () => {
  // Half a circle of Gaussians so near each other that the density dips by a small part between their heaps.
  const weights = Array.from({ length: 24 }, (_, k) => 1 + 0.5 * Math.cos((2 * Math.PI * k) / 6));
  const sum = weights.reduce((a, b) => a + b, 0);
  const ridge = gaussianMixture({
    means: circle(24, 0.5),
    covariances: new Array(24).fill(0.02),
    weights: weights.map((weight) => weight / sum),
  });
  const { modes, hills } = await counted(exact(ridge, process));
  expect(modes).toBeGreaterThanOrEqual(3);
  expect(hills).toBe(1);
});
