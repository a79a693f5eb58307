import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traceOptimised } from "../compile.ts";
import { grad } from "../differentiate/differentiate.ts";
import type { OnnxGraph } from "../graph/onnx-model.ts";
import { stridesOf } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import { castArray, type DataType, type NdArray, ndarray, type Shape, sizeOf } from "../ndarray.ts";
import { expectClose } from "../testing/close.ts";
import { checkDerivatives } from "../testing/derivatives.ts";
import { evaluate } from "../testing/evaluate.ts";
import { randomArray } from "../testing/random.ts";
import { multiply, square } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { conv, convTranspose } from "./convolution.ts";

interface Geometry {
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

const indices = (shape: Shape): number[][] =>
  shape.reduce<number[][]>(
    (list, n) => list.flatMap((head) => Array.from({ length: n }, (_, i) => [...head, i])),
    [[]],
  );

/** Visits every product x[n, i] w[o, k] that a convolution adds to y[n, o], by its definition. */
const products = (
  [xShape, wShape, yShape]: readonly [Shape, Shape, Shape],
  { stride, padding, dilation, groups }: Geometry,
  visit: (x: number, w: number, y: number) => void,
): void => {
  const [xs, ws, ys] = [xShape, wShape, yShape].map(stridesOf) as [number[], number[], number[]];
  const at = (index: readonly number[], strides: readonly number[]) =>
    index.reduce((sum, i, k) => sum + i * strides[k]!, 0);
  const perGroup = wShape[0]! / groups;
  for (const n of indices([yShape[0]!]).flat())
    for (const y of indices(yShape.slice(1)))
      for (const w of indices(wShape.slice(1))) {
        const place = y.slice(1).map((o, i) => o * stride[i]! + w[i + 1]! * dilation[i]! - padding[i]![0]);
        if (place.some((p, i) => p < 0 || p >= xShape[i + 2]!)) continue;
        const channel = Math.floor(y[0]! / perGroup) * wShape[1]! + w[0]!;
        visit(at([n, channel, ...place], xs), at([y[0]!, ...w], ws), at([n, ...y], ys));
      }
};

const naiveConv = (x: NdArray, w: NdArray, bias: NdArray | undefined, spatial: Shape, geometry: Geometry): NdArray => {
  const shape = [x.shape[0]!, w.shape[0]!, ...spatial];
  const inner = sizeOf(spatial);
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
    Number(bias?.data[Math.floor(i / inner) % w.shape[0]!] ?? 0),
  );
  products([x.shape, w.shape, shape], geometry, (a, b, c) => {
    data[c]! += Number(x.data[a]) * Number(w.data[b]);
  });
  return ndarray(data, shape);
};

const naiveTranspose = (y: NdArray, w: NdArray, spatial: Shape, geometry: Geometry): NdArray => {
  const shape = [y.shape[0]!, w.shape[1]! * geometry.groups, ...spatial];
  const data = new Float64Array(sizeOf(shape));
  products([shape, w.shape, y.shape], geometry, (a, b, c) => {
    data[a]! += Number(y.data[c]) * Number(w.data[b]);
  });
  return ndarray(data, shape);
};

interface Case extends Geometry {
  readonly n: number;
  readonly input: readonly number[];
  readonly kernel: readonly number[];
  /** Channels per group, in and out. */
  readonly channels: readonly [number, number];
  readonly output: readonly number[];
  readonly bias: boolean;
}

const oneAxis = fc
  .record({
    extra: fc.nat(5),
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    padding: fc.tuple(fc.nat(3), fc.nat(3)),
  })
  .map((axis) => {
    const span = (axis.kernel - 1) * axis.dilation + 1;
    const input = Math.max(1, span - axis.padding[0] - axis.padding[1]) + axis.extra;
    return { ...axis, input, output: Math.floor((input + axis.padding[0] + axis.padding[1] - span) / axis.stride) + 1 };
  });

