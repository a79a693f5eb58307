/** Features from a network in an ONNX file, such as an export of Inception. */

import { ArgumentError } from "@scorefield/core";
import { checkArray, checkOptions, checkWhole, type Known } from "@scorefield/core/internal";
import {
  loadOnnx,
  type NdArray,
  type OnnxModel,
  type OnnxPort,
  type Runtime,
  ShapeError,
  sizeOf,
  zeros,
} from "@scorefield/tensor";
import { distanceNames, type FeatureExtractor } from "./extractor.ts";
import { channelsLast, repeatChannel, resizeBilinear } from "./resize.ts";

/** Options of {@link onnxExtractor}. */
export interface OnnxExtractorOptions {
  /** Of the network: distances on its features are named `frechet-<name>` and `kernel-<name>`. */
  readonly name: string;
  /** Says that it is the Inception network: distances are named FID and KID, and images resized to 299 x 299 pixels. */
  readonly inception?: boolean;
  /** Values it takes for black and full intensity, default [-1, 1]. */
  readonly range?: readonly [black: number, full: number];
  /** Whether channels come before or after height and width; default: as the file's input shape says. */
  readonly layout?: "channels-first" | "channels-last";
  /** Height and width of its input, in pixels. Default: as in the file, else as in the images. */
  readonly size?: readonly [height: number, width: number];
  /** The output that holds the features. Default the only one. */
  readonly output?: string;
  /** Images at a time, unless the file has a fixed number. Default 32. */
  readonly batch?: number;
  readonly runtime?: Runtime | undefined;
}

const isChannels = (size: number | undefined): boolean => size === 1 || size === 3;

interface Input {
  readonly name: string;
  readonly last: boolean;
  readonly channels: number;
  readonly batch: number | undefined;
  readonly size: readonly [number | undefined, number | undefined];
}

const describe = ({ shape }: OnnxPort): string => `[${shape?.map((n) => n ?? "any") ?? "unknown"}]`;

const inputOf = ({ inputs }: OnnxModel, layout: OnnxExtractorOptions["layout"]): Input => {
  const [port, second] = inputs;
  if (!port || second)
    throw new ArgumentError(
      `onnxExtractor: expected a network with one input, found ${inputs.length}: ${inputs.map(({ name }) => name).join(", ")}`,
    );
  const { shape = [] } = port;
  if (port.dtype !== "float32" || shape.length !== 4)
    throw new ArgumentError(
      `onnxExtractor: expected an input float32[n, c, h, w] or [n, h, w, c], found ${port.dtype}${describe(port)}`,
    );
  const could = { "channels-first": isChannels(shape[1]), "channels-last": isChannels(shape[3]) };
  const found =
    layout ??
    (could["channels-first"] === could["channels-last"]
      ? undefined
      : could["channels-first"]
        ? "channels-first"
        : "channels-last");
  if (!found)
    throw new ArgumentError(
      `onnxExtractor: the input ${describe(port)} does not say where channels are; give a layout`,
    );
  if (!could[found])
    throw new ArgumentError(`onnxExtractor: expected 1 or 3 channels, found an input ${describe(port)}, ${found}`);
  const empty = shape.indexOf(0);
  if (empty >= 0)
    throw new ArgumentError(
      `onnxExtractor: expected an input that holds images, found ${describe(port)}: axis ${empty} has size 0; export the network with this axis open`,
    );
  const last = found === "channels-last";
  return {
    name: port.name,
    last,
    channels: shape[last ? 3 : 1]!,
    batch: shape[0],
    size: last ? [shape[1], shape[2]] : [shape[2], shape[3]],
  };
};

const known = {
  name: true,
  inception: true,
  range: true,
  layout: true,
  size: true,
  output: true,
  batch: true,
  runtime: true,
} satisfies Known<OnnxExtractorOptions>;

const checkGiven = (bytes: Uint8Array, options: OnnxExtractorOptions): void => {
  if (!(bytes instanceof Uint8Array))
    throw new ArgumentError("onnxExtractor: expected the bytes of a file as a Uint8Array, found something else");
  checkOptions("onnxExtractor", options, known);
  const { name, batch, size, range, layout } = options;
  if (typeof name !== "string") throw new ArgumentError(`onnxExtractor name: expected a text, found ${typeof name}`);
  if (batch !== undefined) checkWhole("onnxExtractor batch", batch);
  for (const n of size ?? []) checkWhole("onnxExtractor size", n);
  if (range?.some((value) => !Number.isFinite(value)) || (range && range[0] === range[1]))
    throw new ArgumentError(`onnxExtractor: expected a range of two different numbers, found [${range}]`);
  if (layout !== undefined && layout !== "channels-first" && layout !== "channels-last")
    throw new ArgumentError(
      `onnxExtractor: expected the layout channels-first or channels-last, found ${String(layout)}`,
    );
};

