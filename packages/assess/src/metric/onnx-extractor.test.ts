import { convolutional, normal } from "@scorefield/core";
import { glyphs } from "@scorefield/domain";
import { fromNested, layerNorm, ndarray, type Tensor, toOnnx } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { classifier, initialClassifier } from "../classifier/classifier.ts";
import { classifierExtractor } from "./extractor.ts";
import { onnxExtractor } from "./onnx-extractor.ts";
import { resizeBilinear } from "./resize.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("a file exported from a classifier gives the classifier's features", async () => {
  const shape = [1, 12, 12];
  const parts = { network: convolutional({ width: 8, features: 5 }), classes: 10, shape };
  const net = classifier(parts, initialClassifier(parts, 0));
  const { images } = glyphs({ size: 12 })(11, 0);
  const own = classifierExtractor("glyphs", net, { runtime });
  expect([own.frechetName, own.kernelName]).toEqual(["frechet-glyphs", "kernel-glyphs"]);
  const expected = await own.features(images);
  expect(expected.shape).toEqual([11, 5]);
  // A fixed batch of 4, which 11 images do not fill.
  const file = toOnnx((x: Tensor) => layerNorm(net.features(x)), [{ shape: [4, ...shape] }]);
  const extractor = await onnxExtractor(file, { name: "my-net", runtime });
  expect([extractor.frechetName, extractor.kernelName]).toEqual(["frechet-my-net", "kernel-my-net"]);
  const found = await extractor.features(images);
  expect(found.shape).toEqual([11, 5]);
  for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(value, 4);
  await extractor.dispose();
});

test("channels last, three of them, another range and size", async () => {
  // The features are the means of the channels, and the upper left pixel of the first.
  const file = toOnnx(
    (x: Tensor) => ({
      mean: x.mean([1, 2]),
      corner: x.slice([
        [0, 2],
        [0, 1],
        [0, 1],
        [0, 1],
      ]),
    }),
    [{ shape: [2, 4, 4, 3] }],
  );
  await expect(onnxExtractor(file, { name: "x", runtime })).rejects.toThrow(/say which holds the features/);
  await expect(onnxExtractor(file, { name: "x", output: "y", runtime })).rejects.toThrow(/among output/);
  const images = ndarray(
    Float32Array.from({ length: 2 * 8 * 8 }, (_, i) => (i < 64 ? -1 : 1)),
    [2, 1, 8, 8],
  );
  const means = await onnxExtractor(file, { name: "x", output: "output.mean", range: [0, 255], runtime });
  expect(await means.features(images)).toEqual(
    fromNested([
      [0, 0, 0],
      [255, 255, 255],
    ]),
  );
  const corners = await onnxExtractor(file, { name: "x", output: "output.corner", runtime });
  expect(await corners.features(images)).toEqual(fromNested([[-1], [1]]));
  await expect(corners.features(normal([1, 2, 4, 4], { seed: 0 }))).rejects.toThrow(
    /1 or 3, h, w\], found \[1,2,4,4\]/,
  );
  await means.dispose();
  await corners.dispose();
});

test("only a network that is said to be Inception gives FID", async () => {
  const file = toOnnx((x: Tensor) => x.mean([2, 3]), [{ shape: [1, 3, 299, 299] }]);
  const extractor = await onnxExtractor(file, { name: "inception", inception: true, runtime });
  expect([extractor.frechetName, extractor.kernelName]).toEqual(["FID", "KID"]);
  const grey = ndarray(new Float32Array(64).fill(0.5), [1, 1, 8, 8]);
  for (const value of (await extractor.features(grey)).data) expect(value).toBeCloseTo(0.5, 5);
  await extractor.dispose();
});

test("networks that take no images are refused", async () => {
  const two = toOnnx((x: Tensor, y: Tensor) => x.add(y), [{ shape: [1, 3, 4, 4] }, { shape: [1, 3, 4, 4] }]);
  await expect(onnxExtractor(two, { name: "x", runtime })).rejects.toThrow(/one input, found 2/);
  const flat = toOnnx((x: Tensor) => x.negate(), [{ shape: [1, 16] }]);
  await expect(onnxExtractor(flat, { name: "x", runtime })).rejects.toThrow(/found float32\[1,16\]/);
  const unclear = toOnnx((x: Tensor) => x.mean([2, 3]), [{ shape: [1, 3, 3, 3] }]);
  await expect(onnxExtractor(unclear, { name: "x", runtime })).rejects.toThrow(/give a layout/);
  const said = await onnxExtractor(unclear, { name: "x", layout: "channels-first", runtime });
  await said.dispose();
});

test("bilinear interpolation by hand", () => {
  const image = fromNested([
    [
      [
        [0, 1],
        [2, 3],
      ],
    ],
  ]);
  expect(resizeBilinear(image, 2, 2)).toEqual(image);
  // Centres at -0.25, 0.25, 0.75 and 1.25 of the old pixels.
  expect(Array.from(resizeBilinear(image, 1, 4).data)).toEqual([1, 1.25, 1.75, 2]);
  expect(Array.from(resizeBilinear(image, 1, 1).data)).toEqual([1.5]);
});
