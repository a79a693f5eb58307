import { fromBinary } from "@bufbuild/protobuf";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { ShapeError } from "../errors.ts";
import type { OnnxGraph, OnnxNode } from "../graph/onnx-model.ts";
import { type NdArray, ndarray } from "../ndarray.ts";
import { encodeModel } from "./encode.ts";
import { ModelProtoSchema } from "./onnx_pb.ts";

const decode = (graph: OnnxGraph, options = {}) => fromBinary(ModelProtoSchema, encodeModel(graph, options));

const affine: OnnxGraph = {
  name: "affine",
  inputs: [{ name: "x", dtype: "float32", shape: [2, 3] }],
  outputs: [{ name: "y", dtype: "float32", shape: [2, 3] }],
  constants: [
    { name: "scale", value: ndarray(Float32Array.of(1, 10, 100), [3]) },
    { name: "shift", value: ndarray(Float32Array.of(0.5), []) },
  ],
  nodes: [
    { op: "Mul", domain: "", inputs: ["x", "scale"], outputs: ["h"], attributes: {} },
    { op: "Add", domain: "", inputs: ["h", "shift"], outputs: ["y"], attributes: {} },
  ],
};

const withNodes = (...nodes: OnnxNode[]): OnnxGraph => ({ ...affine, nodes });

describe("encodeModel", () => {
  it("writes a model that ONNX Runtime loads and runs", async () => {
    const session = await ort.InferenceSession.create(encodeModel(affine));
    const { y } = await session.run({ x: new ort.Tensor("float32", Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]) });
    expect(y!.data).toEqual(Float32Array.of(1.5, 20.5, 300.5, 4.5, 50.5, 600.5));
    await session.release();
  });

  it("describes the graph, its borders and nodes", () => {
    const model = decode(affine);
    expect(model).toMatchObject({ irVersion: 9n, producerName: "scorefield", graph: { name: "affine" } });
    expect(model.graph!.input).toMatchObject([
      { name: "x", type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2n }, { dimValue: 3n }] } } } },
    ]);
    expect(model.graph!.output).toMatchObject([{ name: "y" }]);
    expect(model.graph!.node).toMatchObject([
      { opType: "Mul", domain: "", input: ["x", "scale"], output: ["h"] },
      { opType: "Add", domain: "", input: ["h", "shift"], output: ["y"] },
    ]);
  });

  it("stores constants as raw bytes of their type, however they lie in memory", () => {
    const values: NdArray[] = [
      ndarray(Float32Array.of(9, 1.5).subarray(1)),
      ndarray(Float64Array.of(-2)),
      ndarray(Int32Array.of(3)),
      ndarray(BigInt64Array.of(-4n)),
      ndarray(Uint8Array.of(1, 0)),
      ndarray(new Float32Array(0), [0, 4]),
    ];
    const constants = values.map((value, i) => ({ name: `c${i}`, value }));
    expect(decode({ ...affine, constants }).graph!.initializer).toMatchObject([
      { name: "c0", dataType: 1, dims: [1n], rawData: Uint8Array.of(0, 0, 0xc0, 0x3f) },
      { name: "c1", dataType: 11, dims: [1n], rawData: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0xc0) },
      { name: "c2", dataType: 6, dims: [1n], rawData: Uint8Array.of(3, 0, 0, 0) },
      { name: "c3", dataType: 7, dims: [1n], rawData: Uint8Array.of(0xfc, 255, 255, 255, 255, 255, 255, 255) },
      { name: "c4", dataType: 9, dims: [2n], rawData: Uint8Array.of(1, 0) },
      { name: "c5", dataType: 1, dims: [0n, 4n], rawData: new Uint8Array(0) },
    ]);
  });

  it("keeps every kind of attribute apart, zeros included", () => {
    const attributes = {
      int: { int: 0 },
      float: { float: 0 },
      string: { string: "é" },
      ints: { ints: [] },
      floats: { floats: [0.5, -1] },
      tensor: { tensor: ndarray(Int32Array.of(7), []) },
      graph: { graph: affine },
    };
    const model = decode(withNodes({ op: "Any", domain: "", inputs: [""], outputs: ["y"], attributes }));
    expect(model.graph!.node[0]!.input).toEqual([""]);
    expect(model.graph!.node[0]!.attribute).toMatchObject([
      { name: "int", type: 2, i: 0n },
      { name: "float", type: 1, f: 0 },
      { name: "string", type: 3, s: Uint8Array.of(0xc3, 0xa9) },
      { name: "ints", type: 7, ints: [] },
      { name: "floats", type: 6, floats: [0.5, -1] },
      { name: "tensor", type: 4, t: { dataType: 6, dims: [], rawData: Uint8Array.of(7, 0, 0, 0) } },
      { name: "graph", type: 5, g: { name: "affine" } },
    ]);
  });

  it("declares the operator sets that nodes use, at any depth", () => {
    const use = (domain: string): OnnxNode => ({ op: "Any", domain, inputs: [], outputs: [], attributes: {} });
    const body = withNodes(use("com.microsoft.nchwc"), use("com.microsoft"));
    const outer = withNodes(use("com.microsoft"), { ...use(""), attributes: { body: { graph: body } } });
    expect(decode(affine).opsetImport).toMatchObject([{ domain: "", version: 20n }]);
    expect(decode(outer, { opset: 17 })).toMatchObject({
      irVersion: 8n,
      opsetImport: [
        { domain: "", version: 17n },
        { domain: "com.microsoft", version: 1n },
        { domain: "com.microsoft.nchwc", version: 1n },
      ],
    });
  });

  it("rejects a constant whose shape does not hold its data", () => {
    const value = { dtype: "float32", shape: [3], data: new Float32Array(2) } as const;
    const broken = { ...affine, constants: [{ name: "w", value }] };
    expect(() => encodeModel(broken)).toThrow(ShapeError);
    expect(() => encodeModel(broken)).toThrow('expected 3 elements for the constant "w" of shape [3], found 2');
  });
});
