/** What a classifier says of arrays of samples, batch by batch. */

import { ArgumentError } from "@scorefield/core";
import { checkArray, checkMade, checkOptions, checkWhole, type Known, wholeLanes } from "@scorefield/core/internal";
import { compile, type NdArray, type Runtime, ShapeError, sizeOf, type Tensor, zeros } from "@scorefield/tensor";
import type { Classifier } from "./classifier.ts";

/** How batches are run. */
export interface BatchOptions {
  /** Rows at a time, default 256. */
  readonly batch?: number;
  readonly signal?: AbortSignal | undefined;
  readonly runtime?: Runtime | undefined;
}

const known = { batch: true, signal: true, runtime: true } satisfies Known<BatchOptions>;

/**
 * A function of tensors applied to the rows of an array, compiled once for batches of one size.
 * @param f from [batch, ...shape] to [batch, width]
 * @param x float32, [n, ...shape] with n > 0
 * @returns float32, [n, width]
 * @throws ArgumentError for samples that are not an array or not finite, unknown options, and a batch that is not a
 *   positive whole number; ShapeError for no samples
 */
export const mapBatches = async (
  f: (x: Tensor) => Tensor,
  x: NdArray,
  options: BatchOptions = {},
): Promise<NdArray<"float32">> => {
  checkArray("samples", x);
  checkOptions("batches of samples", options, known);
  const { batch = 256, signal, runtime } = options;
  const [n = 0, ...shape] = x.shape;
  checkWhole("batch", batch);
  if (n === 0) throw new ShapeError(`expected at least one sample, found shape [${x.shape}]`);
  const size = sizeOf(shape);
  const rows = wholeLanes(n, batch, size);
  const compiled = await compile(f, [{ shape: [rows, ...shape] }], { runtime, name: "batch" });
  let all: NdArray<"float32"> | undefined;
  try {
    for (let from = 0; from < n; from += rows) {
      signal?.throwIfAborted();
      // The last batch reaches back into the one before it, so that all have the size that was compiled.
      const start = Math.max(0, Math.min(from, n - rows));
      const count = Math.min(rows, n);
      const part = zeros([rows, ...shape]);
      for (let i = 0; i < count * size; i++) {
        const value = Number(x.data[start * size + i]);
        if (!Number.isFinite(value))
          throw new ArgumentError(`expected finite samples, found ${value} in sample ${start + Math.floor(i / size)}`);
        part.data[i] = value;
      }
      const { data, shape: found } = await compiled(part);
      all ??= zeros([n, found[1]!]);
      all.data.set((data as Float32Array).subarray(0, count * found[1]!), start * found[1]!);
    }
  } finally {
    await compiled.dispose();
  }
  return all!;
};

/**
 * The likeliest class of every clean sample.
 * @param x [n, ...shape]
 * @returns int32, [n]
 * @throws ArgumentError for a classifier of noisy samples; ShapeError for samples of another shape, or no samples
 */
export const predictClasses = async (
  classifier: Classifier,
  x: NdArray,
  options: BatchOptions = {},
): Promise<NdArray<"int32">> => {
  checkMade(
    "predictClasses classifier",
    classifier,
    ["logits", "classes"],
    "a classifier such as trainClassifier gives",
  );
  const { logits, classes } = classifier;
  const { data } = await mapBatches((x) => logits(x), x, options);
  const found = zeros([x.shape[0]!], "int32");
  for (let i = 0; i < found.data.length; i++)
    for (let k = 1; k < classes; k++)
      if (data[i * classes + k]! > data[i * classes + found.data[i]!]!) found.data[i] = k;
  return found;
};

/**
 * The share of samples whose likeliest class is their label, in [0, 1].
 * @param labels one for each sample
 * @throws ArgumentError for labels of another number; otherwise as {@link predictClasses}
 */
export const accuracy = async (
  classifier: Classifier,
  x: NdArray,
  labels: ArrayLike<number>,
  options: BatchOptions = {},
): Promise<number> => {
  checkArray("accuracy x", x);
  checkMade("accuracy labels", labels, ["length"], "one label for each sample");
  if (labels.length !== x.shape[0])
    throw new ArgumentError(`accuracy: expected ${x.shape[0]} labels, one for each sample, found ${labels.length}`);
  const { data } = await predictClasses(classifier, x, options);
  return data.reduce((sum, label, i) => sum + (label === labels[i] ? 1 : 0), 0) / data.length;
};
