import { isNdArray, mapTree, type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { normal } from "../random/normal.ts";
import { uniform } from "../random/uniform.ts";
import { countOf, evaluate, expectZeroAtFirst, inputs, oneHotRows, randomised } from "./evaluate.case.ts";
import type { Parameters } from "./network.ts";
import { unet } from "./unet.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const tiny = { width: 8, multipliers: [1, 2], blocks: 1, attention: 4 };
describe("samples", () => {
  for (const shape of [
    [2, 8],
    [1, 4, 6],
    [3, 2, 4, 4],
  ])
    test(`of shape [${shape}]: the output has it too, and starts at zero`, () =>
      expectZeroAtFirst(runtime, unet(tiny), shape));

  for (const downsample of ["pool", "stride"] as const)
    test(`of odd sizes, where halves are rounded up, with ${downsample}`, async () => {
      const network = unet({ ...tiny, multipliers: [1, 1, 1], downsample });
      for (const shape of [
        [1, 7, 9],
        [1, 13],
        [1, 1, 5],
      ]) {
        const parameters = randomised(network.initialise(shape, 0));
        expect((await evaluate(runtime, network, parameters, inputs(2, shape))).shape).toEqual([2, ...shape]);
      }
    });

  test("without or with too many axes are refused", () => {
    for (const shape of [[3], [1, 2, 2, 2, 2], [1, 0, 4]])
      expect(() => unet(tiny).initialise(shape, 0)).toThrow(ShapeError);
  });

  test("of one row are what a row makes of them in a signal: kernels then only use their middle column", async () => {
    for (const downsample of ["pool", "stride"] as const) {
      const network = unet({ ...tiny, downsample });
      const signal = randomised(network.initialise([2, 6], 0));
      let seed = 0;
      const lifted = mapTree(
        signal,
        (leaf: NdArray) => {
          if (leaf.shape.length !== 3) return leaf;
          const wide = normal([...leaf.shape, leaf.shape[2] === 1 ? 1 : 3], { seed: seed++ });
          const columns = wide.shape[3]!;
          for (const [i, value] of leaf.data.entries()) wide.data[columns * i + (columns >> 1)] = Number(value);
          return wide;
        },
        isNdArray,
      ) as Parameters;
      const given = inputs(2, [2, 6]);
      const expected = await evaluate(runtime, network, signal, given);
      const image = { ...given, x: { ...given.x, shape: [2, 2, 6, 1] } };
      const found = await evaluate(runtime, network, lifted, image);
      for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(Number(value), 4);
    }
  });
});

describe("parameters", () => {
  test("1,694,849 and 10,790,721 of them in the settings that its description names", () => {
    expect(countOf(unet({ width: 32 }).initialise([1, 32, 32], 0))).toBe(1_694_849);
    expect(countOf(unet({ multipliers: [1, 2, 3] }).initialise([1, 32, 32], 0))).toBe(10_790_721);
  });

  test("the number that its layers add up to", () => {
    const shape = [3, 8, 8];
    const [w, c, features] = [8, 16, 32];
    const conv = (inputs: number, outputs: number, taps = 9) => taps * inputs * outputs + outputs;
    const linear = (inputs: number, outputs: number) => (inputs + 1) * outputs;
    const residual = (inputs: number, outputs: number) =>
      2 * inputs +
      conv(inputs, outputs) +
      linear(features, 2 * outputs) +
      conv(outputs, outputs) +
      (inputs === outputs ? 0 : conv(inputs, outputs, 1));
    const attention = (n: number) => 2 * n + linear(n, 3 * n) + linear(n, n);
    const expected =
      linear(32, features) +
      5 * features +
      2 * features +
      linear(features, features) + // noise, classes, augmentation
      conv(3, w) +
      residual(w, w) +
      conv(w, w) + // stride
      residual(w, c) +
      attention(c) +
      residual(c, c) +
      attention(c) +
      residual(c, c) +
      residual(c + c, c) +
      attention(c) +
      residual(c + w, c) +
      attention(c) +
      conv(c, c) +
      residual(c + w, w) +
      residual(w + w, w) +
      2 * w +
      conv(w, 3);
    const network = unet({ ...tiny, downsample: "stride", classes: 5, augmentation: 2 });
    expect(countOf(network.initialise(shape, 0))).toBe(expected);
  });

  test("the same for the same seed, others for another", () => {
    const network = unet(tiny);
    expect(network.initialise([1, 8], 1)).toEqual(network.initialise([1, 8], 1));
    expect(network.initialise([1, 8], 1)).not.toEqual(network.initialise([1, 8], 2));
  });
});

describe("what it is conditioned on", () => {
  const shape = [1, 4, 4];
  const network = unet({ ...tiny, classes: 3, augmentation: 2 });
  const parameters = randomised(network.initialise(shape, 0));
  const given = inputs(2, shape);
  const value = async (conditions: object) =>
    Array.from((await evaluate(runtime, network, parameters, { ...given, ...conditions })).data, Number);

  test("the noise level matters", async () => {
    expect(await value({ noiseLevel: normal([2], { seed: 3 }) })).not.toEqual(await value({}));
  });

  for (const [name, count] of [
    ["class", 3],
    ["augmentation", 2],
  ] as const)
    test(`${name}: rows of zeros are as good as none, others matter to their own sample`, async () => {
      const plain = await value({});
      expect(await value({ [name]: oneHotRows(count, -1, -1) })).toEqual(plain);
      const conditioned = await value({ [name]: oneHotRows(count, -1, 1) });
      expect(conditioned.slice(0, 16)).toEqual(plain.slice(0, 16));
      for (let i = 16; i < 32; i++) expect(conditioned[i]).not.toBe(plain[i]);
      expect((await value({ [name]: oneHotRows(count, -1, 0) })).slice(16)).not.toEqual(conditioned.slice(16));
    });

  test("rows of another shape are refused, and any rows by a network that takes none", async () => {
    await expect(value({ class: oneHotRows(4, 0, 1) })).rejects.toThrow(
      /expected classes as one-hot rows \[2,3\], found \[2,4\]/,
    );
    await expect(value({ augmentation: oneHotRows(3, 0, 1) })).rejects.toThrow(ShapeError);
    const unconditioned = unet(tiny);
    await expect(
      evaluate(runtime, unconditioned, unconditioned.initialise(shape, 0), { ...given, class: oneHotRows(3, 0, 1) }),
    ).rejects.toThrow(ShapeError);
  });

  test("uniforms: dropout happens with them alone", async () => {
    const dropping = unet({ ...tiny, dropout: 0.4 });
    const own = randomised(dropping.initialise(shape, 0));
    const count = dropping.uniforms!(shape);
    // Blocks of 8 channels at 16 positions: 3; of 16 channels at 4 positions: 3 of the lower resolution, and the middle's 2.
    expect(count).toBe(3 * (8 + 16) + 5 * (16 + 4));
    expect(unet(tiny).uniforms!(shape)).toBe(0);
    const run = async (conditions: object) =>
      Array.from((await evaluate(runtime, dropping, own, { ...given, ...conditions })).data, Number);
    const plain = await run({});
    const dropped = await run({ uniforms: uniform([2, count], { seed: 5 }) });
    expect(dropped.every((v, i) => Number.isFinite(v) && v !== plain[i])).toBe(true);
    // Draws whose every sum stays between the rate and 1 keep all activations. These are then 1 / (1 - rate) times as
    // large.
    const calm = new Float32Array(2 * count).fill(0.3);
    expect(await run({ uniforms: ndarray(calm, [2, count]) })).not.toEqual(plain);
    await expect(run({ uniforms: uniform([2, count + 1], { seed: 5 }) })).rejects.toThrow(ShapeError);
  });
});

test("recipe and bad options", () => {
  expect(unet({ width: 32 }).recipe).toEqual({
    kind: "unet",
    patch: 1,
    width: 32,
    multipliers: [1, 2, 2],
    blocks: 2,
    attention: 8,
    headWidth: 64,
    dropout: 0,
    downsample: "pool",
    skipRescale: true,
    classes: 0,
    augmentation: 0,
    observed: 0,
    target: false,
    noiseEmbedding: "log",
  });
  for (const bad of [
    { width: 0 },
    { width: 2.5 },
    { multipliers: [] },
    { multipliers: [1, 0] },
    { multipliers: 2 as unknown as number[] },
    { blocks: 0 },
    { attention: -1 },
    { headWidth: 0 },
    { dropout: 1 },
    { downsample: "max" as "pool" },
    { classes: -1 },
    { augmentation: 0.5 },
  ])
    expect(() => unet(bad), JSON.stringify(bad)).toThrow(ArgumentError);
});
