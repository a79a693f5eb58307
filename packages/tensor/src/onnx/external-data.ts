/** Constants kept beside an ONNX file: one file holds less than 2 GiB, the most of a protocol buffer. */
import { RuntimeError } from "../errors.ts";
import type { OnnxGraph } from "../graph/onnx-model.ts";
import { encodeModel, rawBytes } from "./encode.ts";

/** A file beside a model, or what stands in its place in memory. */
export interface ExternalData {
  /** What the model calls it, e.g. `weights.bin`. */
  readonly path: string;
  readonly data: Uint8Array;
}

/** An ONNX model and the files that it refers to. */
export interface ModelFiles {
  readonly model: Uint8Array;
  readonly externalData: readonly ExternalData[];
}

/** Bytes of constants that one file holds, with room for the nodes. */
const modelLimit = 2 ** 31 - 2 ** 24;

/** Smaller constants stay in the model, where the runtime looks at them while it optimises. */
const least = 1024;
/** Parts of a file begin at pages, so that a reader may map them into memory. */
const page = 4096;

const gibibytes = (bytes: number): string => `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`;

const bytesOf = ({ constants }: OnnxGraph): number =>
  constants.reduce(
    (sum, { value }) => sum + value.data.length * (value.dtype === "float16" ? 2 : value.data.BYTES_PER_ELEMENT),
    0,
  );

/** The most that runtimes take as one constant, in a model or beside it. */
const mostBytes = 2 ** 31 - 1;

/**
 * A model for a runtime; beyond `limit` bytes of constants, they stand beside it, each separately and without a copy.
 * @throws RuntimeError for a single constant of 2 GiB or more
 */
export const modelFiles = (graph: OnnxGraph, limit = modelLimit): ModelFiles => {
  if (bytesOf(graph) <= limit) return { model: encodeModel(graph), externalData: [] };
  const externalData = graph.constants.flatMap(({ name, value }) => {
    const data = rawBytes(value, name);
    if (data.byteLength > mostBytes)
      throw new RuntimeError(
        `expected less than 2 GiB in one constant, found ${gibibytes(data.byteLength)} of shape [${value.shape}]; make parts of it`,
      );
    return data.byteLength < least ? [] : [{ path: name, data }];
  });
  const places = new Map(externalData.map(({ path, data }) => [path, { path, offset: 0, length: data.byteLength }]));
  return { model: encodeModel(graph, { external: places }), externalData };
};

/**
 * A model as one file.
 * @throws RuntimeError for constants beyond what a file holds
 */
export const modelFile = (name: string, graph: OnnxGraph, limit = modelLimit): Uint8Array => {
  const bytes = bytesOf(graph);
  if (bytes > limit)
    throw new RuntimeError(
      `${name}: expected less than ${gibibytes(limit)} of constants in one ONNX file, found ${gibibytes(bytes)}; ` +
        'pass { externalData: "weights.bin" } and write the file that is returned with it beside it',
    );
  return encodeModel(graph);
};

/**
 * A model as two files: one for the graph, one with the name `path` for its constants.
 * @throws RuntimeError where no array of such a length can be had
 */
export const modelAndData = (
  name: string,
  graph: OnnxGraph,
  path: string,
): { readonly model: Uint8Array; readonly data: Uint8Array } => {
  let length = 0;
  const places = new Map<string, { path: string; offset: number; length: number }>();
  const parts = graph.constants.flatMap((constant) => {
    const bytes = rawBytes(constant.value, constant.name);
    if (bytes.byteLength < least) return [];
    const offset = Math.ceil(length / page) * page;
    length = offset + bytes.byteLength;
    places.set(constant.name, { path, offset, length: bytes.byteLength });
    return [{ offset, bytes }];
  });
  const model = encodeModel(graph, { external: places });
  try {
    const data = new Uint8Array(length);
    for (const { offset, bytes } of parts) data.set(bytes, offset);
    return { model, data };
  } catch (cause) {
    throw new RuntimeError(
      `${name}: expected memory for ${gibibytes(length)} of constants in one array, found less: ${(cause as Error).message}`,
      { cause },
    );
  }
};
