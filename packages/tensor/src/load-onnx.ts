/** Running ONNX files that were made elsewhere. */
import { fromBinary } from "@bufbuild/protobuf";
import { checkOptions } from "./check/options.ts";
import { showValue } from "./check/show-value.ts";
import { DataTypeError, RuntimeError, ShapeError } from "./errors.ts";
import { type DataType, isNdArray, type NdArray } from "./ndarray.ts";
import type { ExternalData } from "./onnx/external-data.ts";
import { type ModelProto, ModelProtoSchema, type ValueInfoProto } from "./onnx/onnx_pb.ts";
import { onnxType } from "./operation/source.ts";
import { defaultRuntime } from "./runtime/default.ts";
import type { Runtime } from "./runtime/runtime.ts";

/** An input or output of an ONNX file. */
export interface OnnxPort {
  readonly name: string;
  readonly dtype: DataType;
  /**
   * Sizes along each axis. `undefined` where the file leaves a size open: by a name, by nothing, or by a number below
   * 0. Left out when the file says nothing of them.
   */
  readonly shape?: readonly (number | undefined)[];
}

/** A loaded ONNX file. */
export interface OnnxModel {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  /**
   * @param inputs one array for each input, by name
   * @returns the outputs, by name
   * @throws ShapeError | DataTypeError for inputs that do not fit; RuntimeError when execution fails
   */
  run(inputs: Readonly<Record<string, NdArray>>): Promise<Record<string, NdArray>>;
  /** Frees the runtime's session. */
  dispose(): Promise<void>;
}

const dtypes = new Map(Object.entries(onnxType).map(([dtype, code]) => [code as number, dtype as DataType]));

const portOf = ({ name, type }: ValueInfoProto): OnnxPort => {
  const { elemType, shape } = type?.tensorType ?? {};
  const dtype = dtypes.get(elemType ?? 0);
  if (!dtype)
    throw new DataTypeError(
      `loadOnnx: expected ${name} to be a tensor of ${[...dtypes.values()].join(", ")}; found ${
        elemType === undefined ? "no tensor" : `element type ${elemType} of the ONNX format`
      }`,
    );
  return {
    name,
    dtype,
    ...(shape && {
      shape: shape.dim.map(({ dimValue = -1n }) => (dimValue < 0n ? undefined : Number(dimValue))),
    }),
  };
};

const parse = (bytes: Uint8Array): ModelProto => {
  try {
    const model = fromBinary(ModelProtoSchema, bytes);
    if (model.graph) return model;
  } catch (cause) {
    throw new RuntimeError(`loadOnnx: expected an ONNX model, found other bytes: ${(cause as Error).message}`);
  }
  throw new RuntimeError("loadOnnx: expected an ONNX model, found one without a graph");
};

const check = ({ name, dtype, shape }: OnnxPort, array: NdArray | undefined): NdArray => {
  if (!isNdArray(array)) throw new ShapeError(`loadOnnx: expected an array for the input ${name}, found none`);
  if (array.dtype !== dtype)
    throw new DataTypeError(`loadOnnx: expected ${dtype} for the input ${name}, found ${array.dtype}`);
  const fits =
    !shape || (shape.length === array.shape.length && shape.every((n, i) => (n ?? array.shape[i]) === array.shape[i]));
  if (!fits)
    throw new ShapeError(
      `loadOnnx: expected shape [${shape.map((n) => n ?? "any")}] for the input ${name}, found [${array.shape}]`,
    );
  return array;
};

/**
 * Loads an ONNX file.
 * @param bytes of the file
 * @param options.externalData the files beside it that it refers to, by the names it has for them
 * @throws RuntimeError for bad options, bytes that are not an ONNX model, or a model that the runtime cannot load;
 *   DataTypeError for inputs or outputs of an element type without a typed array
 */
export const loadOnnx = async (
  bytes: Uint8Array,
  options: { readonly runtime?: Runtime | undefined; readonly externalData?: readonly ExternalData[] } = {},
): Promise<OnnxModel> => {
  checkOptions("loadOnnx", options, { runtime: true, externalData: true });
  const { runtime = defaultRuntime(), externalData = [] } = options;
  if (!Array.isArray(externalData) || !externalData.every((file) => file?.data instanceof Uint8Array))
    throw new RuntimeError(
      `loadOnnx: expected externalData as a list of { path, data }, found ${showValue(externalData)}`,
    );
  const { input, output, initializer } = parse(bytes).graph!;
  // Old files list their weights among the inputs.
  const weights = new Set(initializer.map(({ name }) => name));
  const inputs = input.filter(({ name }) => !weights.has(name)).map(portOf);
  const outputs = output.map(portOf);
  const session = await runtime.load(bytes, externalData);
  return {
    inputs,
    outputs,
    run: async (arrays) => {
      const unknown = Object.keys(arrays).find((name) => !inputs.some((port) => port.name === name));
      if (unknown !== undefined)
        throw new ShapeError(
          `loadOnnx: expected the inputs ${inputs.map(({ name }) => name).join(", ")}; found ${unknown}`,
        );
      const results = await session.run(inputs.map((port) => check(port, arrays[port.name])));
      return Object.fromEntries(outputs.map(({ name }, i) => [name, results[i]!]));
    },
    dispose: () => session.dispose(),
  };
};