const outputOf = ({ outputs }: OnnxModel, wanted: string | undefined): string => {
  const names = outputs.map(({ name }) => name);
  if (wanted !== undefined && !names.includes(wanted))
    throw new ArgumentError(`onnxExtractor: expected an output among ${names.join(", ")}; found ${wanted}`);
  if (wanted === undefined && names.length !== 1)
    throw new ArgumentError(
      `onnxExtractor: the network has the outputs ${names.join(", ")}; say which holds the features`,
    );
  return wanted ?? names[0]!;
};

/** Images as the network takes them. */
const prepared = (
  images: NdArray,
  { channels, last }: Input,
  [height, width]: readonly [number, number],
  [black, full]: readonly [number, number],
): NdArray<"float32"> => {
  const c = images.shape[1]!;
  const resized = resizeBilinear(images, height, width);
  for (let i = 0; i < resized.data.length; i++) resized.data[i] = black + ((resized.data[i]! + 1) / 2) * (full - black);
  const coloured = c === channels ? resized : repeatChannel(resized, channels);
  return last ? channelsLast(coloured) : coloured;
};

/**
 * The features of an ONNX file's network: one float32 input [n, c, h, w] or [n, h, w, c] with 1 or 3 channels, and an
 * output of n feature vectors, of any rank. Images [n, c, h, w] in [-1, 1] are resized by bilinear interpolation
 * without smoothing, as FID is usually computed (Parmar, Zhang & Zhu 2022 say what that does). Grey images are repeated
 * for a network of three channels.
 * @param bytes of the file
 * @throws ArgumentError for a network that does not take images, or whose input or output is not clear, and for options
 *   out of range; RuntimeError when it cannot be loaded. Its `features` throws ShapeError for images it does not take and
 *   for an output that is not a row for each image, ArgumentError for features that are not finite
 */
export const onnxExtractor = async (
  bytes: Uint8Array,
  options: OnnxExtractorOptions,
): Promise<FeatureExtractor & { dispose(): Promise<void> }> => {
  checkGiven(bytes, options);
  const { name, inception = false, range = [-1, 1], layout, batch = 32, runtime } = options;
  const model = await loadOnnx(bytes, { runtime });
  try {
    const input = inputOf(model, layout);
    const output = outputOf(model, options.output);
    const size = options.size ?? (inception ? ([299, 299] as const) : input.size);
    const rows = input.batch ?? batch;
    const features: FeatureExtractor["features"] = async (images, { signal } = {}) => {
      checkArray("onnxExtractor images", images);
      const [n = 0, c, h, w] = images.shape as [number, number, number, number];
      if (images.shape.length !== 4 || sizeOf(images.shape) === 0 || (c !== input.channels && c !== 1))
        throw new ShapeError(
          `onnxExtractor: expected images of shape [n, ${input.channels === 1 ? 1 : `1 or ${input.channels}`}, h, w], found [${images.shape}]`,
        );
      let all: NdArray<"float32"> | undefined;
      for (let from = 0; from < n; from += rows) {
        signal?.throwIfAborted();
        const count = Math.min(rows, n - from);
        // A file with a fixed number of rows gets rows of zeros to fill it up.
        const part = zeros([input.batch ?? count, c, h, w]);
        for (let i = 0; i < count * c * h * w; i++) part.data[i] = Number(images.data[from * c * h * w + i]);
        const made = prepared(part, input, [size[0] ?? h, size[1] ?? w], range);
        const { shape, data } = (await model.run({ [input.name]: made }))[output]!;
        const width = sizeOf(shape.slice(1));
        all ??= zeros([n, width]);
        if (shape.length < 2 || shape[0] !== part.shape[0] || width === 0 || width !== all.shape[1])
          throw new ShapeError(
            `onnxExtractor: expected an output [${part.shape[0]}, ...${from === 0 ? "" : `${all.shape[1]} `}features], found [${shape}]; is it the right one?`,
          );
        for (let i = 0; i < count * width; i++) {
          const value = Number(data[i]);
          if (!Number.isFinite(value))
            throw new ArgumentError(
              `onnxExtractor: expected finite features, found ${value} for image ${from + Math.floor(i / width)}; does the network take values from ${range[0]} to ${range[1]}?`,
            );
          all.data[from * width + i] = value;
        }
      }
      return all!;
    };
    const names = inception ? { frechetName: "FID", kernelName: "KID" } : distanceNames(name);
    return { ...names, features, dispose: () => model.dispose() };
  } catch (error) {
    await model.dispose();
    throw error;
  }
};
