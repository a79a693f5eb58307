import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traceOptimised } from "../compile.ts";
import { grad } from "../differentiate/differentiate.ts";
import type { OnnxGraph } from "../graph/onnx-model.ts";
import type { Tensor } from "../graph/tensor.ts";
import { castArray, type NdArray, ndarray, type Shape, sizeOf } from "../ndarray.ts";
import { expectClose } from "../testing/close.ts";
import { checkDerivatives } from "../testing/derivatives.ts";
import { evaluate } from "../testing/evaluate.ts";
import { countOperators } from "../testing/graph.ts";
import { randomArray } from "../testing/random.ts";
import { multiply } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { groupNorm, layerNorm, rmsNorm } from "./normalisation.ts";

/** (x - centre) / spread over every set of elements that `set` gives one number, then * scale + shift by channel. */
const naive = (
  x: NdArray,
  set: (i: number) => number,
  channel: (i: number) => number,
  { scale, shift, epsilon, centred = true }: { scale: NdArray; shift?: NdArray; epsilon: number; centred?: boolean },
): NdArray => {
  const sets = new Map<number, number[]>();
  for (const [i, v] of Array.from(x.data, Number).entries()) sets.set(set(i), [...(sets.get(set(i)) ?? []), v]);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const moments = new Map(
    [...sets].map(([key, values]) => {
      const centre = centred ? mean(values) : 0;
      return [key, { centre, spread: Math.sqrt(mean(values.map((v) => (v - centre) ** 2)) + epsilon) }];
    }),
  );
  const data = Float64Array.from(x.data as Float64Array, (v, i) => {
    const { centre, spread } = moments.get(set(i))!;
    return ((v - centre) / spread) * Number(scale.data[channel(i)]) + Number(shift?.data[channel(i)] ?? 0);
  });
  return ndarray(data, x.shape);
};

const parameters = (size: number) => ({ scale: randomArray(11, [size]), shift: randomArray(12, [size]) });

describe("values", () => {
  it("of groupNorm", async () => {
    const shapes = fc.record({
      n: fc.integer({ min: 1, max: 3 }),
      groups: fc.integer({ min: 1, max: 3 }),
      each: fc.integer({ min: 1, max: 3 }),
      spatial: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ n, groups, each, spatial }) => {
        const c = groups * each;
        const x = randomArray(1, [n, c, ...spatial], { low: 1, high: 4 });
        const given = parameters(c);
        const { y, plain } = await evaluate(
          (a, { scale, shift }) => ({
            y: groupNorm(a, groups, { scale, shift, epsilon: 1e-3 }),
            plain: groupNorm(a, groups),
          }),
          x,
          given,
        );
        const inner = sizeOf(spatial);
        const set = (i: number): number => Math.floor(i / (inner * each));
        const channel = (i: number): number => Math.floor(i / inner) % c;
        expectClose(y, naive(x, set, channel, { ...given, epsilon: 1e-3 }), { absolute: 1e-11 });
        const ones = ndarray(new Float64Array(c).fill(1));
        expectClose(plain, naive(x, set, channel, { scale: ones, epsilon: 1e-5 }), { absolute: 1e-9 });
      }),
      { seed: 1, numRuns: 15 },
    );
  });

  it.each<[Shape, number]>([
    [[4, 5], -1],
    [[2, 3, 4], 1],
    [[2, 3, 4], 0],
  ])("of layerNorm and rmsNorm for %j along axis %i", async (shape, axis) => {
    const place = axis < 0 ? axis + shape.length : axis;
    const size = shape[place]!;
    const inner = sizeOf(shape.slice(place + 1));
    const x = randomArray(2, shape, { low: 1, high: 3 });
    const given = parameters(size);
    const { layer, rms } = await evaluate(
      (a, { scale, shift }) => ({
        layer: layerNorm(a, { axis, scale, shift, epsilon: 1e-2 }),
        rms: rmsNorm(a, { axis, scale, epsilon: 1e-2 }),
      }),
      x,
      given,
    );
    const set = (i: number): number => Math.floor(i / (inner * size)) * inner + (i % inner);
    const channel = (i: number): number => Math.floor(i / inner) % size;
    expectClose(layer, naive(x, set, channel, { ...given, epsilon: 1e-2 }), { absolute: 1e-13 });
    const { scale } = given;
    expectClose(rms, naive(x, set, channel, { scale, epsilon: 1e-2, centred: false }), { absolute: 1e-13 });
  });

  it("survive a mean that is large compared to the deviation", async () => {
    // float32 holds 1000 + d to 6e-5; a one-pass variance of numbers near 1000 would have lost all of 1e-2.
    const x = castArray(randomArray(3, [1, 1, 4096], { low: 999.9, high: 1000.1 }), "float32");
    const { group, layer } = await evaluate((a) => ({ group: groupNorm(a, 1), layer: layerNorm(a) }), x);
    const ones = ndarray(Float64Array.of(1));
    const expected = naive(
      castArray(x, "float64"),
      () => 0,
      () => 0,
      { scale: ones, epsilon: 1e-5 },
    );
    expectClose(castArray(group, "float64"), expected, { absolute: 5e-3 });
    expectClose(castArray(layer, "float64"), expected, { absolute: 5e-3 });
  });
});