const cases: fc.Arbitrary<Case> = fc
  .record({
    axes: fc.array(oneAxis, { minLength: 1, maxLength: 3 }),
    n: fc.integer({ min: 1, max: 3 }),
    groups: fc.integer({ min: 1, max: 2 }),
    channels: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    bias: fc.boolean(),
  })
  .map(({ axes, ...rest }) => ({
    ...rest,
    input: axes.map((a) => a.input),
    kernel: axes.map((a) => a.kernel),
    stride: axes.map((a) => a.stride),
    dilation: axes.map((a) => a.dilation),
    padding: axes.map((a) => a.padding),
    output: axes.map((a) => a.output),
  }));

const arraysOf = (c: Case) => ({
  x: randomArray(1, [c.n, c.channels[0] * c.groups, ...c.input]),
  w: randomArray(2, [c.channels[1] * c.groups, c.channels[0], ...c.kernel]),
  y: randomArray(3, [c.n, c.channels[1] * c.groups, ...c.output]),
  bias: randomArray(4, [c.channels[1] * c.groups]),
});

const options = ({ stride, padding, dilation, groups }: Geometry) => ({ stride, padding, dilation, groups });

const types = [
  ["float64", 1e-13],
  ["float32", 1e-5],
] as const satisfies [DataType, number][];

describe("conv", () => {
  it.each(types)("is the sum of products of its definition in %s", async (dtype, absolute) => {
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        const { x, w, bias } = arraysOf(c);
        const { y } = await evaluate(
          ({ x, w, bias }) => ({ y: conv(x, w, { ...options(c), ...(c.bias && { bias }) }) }),
          { x: castArray(x, dtype), w: castArray(w, dtype), bias: castArray(bias, dtype) },
        );
        expectClose(castArray(y, "float64"), naiveConv(x, w, c.bias ? bias : undefined, c.output, c), { absolute });
      }),
      { seed: 1, numRuns: 25 },
    );
  });

  it.each([
    ["whole blocks", 32, 48, 1, 1],
    ["part of a block in", 20, 32, 1, 1],
    ["part of a block out", 16, 24, 2, 1],
    ["fewer channels in than a block", 3, 16, 1, 2],
    ["a number of channels that does not fit", 18, 16, 1, 1],
  ])("is right in the blocked layout: %s", async (_, c, out, stride, dilation) => {
    const [x, w, bias] = [randomArray(1, [2, c, 7, 6]), randomArray(2, [out, c, 3, 2]), randomArray(3, [out])];
    const geometry = {
      stride: [stride, stride],
      padding: [
        [2, 1],
        [0, 1],
      ],
      dilation: [dilation, 1],
      groups: 1,
    } as const;
    const height = Math.floor((7 + 3 - 2 * dilation - 1) / stride) + 1;
    const width = Math.floor((6 + 1 - 2) / stride) + 1;
    const { y } = await evaluate(
      (a, b, d) => ({ y: conv(a, b, { ...geometry, bias: d }) }),
      castArray(x, "float32"),
      castArray(w, "float32"),
      castArray(bias, "float32"),
    );
    expectClose(castArray(y, "float64"), naiveConv(x, w, bias, [height, width], geometry), { absolute: 2e-5 });
  });

  it.each([
    [7, 3, 1, 7],
    [7, 4, 1, 7],
    [7, 3, 2, 4],
    [8, 3, 2, 4],
    [8, 1, 3, 3],
  ])('keeps ceil(n / stride) elements with padding "same": %i by %i, stride %i', (n, kernel, stride, expected) => {
    const { outputs } = traceOptimised(
      (x, w) => conv(x, w, { padding: "same", stride }),
      [{ shape: [1, 1, n] }, { shape: [1, 1, kernel] }],
    );
    expect(outputs[0]!.shape).toEqual([1, 1, expected]);
  });

  it('centres an odd kernel with padding "same"', async () => {
    const x = randomArray(1, [1, 1, 5]);
    const { y } = await evaluate(
      (a, w) => ({ y: conv(a, w, { padding: "same" }) }),
      x,
      ndarray(Float64Array.of(0, 1, 0), [1, 1, 3]),
    );
    expectClose(y, x);
  });
});

