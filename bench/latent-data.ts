/** Image sets for `bench/latent.ts`, and what generated images are measured by. */
import { join } from "node:path";
import { classifierExtractor, frechetDistance, precisionRecall, trainClassifier } from "@scorefield/assess";
import { convolutional, dataset } from "@scorefield/core";
import { readNpz } from "@scorefield/data";
import { glyphNames, glyphs } from "@scorefield/domain/glyphs";
import { type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";

/** Images in [-1, 1], [n, c, side, side]: those to learn from, and as many that no model sees. */
export interface ImageSet {
  readonly training: NdArray<"float32">;
  readonly heldOut: NdArray<"float32">;
}

/** Rows from one on, [count, ...]. */
export const rows = ({ data, shape }: NdArray<"float32">, from: number, count: number): NdArray<"float32"> => {
  const size = sizeOf(shape.slice(1));
  return ndarray(data.slice(from * size, (from + count) * size), [count, ...shape.slice(1)]);
};

/** Images followed by their mirror images. */
const withMirrored = (images: NdArray<"float32">): NdArray<"float32"> => {
  const width = images.shape.at(-1)!;
  const { length } = images.data;
  const data = new Float32Array(2 * length);
  data.set(images.data);
  for (let i = 0; i < length; i++) data[length + i] = images.data[i - (i % width) + (width - 1 - (i % width))]!;
  return ndarray(data, [2 * images.shape[0]!, ...images.shape.slice(1)]);
};

/** Photographs of 32 x 32: 1,000 with their mirror images to learn from, and 1,000 others. */
export const photographs = async (folder: string): Promise<ImageSet> => {
  const { X } = await readNpz(join(folder, "cifar10", "cifar10.npz"));
  const [n, side] = X!.shape as [number, number];
  const images = new Float32Array(n * 3 * side * side);
  for (let i = 0; i < n; i++)
    for (let p = 0; p < side * side; p++)
      for (let c = 0; c < 3; c++)
        images[(i * 3 + c) * side * side + p] = Number(X!.data[(i * side * side + p) * 3 + c]) / 127.5 - 1;
  const all = ndarray(images, [n, 3, side, side]);
  return { training: withMirrored(rows(all, 0, n / 2)), heldOut: rows(all, n / 2, n / 2) };
};

/** Images [n, 32, 32, 4] of emoji or of game tiles, put on white: the even ones with their mirror images to learn from, and the odd ones. */
export const onWhite = async (folder: string, set: "emoji" | "tiles"): Promise<ImageSet> => {
  const { X } = await readNpz(join(folder, set, `${set}32.npz`));
  const [n, side] = X!.shape as [number, number];
  const pixels = side * side;
  const halves = [0, 1].map((first) => {
    const count = (n - first + 1) >> 1;
    const images = new Float32Array(count * 3 * pixels);
    for (let i = 0; i < count; i++)
      for (let p = 0; p < pixels; p++) {
        const at = ((2 * i + first) * pixels + p) * 4;
        const opaque = Number(X!.data[at + 3]) / 255;
        for (let c = 0; c < 3; c++)
          images[(i * 3 + c) * pixels + p] = opaque * (Number(X!.data[at + c]) / 127.5 - 1) + (1 - opaque);
      }
    return ndarray(images, [count, 3, side, side]);
  });
  return { training: withMirrored(halves[0]!), heldOut: halves[1]! };
};

/** Coloured shapes of 64 x 64: 4,000 to learn from, and 1,000 others. */
export const shapes = async (): Promise<ImageSet> => {
  const draw = glyphs({ size: 64, channels: 3 });
  return { training: draw(4000, 0).images, heldOut: draw(1000, 1).images };
};

/** Fréchet distance, precision and recall on features of a classifier of procedural shapes, as `evaluate` has them. */
export const measure = async (
  samples: NdArray<"float32">,
  reference: NdArray<"float32">,
): Promise<{ frechet: number; precision: number; recall: number }> => {
  const [, channels, side] = reference.shape as [number, 1 | 3, number];
  const runtime = native({ threads: 1 });
  const drawn = glyphs({ size: side, channels })(20_000, 0);
  const classifier = await trainClassifier({
    data: dataset(drawn.images, drawn.labels.data),
    classes: glyphNames.length,
    network: convolutional(),
    steps: 1000,
    batch: 128,
    seed: 0,
    runtime,
  });
  const extractor = classifierExtractor("glyphs", classifier, { runtime });
  const [a, b] = [await extractor.features(samples), await extractor.features(reference)];
  return { frechet: frechetDistance(b, a), ...precisionRecall(b, a) };
};