describe("derivatives", () => {
  it.each<[Shape, number]>([
    [[2, 4, 3], 2],
    [[2, 4, 3, 2], 1],
    [[1, 2, 2], 2],
    [[3, 4], 2],
  ])("of groupNorm for %j in %i groups", async (shape, groups) => {
    const { scale, shift } = parameters(shape[1]!);
    await checkDerivatives(
      (x, s, t) => groupNorm(x!, groups, { scale: s, shift: t, epsilon: 0.1 }),
      [randomArray(4, shape), scale, shift],
    );
  });

  it("of layerNorm and rmsNorm", async () => {
    const { scale, shift } = parameters(5);
    await checkDerivatives(
      (x, s, t) => ({
        layer: layerNorm(x!, { scale: s, shift: t, epsilon: 0.1 }),
        rms: rmsNorm(x!, { scale: s, epsilon: 0.1 }),
      }),
      [randomArray(5, [3, 5]), scale, shift],
    );
  });
});

describe("graphs", () => {
  /** Nodes of this kind whose result is as large as the image: passes over memory. */
  const passes = ({ nodes, inputs, constants }: OnnxGraph, size: number): string[] => {
    const large = new Set(inputs.filter(({ shape }) => sizeOf(shape) === size).map(({ name }) => name));
    const constant = new Set(constants.map(({ name }) => name));
    return nodes.flatMap(({ op, inputs, outputs }) => {
      const reads = inputs.filter((name) => large.has(name) && !constant.has(name));
      if (reads.length === 0) return [];
      const reduces = op.startsWith("Reduce") || op === "MatMul";
      if (!reduces) for (const name of outputs) large.add(name);
      return op === "Reshape" ? [] : [op];
    });
  };
  const image = { shape: [2, 32, 16, 16] };
  const size = sizeOf(image.shape);
  const channels = { shape: [32] };

  it("of groupNorm pass over the image as often as those written by hand", () => {
    const forward = traceOptimised((x, scale, shift) => groupNorm(x, 8, { scale, shift }), [image, channels, channels]);
    expect(passes(forward, size).sort()).toEqual(["Add", "Add", "Mul", "Mul", "ReduceSum", "ReduceSum"]);
    const loss = ([x, scale, shift]: [Tensor, Tensor, Tensor], y: Tensor) =>
      sum(multiply(groupNorm(x, 8, { scale, shift }), y));
    const backward = traceOptimised(
      (x, scale, shift, y) => grad(loss)([x, scale, shift], y),
      [image, channels, channels, image],
    );
    // Statistics (4), sums of the cotangent alone and times x (3), and c A + x P + Q (4).
    expect(passes(backward, size).length).toBeLessThanOrEqual(11);
    // In blocks each is one pass: two means, the deviation, two dot products, and two images scaled; the second image
    // is added to the first on the way.
    const blocked = traceOptimised(
      (x, scale, shift, y) => grad(loss)([x, scale, shift], y),
      [image, channels, channels, image],
      { portable: false, convolutionBlock: 16 },
    );
    expect(countOperators(blocked)).toMatchObject({ Conv: 5, GlobalAveragePool: 2, ReorderInput: 2, ReorderOutput: 1 });
  });
});

describe("errors", () => {
  const throwing = (f: (x: Tensor) => Tensor) => () => traceOptimised((x) => f(x), [{ shape: [2, 6, 4] }]);
  it("say what is expected", () => {
    expect(throwing((x) => groupNorm(x, 4))).toThrow(
      /groupNorm\(float32\[2,6,4\]\): expected .* divides c, found 4 groups/,
    );
    expect(throwing((x) => groupNorm(x, 3, { scale: sum(x, [0, 1]) }))).toThrow(
      /expected a scale of shape \[6\], found \[4\]/,
    );
    expect(throwing((x) => layerNorm(x, { shift: sum(x) }))).toThrow(/expected a shift of shape \[4\], found \[\]/);
    expect(throwing((x) => rmsNorm(x, { axis: 3 }))).toThrow(/axis 3 is outside a tensor of rank 3/);
  });
});