describe("convTranspose", () => {
  it.each(types)("is the transpose of conv in %s", async (dtype, absolute) => {
    await fc.assert(
      fc.asyncProperty(cases, async (c) => {
        const { w, y } = arraysOf(c);
        // What conv rounds away at the end of an axis is the output padding.
        const outputPadding = c.input.map(
          (n, i) => (n + c.padding[i]![0] + c.padding[i]![1] - (c.kernel[i]! - 1) * c.dilation[i]! - 1) % c.stride[i]!,
        );
        const { x } = await evaluate(({ y, w }) => ({ x: convTranspose(y, w, { ...options(c), outputPadding }) }), {
          y: castArray(y, dtype),
          w: castArray(w, dtype),
        });
        expectClose(castArray(x, "float64"), naiveTranspose(y, w, c.input, c), { absolute });
      }),
      { seed: 2, numRuns: 25 },
    );
  });

  it("adds a bias per output channel, and doubles an image with padding same", async () => {
    const [y, w, bias] = [randomArray(1, [1, 2, 3, 3]), randomArray(2, [2, 3, 4, 4]), randomArray(3, [3])];
    const { plain, biased } = await evaluate(
      (a, b, d) => ({
        plain: convTranspose(a, b, { stride: 2, padding: "same" }),
        biased: convTranspose(a, b, { stride: 2, padding: 1, bias: d }),
      }),
      y,
      w,
      bias,
    );
    expect(plain.shape).toEqual([1, 3, 6, 6]);
    expectClose(
      biased,
      Array.from(plain.data as Float64Array, (v, i) => v + bias.data[Math.floor(i / 36)]!),
      { absolute: 1e-14 },
    );
  });
});

describe("derivatives", () => {
  it.each<[string, number[], number[], Parameters<typeof conv>[2]]>([
    ["1-D", [2, 2, 6], [3, 2, 3], { padding: [[2, 0]] }],
    ["1-D, stride and dilation", [1, 2, 9], [2, 2, 3], { stride: 2, dilation: 2, padding: 1 }],
    ["2-D", [2, 2, 4, 5], [3, 2, 3, 2], { padding: 1 }],
    ["2-D, one channel out", [1, 3, 4, 4], [1, 3, 3, 3], { padding: 1 }],
    ["2-D, stride", [1, 2, 5, 6], [2, 2, 3, 3], { stride: [2, 3], padding: 1 }],
    ["2-D, groups and dilation", [2, 4, 5, 5], [2, 2, 2, 2], { groups: 2, dilation: [2, 1] }],
    ["2-D, depthwise", [1, 3, 4, 4], [3, 1, 3, 3], { groups: 3, padding: "same" }],
    ["2-D, many channels on few places", [3, 16, 2, 2], [16, 16, 3, 3], { padding: 1 }],
    ["3-D", [1, 2, 3, 4, 3], [2, 2, 2, 3, 2], { padding: [0, 1, 1], stride: [1, 1, 2] }],
    ["padding beyond the kernel", [1, 1, 3, 3], [1, 1, 1, 2], { padding: 3 }],
  ])("of conv, %s", async (_, xShape, wShape, settings) => {
    const f = (x?: Tensor, w?: Tensor, bias?: Tensor) => conv(x!, w!, { ...settings, bias });
    const arrays = [randomArray(1, xShape), randomArray(2, wShape), randomArray(3, [wShape[0]!])];
    await checkDerivatives(f, arrays);
  });

  it.each<[string, number[], number[], Parameters<typeof convTranspose>[2]]>([
    ["1-D", [2, 2, 4], [2, 3, 3], { stride: 3, outputPadding: 2, padding: 1 }],
    ["2-D", [1, 2, 3, 3], [2, 2, 4, 4], { stride: 2, padding: 1 }],
    ["2-D, groups", [1, 4, 3, 2], [4, 1, 3, 2], { stride: [1, 2], groups: 2, dilation: 2 }],
  ])("of convTranspose, %s", async (_, xShape, wShape, settings) => {
    await checkDerivatives((x, w) => convTranspose(x!, w!, settings), [randomArray(1, xShape), randomArray(2, wShape)]);
  });

  it.each([
    ["kernel 3 x 2", 16, 32, [3, 2], 1, 8e-5],
    ["parts of blocks, stride 2", 20, 36, [3, 3], 2, 8e-5],
    ["kernel 1 x 1", 32, 16, [1, 1], 1, 8e-5],
  ] as const)("of the weight hold with samples that fill a block, %s", async (_, c, out, kernel, stride, absolute) => {
    const padding = [
      [1, 0],
      [0, 2],
    ] as const;
    const [x, w] = [randomArray(1, [32, c, 7, 6]), randomArray(2, [out, c, ...kernel])];
    const gradient = ({ x, w }: { x: Tensor; w: Tensor }) =>
      grad((b: Tensor) => sum(square(conv(x, b, { padding, stride }))))(w);
    const { y: exact } = await evaluate((arrays) => ({ y: gradient(arrays) }), { x, w });
    const single = { x: castArray(x, "float32"), w: castArray(w, "float32") };
    const { y } = await evaluate((arrays) => ({ y: gradient(arrays) }), single);
    const largest = Math.max(...Array.from(exact.data as ArrayLike<unknown>, (value) => Math.abs(Number(value))));
    expectClose(castArray(y, "float64"), exact, { absolute: absolute * largest });
  });

  it("holds in the blocked layout", async () => {
    await checkDerivatives(
      (x, w) => conv(x!, w!, { padding: 1 }),
      [randomArray(1, [1, 16, 4, 4]), randomArray(2, [32, 16, 3, 3])],
    );
  });
});

