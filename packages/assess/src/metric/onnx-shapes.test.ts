/** ONNX files of odd shapes as feature extractors: each gives right features or is refused with a typed error. */

import { ArgumentError } from "@scorefield/core";
import { constant, type NdArray, ndarray, RuntimeError, ShapeError, toOnnx } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { mapBatches } from "../classifier/predict.ts";
import { type OnnxExtractorOptions, onnxExtractor } from "./onnx-extractor.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** A size, the name of one, or nothing. */
type Dimension = number | bigint | string | undefined;

const varint = (value: number | bigint): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
};
const number = (field: number, value: number | bigint): number[] => [...varint(field << 3), ...varint(value)];
const block = (field: number, content: readonly number[]): number[] => [
  ...varint((field << 3) | 2),
  ...varint(content.length),
  ...content,
];
const text = (field: number, value: string): number[] => block(field, [...new TextEncoder().encode(value)]);

/** A border value of a graph, float32 (1). Field numbers come from onnx.proto. */
const port = (name: string, shape: readonly Dimension[]): number[] => {
  const dims = shape.flatMap((d) => block(1, d === undefined ? [] : typeof d === "string" ? text(2, d) : number(1, d)));
  return [...text(1, name), ...block(2, block(1, [...number(1, 1), ...block(2, dims)]))];
};

/** The file of a network x -> y of operators without attributes, one after another. */
const file = (x: readonly Dimension[], y: readonly Dimension[], ...operators: string[]): Uint8Array => {
  const names = ["x", ...operators.slice(1).map((_, i) => `v${i}`), "y"];
  const nodes = operators.flatMap((op, i) =>
    block(1, [...text(1, names[i]!), ...text(2, names[i + 1]!), ...text(4, op)]),
  );
  const graph = [...nodes, ...text(2, "graph"), ...block(11, port("x", x)), ...block(12, port("y", y))];
  return Uint8Array.from([...number(1, 8), ...block(7, graph), ...block(8, number(2, 17))]);
};

const count = 10;
const images: NdArray = ndarray(
  Float32Array.from({ length: count * 3 * 16 }, (_, i) => Math.sin(i)),
  [count, 3, 4, 4],
);

/** The means of every image's channels. */
const means = Array.from({ length: count * 3 }, (_, i) =>
  Array.from({ length: 16 }, (_, p) => Number(images.data[i * 16 + p])).reduce((sum, v) => sum + v / 16, 0),
);

const open = (bytes: Uint8Array, options: Partial<OnnxExtractorOptions> = {}) =>
  onnxExtractor(bytes, { name: "net", runtime, ...options });

const featuresOf = async (bytes: Uint8Array, options?: Partial<OnnxExtractorOptions>): Promise<NdArray> => {
  const extractor = await open(bytes, options);
  try {
    return await extractor.features(images);
  } finally {
    await extractor.dispose();
  }
};

const expectMeans = (found: NdArray): void => {
  expect(found.shape).toEqual([count, 3]);
  for (const [i, value] of means.entries()) expect(Number(found.data[i])).toBeCloseTo(value, 5);
};

describe("the first axis of the input", () => {
  const pooled = (first: Dimension, result: Dimension = undefined) =>
    file([first, 3, 4, 4], [result, 3, 1, 1], "GlobalAveragePool");

  test.each<[string, Dimension]>([
    ["by nothing", undefined],
    ["by a name", "batch"],
    ["by -1", -1],
    ["by another number below 0", -7],
  ])("may be open %s, for a result of rank 4", async (_, first) => {
    expectMeans(await featuresOf(pooled(first)));
    expectMeans(await featuresOf(pooled(first, 0)));
    expectMeans(await featuresOf(pooled(first), { batch: 3 }));
  });

  test.each([1, 7, 10, 64])("may be fixed at %i", async (first) => {
    expectMeans(await featuresOf(pooled(first, first)));
  });

  test("is refused where it holds nothing, or more than memory does", async () => {
    await expect(open(pooled(0, 0))).rejects.toThrow(ArgumentError);
    await expect(open(pooled(0))).rejects.toThrow(/found \[0,3,4,4\]: axis 0 has size 0; export the network with this/);
    await expect(featuresOf(pooled(2n ** 62n))).rejects.toThrow(ShapeError);
  });
});

