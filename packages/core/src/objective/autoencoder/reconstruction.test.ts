import { compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { normal } from "../../random/normal.ts";
import { changedAlike } from "./equivariance.ts";
import { type ReconstructionOptions, reconstruction } from "./reconstruction.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** The loss of an encoder that gives the data with a deviation, and a decoder that multiplies. */
const lossOf = async (
  options: ReconstructionOptions,
  {
    factor = 1,
    deviation = 1,
    perceptual,
  }: { factor?: number; deviation?: number; perceptual?: (x: Tensor) => Tensor },
): Promise<number> => {
  const shape = [4, 1, 4, 4];
  const compiled = await compile(
    (x: Tensor, noise: Tensor, turn: Tensor) =>
      reconstruction(options).loss({
        x,
        noise,
        turn,
        encode: (y) => ({ mean: y, logVariance: y.multiply(0).add(2 * Math.log(deviation)) }),
        decode: (z) => z.multiply(factor),
        ...(perceptual && { perceptual }),
      }),
    [{ shape }, { shape }, { shape: [4] }],
    { runtime },
  );
  const turn = ndarray(Float32Array.of(0, 0.3, 0.6, 0.9));
  const loss = await compiled(normal(shape, { seed: 1 }), normal(shape, { seed: 2 }), turn);
  await compiled.dispose();
  return Number(loss.data[0]);
};

const x = normal([4, 1, 4, 4], { seed: 1 }).data;
const noise = normal([4, 1, 4, 4], { seed: 2 }).data;
const mean = (f: (i: number) => number): number => x.reduce((sum, _, i) => sum + f(i) / x.length, 0);

test("the error is of reconstructions from a drawn latent, absolute or squared", async () => {
  const plain = { klWeight: 0, equivariance: 0 };
  const difference = (i: number) => 0.5 * (x[i]! + 0.3 * noise[i]!) - x[i]!;
  const given = { factor: 0.5, deviation: 0.3 };
  expect(await lossOf(plain, given)).toBeCloseTo(
    mean((i) => Math.abs(difference(i))),
    5,
  );
  expect(await lossOf({ ...plain, error: "l2" }, given)).toBeCloseTo(
    mean((i) => difference(i) ** 2),
    5,
  );
});

test("the divergence is that of normal distributions, for each number", async () => {
  const options = { klWeight: 1, equivariance: 0 };
  const without = await lossOf({ ...options, klWeight: 0 }, { deviation: 0.3 });
  const expected = mean((i) => 0.5 * (x[i]! ** 2 + 0.09 - Math.log(0.09) - 1));
  expect((await lossOf(options, { deviation: 0.3 })) - without).toBeCloseTo(expected, 4);
});

test("a decoder that goes with every change costs nothing more, and one that does not is seen", async () => {
  // Without noise: the latent is the data.
  const given = { deviation: 1e-4 };
  const options = { klWeight: 0, error: "l2", equivariance: 1 } as const;
  expect(await lossOf(options, given)).toBeLessThan(1e-6);
  expect(await lossOf(options, { ...given, factor: 2 })).toBeGreaterThan(
    await lossOf({ ...options, equivariance: 0 }, { ...given, factor: 2 }),
  );
});

test("features in which reconstructions differ count by their weight", async () => {
  const options = { klWeight: 0, equivariance: 0, perceptual: 2 };
  const given = { factor: 0, deviation: 1 };
  const rows = (values: Tensor): Tensor => values.reshape([values.shape[0]!, -1]);
  const found = await lossOf(options, { ...given, perceptual: rows });
  expect(found - (await lossOf(options, given))).toBeCloseTo(2 * mean((i) => x[i]! ** 2), 4);
});

test("latents and data change alike: smaller by half, each turned by its own quarters", async () => {
  const shape = [4, 1, 4, 4];
  const both = await compile(
    (z: Tensor, turn: Tensor) => ({ ...changedAlike(z, z, turn)! }),
    [{ shape }, { shape: [4] }],
    {
      runtime,
    },
  );
  const values = Float32Array.from({ length: 64 }, (_, i) => i % 16);
  const { z } = await both(ndarray(values, shape), ndarray(Float32Array.of(0, 0.3, 0.6, 0.9)));
  await both.dispose();
  expect(z.shape).toEqual([4, 1, 2, 2]);
  // Means of four neighbours: 2.5, 4.5 / 10.5, 12.5. Turned by a quarter, the left column is the upper row.
  expect(Array.from(z.data as Float32Array)).toEqual([
    2.5, 4.5, 10.5, 12.5, 10.5, 2.5, 12.5, 4.5, 12.5, 10.5, 4.5, 2.5, 4.5, 12.5, 2.5, 10.5,
  ]);
  expect(changedAlike({ shape: [2, 3] } as unknown as Tensor, {} as Tensor, {} as Tensor)).toBeUndefined();
});
