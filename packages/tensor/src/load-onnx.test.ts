import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, expect, test } from "vitest";
import "./methods.ts";
import { toOnnx } from "./compile.ts";
import { DataTypeError, RuntimeError, ShapeError } from "./errors.ts";
import type { Tensor } from "./graph/tensor.ts";
import { loadOnnx } from "./load-onnx.ts";
import { fromNested } from "./ndarray.ts";
import { encodeModel } from "./onnx/encode.ts";
import { ModelProtoSchema } from "./onnx/onnx_pb.ts";
import { native } from "./runtime/native.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test("inputs, outputs and values of a file", async () => {
  const bytes = toOnnx(
    (a: Tensor, b: Tensor) => ({ sum: a.add(b), product: a.multiply(b).sum(1) }),
    [{ shape: [2, 2] }, { shape: [2, 1] }],
  );
  const model = await loadOnnx(bytes, { runtime });
  expect(model.inputs).toEqual([
    { name: "input.0", dtype: "float32", shape: [2, 2] },
    { name: "input.1", dtype: "float32", shape: [2, 1] },
  ]);
  expect(model.outputs.map(({ name }) => name).sort()).toEqual(["output.product", "output.sum"]);
  const inputs = {
    "input.1": fromNested([[10], [20]]),
    "input.0": fromNested([
      [1, 2],
      [3, 4],
    ]),
  };
  const found = await model.run(inputs);
  expect(Array.from(found["output.sum"]!.data as Float32Array)).toEqual([11, 12, 23, 24]);
  expect(Array.from(found["output.product"]!.data as Float32Array)).toEqual([30, 140]);
  await expect(model.run({ "input.0": fromNested([[1, 2]]), "input.1": fromNested([[1]]) })).rejects.toThrow(
    ShapeError,
  );
  await expect(
    model.run({
      "input.0": fromNested([
        [1, 2],
        [3, 4],
      ]),
    }),
  ).rejects.toThrow(/for the input input.1, found none/);
  await expect(model.run({ ...inputs, x: fromNested([1]) })).rejects.toThrow(
    /expected the inputs input.0, input.1; found x/,
  );
  await expect(model.run({ ...inputs, "input.1": fromNested([[1], [2]], "float64") })).rejects.toThrow(DataTypeError);
  await model.dispose();
  await expect(model.run(inputs)).rejects.toThrow(RuntimeError);
});

test.each([
  ["by nothing", {}],
  ["by a name", { dimParam: "batch" }],
  ["by -1", { dimValue: -1n }],
  ["by another number below 0", { dimValue: -7n }],
])("axes that a file leaves open %s take any size", async (_, dimension) => {
  const border = (name: string) => ({ name, dtype: "float32" as const, shape: [1, 2] });
  const fixed = encodeModel({
    name: "open",
    inputs: [border("x")],
    outputs: [border("y")],
    constants: [],
    nodes: [{ op: "Neg", domain: "", inputs: ["x"], outputs: ["y"], attributes: {} }],
  });
  const proto = fromBinary(ModelProtoSchema, fixed);
  for (const { type } of [...proto.graph!.input, ...proto.graph!.output]) {
    const dim = type!.tensorType!.shape!.dim[0]!;
    delete dim.dimValue;
    Object.assign(dim, dimension);
  }
  const model = await loadOnnx(toBinary(ModelProtoSchema, proto), { runtime });
  expect(model.inputs).toEqual([{ name: "x", dtype: "float32", shape: [undefined, 2] }]);
  for (const rows of [
    [[1, 2]],
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
  ]) {
    const { y } = await model.run({ x: fromNested(rows) });
    expect(y).toEqual(fromNested(rows.map((row) => row.map((value) => -value))));
  }
  await expect(model.run({ x: fromNested([[1]]) })).rejects.toThrow(
    /expected shape \[any,2\] for the input x, found \[1,1\]/,
  );
  await model.dispose();
});

test("bytes that are no model are refused", async () => {
  await expect(loadOnnx(new Uint8Array([1, 2, 3]), { runtime })).rejects.toThrow(RuntimeError);
  await expect(loadOnnx(new Uint8Array(), { runtime })).rejects.toThrow(/without a graph/);
});