describe("other shapes", () => {
  test("height and width may be open, and are then taken from the images", async () => {
    const bytes = file([undefined, 3, "height", -1], [undefined, 3, 1, 1], "GlobalAveragePool");
    expectMeans(await featuresOf(bytes));
    const flat = await featuresOf(file(["n", 3, "h", "w"], ["n", undefined], "Flatten"));
    expect(flat.shape).toEqual([count, 48]);
    expect(flat.data).toEqual(images.data);
  });

  test("an axis of size 0, another rank, no rank or open channels are refused", async () => {
    const refused: [Uint8Array, RegExp][] = [
      [file([undefined, 3, 0, 4], [undefined, 3, 1, 1], "GlobalAveragePool"), /axis 2 has size 0/],
      [
        file([undefined, 48], [undefined, 48], "Neg"),
        /expected an input float32\[n, c, h, w\].*found float32\[any,48\]/,
      ],
      [file([], [], "Neg"), /expected an input float32\[n, c, h, w\]/],
      [file([undefined, undefined, 4, 4], [undefined, 3], "Flatten"), /give a layout/],
    ];
    for (const [bytes, reason] of refused) {
      await expect(open(bytes)).rejects.toThrow(reason);
      await expect(open(bytes)).rejects.toThrow(ArgumentError);
    }
    const channels = file([undefined, "c", 4, 4], [undefined, undefined], "Flatten");
    await expect(open(channels, { layout: "channels-first" })).rejects.toThrow(/expected 1 or 3 channels/);
  });

  test("no input, or two, are refused", async () => {
    const none = toOnnx(() => constant(ndarray(new Float32Array(3), [1, 3])), []);
    await expect(open(none)).rejects.toThrow(/expected a network with one input, found 0/);
    const two = toOnnx((x, y) => x.add(y), [{ shape: [1, 3, 4, 4] }, { shape: [1, 3, 4, 4] }]);
    await expect(open(two)).rejects.toThrow(/one input, found 2: input.0, input.1/);
  });
});

describe("results", () => {
  test("that are no row for each image are refused", async () => {
    // [w, h, c, n]
    const turned = file([undefined, 3, 4, 4], [undefined, undefined, undefined, undefined], "Transpose");
    await expect(featuresOf(turned)).rejects.toThrow(/expected an output \[10, ...features\], found \[4,4,3,10\]/);
    const oneRow = toOnnx((x) => x.sum(), [{ shape: [2, 3, 4, 4] }]);
    await expect(featuresOf(oneRow)).rejects.toThrow(ShapeError);
    const noFeatures = toOnnx((x) => x.reshape([2, 48]).slice([null, [0, 0]]), [{ shape: [2, 3, 4, 4] }]);
    await expect(featuresOf(noFeatures)).rejects.toThrow(/found \[2,0\]/);
  });

  test("that are not finite are refused with their image", async () => {
    const bytes = file([undefined, 3, 4, 4], [undefined, 48], "Sqrt", "Flatten");
    await expect(featuresOf(bytes, { range: [1, 2] })).resolves.toMatchObject({ shape: [count, 48] });
    await expect(featuresOf(bytes)).rejects.toThrow(ArgumentError);
    await expect(featuresOf(bytes)).rejects.toThrow(/expected finite features, found NaN for image 0; .* -1 to 1\?/);
  });
});

test("options out of range and damaged files are refused", async () => {
  const bytes = file([undefined, 3, 4, 4], [undefined, 3, 1, 1], "GlobalAveragePool");
  const refused: Partial<OnnxExtractorOptions>[] = [
    { batch: 0 },
    { batch: -1 },
    { batch: 1.5 },
    { size: [0, 4] },
    { range: [1, 1] },
    { range: [0, Number.NaN] },
    { layout: "channels" as never },
  ];
  for (const options of refused)
    await expect(open(bytes, options), JSON.stringify(options)).rejects.toThrow(ArgumentError);
  await expect(open(bytes.slice(0, 40))).rejects.toThrow(RuntimeError);
  await expect(mapBatches((x) => x.mean([2, 3]), images, { batch: 0, runtime })).rejects.toThrow(ArgumentError);
});
