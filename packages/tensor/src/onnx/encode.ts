/** Writes graph descriptions as ONNX model files. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { ShapeError } from "../errors.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxValue } from "../graph/onnx-model.ts";
import { type ElementType, type NdArray, sizeOf } from "../ndarray.ts";
import { onnxType } from "../operation/source.ts";
import { halfBits } from "./float16.ts";
import {
  type AttributeProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "./onnx_pb.ts";

/** AttributeProto.AttributeType of the ONNX format. */
const attributeTypeCode = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7 } as const;

/** The version at which each domain other than the standard one is used. */
const extensionVersion = 1;

/** The file format that came with an operator set, see the version table of the ONNX specification. */
const irVersion = (opset: number): number => (opset <= 18 ? 8 : opset <= 20 ? 9 : opset <= 22 ? 10 : 11);

/** Where a constant is that is not in the model itself. */
interface ExternalPlace {
  readonly path: string;
  /** In bytes. */
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

/** How {@link encodeModel} writes a model. */
export interface EncodeOptions {
  /** Version of the standard operator set the nodes were written for; 20 unless given. */
  readonly opset?: number;
  /** Constants of the graph, by name, that the model only refers to. */
  readonly external?: ReadonlyMap<string, ExternalPlace>;
}

/**
 * The bytes of an ONNX model file holding `graph`. Constants are stored as raw little-endian bytes. Every operator
 * domain that a node uses, at any depth, is declared.
 * @throws ShapeError when a constant's data and its shape differ in the number of elements
 */
export const encodeModel = (graph: OnnxGraph, { opset = 20, external = new Map() }: EncodeOptions = {}): Uint8Array => {
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion(opset)),
    producerName: "scorefield",
    graph: graphProto(graph, external),
    opsetImport: [
      { domain: "", version: BigInt(opset) },
      ...[...extensionDomains(graph)].sort().map((domain) => ({ domain, version: BigInt(extensionVersion) })),
    ],
  });
  return toBinary(ModelProtoSchema, model);
};

const extensionDomains = (graph: OnnxGraph, found = new Set<string>()): Set<string> => {
  for (const node of graph.nodes) {
    if (node.domain !== "") found.add(node.domain);
    for (const attribute of Object.values(node.attributes))
      if ("graph" in attribute) extensionDomains(attribute.graph, found);
  }
  return found;
};

const graphProto = (
  graph: OnnxGraph,
  external?: ReadonlyMap<string, ExternalPlace>,
): MessageInitShape<typeof GraphProtoSchema> => ({
  name: graph.name,
  input: graph.inputs.map(valueProto),
  output: graph.outputs.map(valueProto),
  initializer: graph.constants.map(({ name, value }) => tensorProto(value, name, external?.get(name))),
  node: graph.nodes.map(nodeProto),
});

const valueProto = ({ name, dtype, shape }: OnnxValue): MessageInitShape<typeof ValueInfoProtoSchema> => ({
  name,
  type: { tensorType: { elemType: onnxType[dtype], shape: { dim: shape.map((n) => ({ dimValue: BigInt(n) })) } } },
});

const nodeProto = (node: OnnxNode): MessageInitShape<typeof NodeProtoSchema> => ({
  opType: node.op,
  domain: node.domain,
  input: [...node.inputs],
  output: [...node.outputs],
  attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
});

const attributeProto = (name: string, value: OnnxAttribute): MessageInitShape<typeof AttributeProtoSchema> => {
  if ("int" in value) return { name, type: attributeTypeCode.int, i: BigInt(value.int) };
  if ("float" in value) return { name, type: attributeTypeCode.float, f: value.float };
  if ("string" in value) return { name, type: attributeTypeCode.string, s: new TextEncoder().encode(value.string) };
  if ("ints" in value) return { name, type: attributeTypeCode.ints, ints: value.ints.map(BigInt) };
  if ("floats" in value) return { name, type: attributeTypeCode.floats, floats: [...value.floats] };
  if ("tensor" in value) return { name, type: attributeTypeCode.tensor, t: tensorProto(value.tensor, "") };
  return { name, type: attributeTypeCode.graph, g: graphProto(value.graph) };
};

/** TensorProto.DataLocation of the ONNX format for elements in another file. */
const externalLocation = 1;

const tensorProto = (
  array: NdArray<ElementType>,
  name: string,
  place?: ExternalPlace,
): MessageInitShape<typeof TensorProtoSchema> => {
  const tensor = { name, dataType: onnxType[array.dtype], dims: array.shape.map(BigInt) };
  if (!place) return { ...tensor, rawData: rawBytes(array, name) };
  const { path: location, offset, length } = place;
  const externalData = Object.entries({ location, offset, length }).map(([key, value]) => ({ key, value: `${value}` }));
  return { ...tensor, externalData, dataLocation: externalLocation };
};

/**
 * The elements of a constant as the format has them; a view where it can be. Typed arrays have the host's byte order; every
 * platform that ONNX Runtime ships for is little-endian, as the format.
 */
export const rawBytes = ({ dtype, shape, data }: NdArray<ElementType>, name: string): Uint8Array<ArrayBuffer> => {
  if (data.length !== sizeOf(shape))
    throw new ShapeError(
      `encodeModel: expected ${sizeOf(shape)} elements for the constant "${name}" of shape [${shape}], found ${data.length}`,
    );
  if (dtype === "float16") return new Uint8Array(Uint16Array.from(data as Float32Array, halfBits).buffer);
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
};
