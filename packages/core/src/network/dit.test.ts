import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { dit } from "./dit.ts";
import { countOf, evaluate, expectZeroAtFirst, inputs, oneHotRows, randomised } from "./evaluate.case.ts";
import type { Parameters } from "./network.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const tiny = { patch: 2, width: 8, depth: 2, headWidth: 4 };
describe("samples", () => {
  for (const shape of [
    [2, 8],
    [1, 4, 6],
    [3, 2, 4, 2],
  ])
    test(`of shape [${shape}]: the output has it too, and starts at zero`, () =>
      expectZeroAtFirst(runtime, dit(tiny), shape));

  test("that do not fall into patches are refused", () => {
    expect(() => dit(tiny).initialise([1, 4, 7], 0)).toThrow(
      /expected spatial sizes that are multiples of the patch, 2, found \[1,4,7\]/,
    );
    for (const shape of [[3], [1, 2, 2, 2, 2], [0, 2]])
      expect(() => dit(tiny).initialise(shape, 0)).toThrow(ShapeError);
  });

  test("blocks start as the identity: only the layers around them matter then", async () => {
    const shape = [1, 4, 4];
    const [shallow, deep] = [dit({ ...tiny, depth: 1 }), dit({ ...tiny, depth: 3 })];
    const initial = shallow.initialise(shape, 0) as Record<string, Parameters>;
    const others = randomised(initial) as Record<string, Parameters>;
    const value = (network: typeof deep, blocks: Parameters) =>
      evaluate(runtime, network, { ...others, blocks }, inputs(2, shape));
    const { blocks } = deep.initialise(shape, 1) as { blocks: Parameters };
    const found = await value(deep, blocks);
    expect(found).toEqual(await value(shallow, initial.blocks!));
    expect(found).not.toEqual(await value(shallow, others.blocks!));
  });

  test("patches know their place: exchanging two does more than exchange their results", async () => {
    const shape = [1, 4];
    const network = dit(tiny);
    const parameters = randomised(network.initialise(shape, 0));
    const given = inputs(1, shape);
    const [a, b, c, d] = given.x.data as Float32Array;
    const swapped = { ...given.x, data: Float32Array.of(c!, d!, a!, b!) } as NdArray;
    const plain = await evaluate(runtime, network, parameters, given);
    const moved = await evaluate(runtime, network, parameters, { ...given, x: swapped });
    const change = Math.max(...Array.from(moved.data, (v, i) => Math.abs(Number(v) - Number(plain.data[(i + 2) % 4]))));
    expect(change).toBeGreaterThan(0.01);
  });
});

test("parameters: the number that its layers add up to, and the ones that its description names", () => {
  const [w, values] = [8, 3 * 2 ** 2];
  const linear = (from: number, to: number) => (from + 1) * to;
  const block = linear(w, 6 * w) + linear(w, 3 * w) + linear(w, w) + linear(w, 4 * w) + linear(4 * w, w);
  const expected =
    linear(32, w) + 5 * w + 2 * w + linear(w, w) + linear(values, w) + 2 * block + linear(w, 2 * w) + linear(w, values);
  expect(countOf(dit({ ...tiny, classes: 5, augmentation: 2 }).initialise([3, 4, 4], 0))).toBe(expected);
  expect(countOf(dit({ patch: 2, width: 128 }).initialise([1, 32, 32], 0))).toBe(1_835_908);
  expect(countOf(dit({ patch: 2, width: 256, depth: 8 }).initialise([1, 32, 32], 0))).toBe(9_676_036);
});

describe("what it is conditioned on", () => {
  const shape = [1, 4, 4];
  const network = dit({ ...tiny, classes: 3, augmentation: 2 });
  const parameters = randomised(network.initialise(shape, 0));
  const given = inputs(2, shape);
  const value = async (conditions: object) =>
    Array.from((await evaluate(runtime, network, parameters, { ...given, ...conditions })).data, Number);

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
    });

  test("the noise level: equal samples at two levels come out differently", async () => {
    const twice = ndarray(
      Float32Array.from(given.x.data, (_, i) => Number(given.x.data[i % 16])),
      given.x.shape,
    );
    const found = await value({ x: twice });
    expect(found.slice(16)).not.toEqual(found.slice(0, 16));
  });
});

test("recipe and bad options", () => {
  expect(dit({ width: 32 }).recipe).toEqual({
    kind: "dit",
    patch: 4,
    width: 32,
    depth: 6,
    headWidth: 64,
    expansion: 4,
    classes: 0,
    augmentation: 0,
    observed: 0,
    target: false,
    noiseEmbedding: "log",
  });
  for (const bad of [
    { patch: 0 },
    { width: 2.5 },
    { depth: 0 },
    { headWidth: -1 },
    { expansion: 0 },
    { classes: 0.5 },
    { augmentation: -1 },
  ])
    expect(() => dit(bad), JSON.stringify(bad)).toThrow(ArgumentError);
});