describe("the graph of a convolution", () => {
  const count = ({ nodes }: OnnxGraph): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { op, domain } of nodes)
      counts[domain ? `${domain}.${op}` : op] = (counts[domain ? `${domain}.${op}` : op] ?? 0) + 1;
    return counts;
  };
  const image = { shape: [2, 32, 8, 8] };
  const weight = { shape: [32, 32, 3, 3] };
  const loss = (x: Tensor, w: Tensor, y: Tensor, stride = 1) => sum(multiply(conv(x, w, { padding: 1, stride }), y));
  const gradient = (stride: number) => (x: Tensor, w: Tensor, y: Tensor) =>
    grad(([a, b]: [Tensor, Tensor]) => loss(a, b, y, stride))([x, w]);

  it("has one matrix product for the weight, and views from a matrix and a gather", () => {
    const graph = traceOptimised((x, w, y) => grad((b: Tensor) => loss(x, b, y))(w), [image, weight, image]);
    const counts = count(graph);
    expect(counts).toMatchObject({ MatMul: 2, Gather: 1, Pad: 1, ReduceSum: 1 });
    expect(counts.Conv).toBeUndefined();
    // Rows are gathered of one side and columns picked of the other: 3 + 3 copies instead of 9.
    const of = (op: string) => graph.nodes.find((node) => node.op === op)!;
    const sources = [of("Gather"), of("MatMul")].map((node) => {
      let name = node.inputs[0]!;
      for (let from = node; from; from = graph.nodes.find(({ outputs }) => outputs.includes(name))!)
        name = from.inputs[0]!;
      return name;
    });
    expect(sources.sort()).toEqual(["input.0", "input.2"]);
    expect(graph.nodes.length).toBeLessThanOrEqual(14);
  });

  it("has a mirrored convolution for the input, and a transposed one where there is a stride", () => {
    const plain = traceOptimised((x, w, y) => grad((a: Tensor) => loss(a, w, y))(x), [image, weight, image]);
    expect(count(plain)).toMatchObject({ Conv: 1, Slice: 1 });
    expect(plain.nodes.length).toBeLessThanOrEqual(5);
    const half = { shape: [2, 32, 4, 4] };
    const strided = traceOptimised((x, w, y) => grad((a: Tensor) => loss(a, w, y, 2))(x), [image, weight, half]);
    expect(count(strided)).toEqual({ ConvTranspose: 1 });
  });

  it("is in blocks where the runtime has them", () => {
    const target = { portable: false, convolutionBlock: 16 };
    const counts = count(traceOptimised(gradient(1), [image, weight, image], target));
    // The loss itself is not asked for, so the forward convolution is not there.
    expect(counts).toMatchObject({
      "com.microsoft.nchwc.Conv": 1,
      "com.microsoft.nchwc.ReorderInput": 1,
      "com.microsoft.nchwc.ReorderOutput": 1,
    });
    // With enough samples to fill a block, the gradient of the weight is one more, and nothing is a matrix product.
    const many = { shape: [16, 32, 8, 8] };
    const all = count(traceOptimised(gradient(1), [many, weight, many], target));
    expect(all).toMatchObject({ "com.microsoft.nchwc.Conv": 2 });
    expect(all.MatMul).toBeUndefined();
    // Fewer channels than a block are read as they are.
    const few = count(
      traceOptimised((x, w) => conv(x, w), [{ shape: [2, 3, 8, 8] }, { shape: [32, 3, 3, 3] }], target),
    );
    expect(few["com.microsoft.nchwc.ReorderInput"]).toBeUndefined();
    expect(count(traceOptimised((x, w) => conv(x, w), [image, weight], { ...target, portable: true }))).toEqual({
      Conv: 1,
    });
  });

  it("stays in blocks between two convolutions", () => {
    const target = { portable: false, convolutionBlock: 16 };
    const counts = count(traceOptimised((x, w) => conv(conv(x, w), w), [image, weight], target));
    expect(counts).toMatchObject({ "com.microsoft.nchwc.ReorderInput": 1, "com.microsoft.nchwc.ReorderOutput": 1 });
  });
});

