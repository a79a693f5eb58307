/** What is measured of a trained autoencoder: the scales of its latents, and what its decoder leaves out. */
import { type NdArray, ndarray, type Shape, sizeOf } from "@scorefield/tensor";
import type { LatentCodec, LeftOut, TrainedCodec } from "../model/latent/latent-codec.ts";
import { type CodecOptions, encodeLatents, mapRows } from "../model/latent/latents.ts";
import { constants } from "../model/trained.ts";
import type { Autoencoder } from "../network/autoencoder/autoencoder.ts";
import type { Parameters } from "../network/network.ts";
import { type Dataset, dataset, toDataset } from "./dataset.ts";

const mostSamples = 2048;
// Read and encoded at once.
const atOnce = 1024;

/** Rows that are spread over all: they may be in the order of classes. */
const spreadRows = (count: number): number[] => {
  const taken = Math.min(count, mostSamples);
  return Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
};

/**
 * @returns mean and deviation of the encoder's means, of each channel, and how far numbers are from those decoded of them:
 *   the most likely scale of their distribution. Of 2,048 samples at most
 */
export const codecScales = async (
  {
    autoencoder,
    parameters,
    distribution,
  }: {
    readonly autoencoder: Autoencoder;
    readonly parameters: Parameters;
    readonly shape: Shape;
    readonly distribution: LeftOut["distribution"];
  },
  data: Dataset,
  options: CodecOptions,
): Promise<Pick<TrainedCodec, "shift" | "scale" | "leftOut">> => {
  const x = await data.read(spreadRows(data.count));
  const { mean, error } = await mapRows(
    "trainAutoencoder",
    (batch) => {
      const tensors = constants(parameters, batch.dtype);
      const encoded = autoencoder.encode(tensors, batch).mean;
      const difference = batch.subtract(autoencoder.decode(tensors, encoded));
      const axes = Array.from({ length: batch.rank - 1 }, (_, k) => k + 1);
      return {
        mean: encoded,
        error: (distribution === "laplace" ? difference.abs() : difference.square()).mean(axes),
      };
    },
    x,
    data.shape,
    options,
  );
  const [n = 0, channels = 0, ...spatial] = mean.shape;
  const size = sizeOf(spatial);
  const [shift, scale] = [new Float32Array(channels), new Float32Array(channels)];
  for (let c = 0; c < channels; c++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < n; i++)
      for (let p = 0; p < size; p++) {
        const value = mean.data[(i * channels + c) * size + p]!;
        sum += value;
        squares += value * value;
      }
    const average = sum / (n * size);
    shift[c] = average;
    // A channel that says nothing stays as small as it is.
    scale[c] = Math.max(1e-4, Math.sqrt(Math.max(0, squares / (n * size) - average ** 2)));
  }
  const left = error.data.reduce((sum, value) => sum + value, 0) / n;
  return {
    shift: ndarray(shift),
    scale: ndarray(scale),
    leftOut: { distribution, scale: Math.max(1e-4, distribution === "laplace" ? left : Math.sqrt(left)) },
  };
};

/**
 * Data as latents, each at its mean, to train a score model on: all are encoded now and kept in memory. Labels stay.
 * @param data [n, ...codec.shape], or a dataset of such samples
 * @throws ShapeError for data of another shape; ArgumentError for other things; the signal's reason when aborted
 */
export const latentDataset = async (
  codec: LatentCodec,
  data: NdArray<"float32"> | Dataset,
  options: CodecOptions = {},
): Promise<Dataset> => {
  const { count, labels, read } = toDataset("latentDataset data", data);
  const size = sizeOf(codec.latent);
  const latents = new Float32Array(count * size);
  for (let from = 0; from < count; from += atOnce) {
    const rows = Array.from({ length: Math.min(atOnce, count - from) }, (_, i) => from + i);
    const { mean } = await encodeLatents(codec, await read(rows), options);
    latents.set(mean.data, from * size);
  }
  return dataset(ndarray(latents, [count, ...codec.latent]), labels);
};
