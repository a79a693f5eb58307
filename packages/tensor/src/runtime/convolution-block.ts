/** Finds out which blocked convolution layout, if any, ONNX Runtime uses on this processor. */
import { RuntimeError } from "../errors.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode } from "../graph/onnx-model.ts";
import { ndarray, zeros } from "../ndarray.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Session } from "./runtime.ts";

const channels = 16;
const kernel = 3;
const image = [1, channels, 5, 5] as const;

/** Deterministic values without symmetry, so that a wrong order of channels shows. */
const pattern = (length: number, frequency: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(frequency * (i + 1)));

/** Filters from [out, in, height, width] to [out / block, in / block, height, width, in % block, out % block]. */
const blocked = (filters: Float32Array, block: number): Float32Array => {
  const area = kernel * kernel;
  const result = new Float32Array(filters.length);
  for (let out = 0; out < channels; out++)
    for (let into = 0; into < channels; into++)
      for (let at = 0; at < area; at++) {
        const blocks = Math.floor(out / block) * (channels / block) + Math.floor(into / block);
        const place = ((blocks * area + at) * block + (into % block)) * block + (out % block);
        result[place] = filters[(out * channels + into) * area + at]!;
      }
  return result;
};

/** One convolution, written with the standard operator and in the blocked layout. */
const probe = (block: number): OnnxGraph => {
  const shape = [channels, channels, kernel, kernel];
  const filters = pattern(channels * channels * kernel * kernel, 1.7);
  const node = (
    op: string,
    domain: string,
    inputs: string[],
    output: string,
    attributes: Record<string, OnnxAttribute>,
  ): OnnxNode => ({ op, domain, inputs, outputs: [output], attributes });
  const window = { kernel_shape: { ints: [kernel, kernel] }, pads: { ints: [1, 1, 1, 1] } };
  return {
    name: "convolution-block",
    inputs: [{ name: "x", dtype: "float32", shape: image }],
    outputs: [
      { name: "standard", dtype: "float32", shape: image },
      { name: "blocked", dtype: "float32", shape: image },
    ],
    constants: [
      { name: "filters", value: ndarray(filters, shape) },
      { name: "blockedFilters", value: ndarray(blocked(filters, block), shape) },
    ],
    nodes: [
      node("Conv", "", ["x", "filters"], "standard", window),
      node("ReorderInput", "com.microsoft.nchwc", ["x"], "xBlocked", {}),
      node("Conv", "com.microsoft.nchwc", ["xBlocked", "blockedFilters"], "yBlocked", window),
      node("ReorderOutput", "com.microsoft.nchwc", ["yBlocked"], "blocked", { channels: { int: channels } }),
    ],
  };
};

/**
 * The number of channels per block of the `com.microsoft.nchwc` operators, found by running a tiny convolution. 16 with
 * AVX-512, 8 with AVX2. Undefined where they do not exist or disagree with the standard convolution.
 */
export const probeConvolutionBlock = async (
  load: (model: Uint8Array) => Promise<Session>,
): Promise<number | undefined> => {
  const x = zeros(image);
  x.data.set(pattern(x.data.length, 0.9));
  for (const block of [16, 8]) {
    let session: Session | undefined;
    try {
      session = await load(encodeModel(probe(block)));
      const [standard, blocked] = await session.run([x]);
      if (standard!.data.every((value, i) => Math.abs(Number(value) - Number(blocked!.data[i])) < 1e-4)) return block;
    } catch (error) {
      // Operators that are missing here are one of the answers.
      if (!(error instanceof RuntimeError)) throw error;
    } finally {
      await session?.dispose();
    }
  }
  return undefined;
};