describe("errors", () => {
  const shapes = (x: number[], w: number[], f: (x: Tensor, w: Tensor) => Tensor) => () =>
    traceOptimised((a, b) => f(a, b), [{ shape: x }, { shape: w }]);

  it.each<[RegExp, number[], number[], Parameters<typeof conv>[2]]>([
    [/conv\(float32\[1,3\], float32\[1,3\]\): expected x \[n, channels, \.\.\.spatial\]/, [1, 3], [1, 3], {}],
    [
      /expected x to have 4 channels, 2 of the weight in each of 2 groups, found 3/,
      [1, 3, 5],
      [4, 2, 3],
      { groups: 2 },
    ],
    [/expected the 3 output channels to fall into 2 groups/, [1, 4, 5], [3, 2, 3], { groups: 2 }],
    [
      /kernel spans 5 elements of spatial axis 1, whose padded size is only 4/,
      [1, 1, 5, 4],
      [1, 1, 3, 3],
      { dilation: 2 },
    ],
    [
      /expected stride to be whole numbers >= 1, one or 2 of them, found \[1,2,3\]/,
      [1, 1, 5, 5],
      [1, 1, 3, 3],
      { stride: [1, 2, 3] },
    ],
    [/expected dilation to be whole numbers >= 1/, [1, 1, 5], [1, 1, 3], { dilation: 0 }],
    [/expected padding to be .* found \[1,2\]/, [1, 1, 5], [1, 1, 3], { padding: [1, 2] }],
    [/expected padding to be whole numbers >= 0/, [1, 1, 5], [1, 1, 3], { padding: -1 }],
    [/expected groups to be a whole number >= 1, found 1.5/, [1, 1, 5], [1, 1, 3], { groups: 1.5 }],
  ])("conv: %s", (message, x, w, settings) => {
    expect(shapes(x, w, (a, b) => conv(a, b, settings))).toThrow(message);
  });

  it.each<[RegExp, number[], number[], Parameters<typeof convTranspose>[2]]>([
    [
      /expected outputPadding to be less than the stride \[2\], found \[2\]/,
      [1, 1, 5],
      [1, 1, 3],
      { stride: 2, outputPadding: 2 },
    ],
    [/expected x to have the 2 channels of the weight's first axis/, [1, 3, 5], [2, 1, 3], {}],
    [/padding \[4,4\] leaves nothing of spatial axis 0/, [1, 1, 3], [1, 1, 3], { padding: 4 }],
  ])("convTranspose: %s", (message, x, w, settings) => {
    expect(shapes(x, w, (a, b) => convTranspose(a, b, settings))).toThrow(message);
  });

  it("names a bias of the wrong shape and element types that differ", () => {
    expect(shapes([1, 1, 5], [2, 1, 3], (x, w) => conv(x, w, { bias: sum(w, [1, 2], { keepDims: true }) }))).toThrow(
      /expected a bias of shape \[2\]/,
    );
    expect(() =>
      traceOptimised((x, w) => conv(x, w), [{ shape: [1, 1, 3] }, { shape: [1, 1, 3], dtype: "float64" }]),
    ).toThrow(/expected inputs of one element type/);
  });
});
