/** What every runtime must do. See `native.test.ts` and `web.browser.test.ts`. */
import { afterAll, describe, expect, it } from "vitest";
import { RuntimeError } from "../errors.ts";
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxValue } from "../graph/onnx-model.ts";
import { type DataType, type NdArray, ndarray, type Shape } from "../ndarray.ts";
import { encodeModel } from "../onnx/encode.ts";
import type { Runtime } from "./runtime.ts";

export const value = (name: string, dtype: DataType, shape: Shape): OnnxValue => ({ name, dtype, shape });

export const node = (
  op: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, OnnxAttribute> = {},
): OnnxNode => ({ op, domain: "", inputs, outputs, attributes });

const float = (...values: number[]): NdArray<"float32"> => ndarray(Float32Array.from(values));
const double = (...values: number[]): NdArray<"float64"> => ndarray(Float64Array.from(values));
const long = (...values: number[]): NdArray<"int64"> => ndarray(BigInt64Array.from(values, BigInt));
const scalar = (number: number): NdArray<"int64"> => ndarray(BigInt64Array.of(BigInt(number)), []);
const bool = (...values: number[]): NdArray<"bool"> => ndarray(Uint8Array.from(values));

const graph = (parts: Partial<OnnxGraph>): OnnxGraph => ({
  name: "case",
  inputs: [],
  outputs: [],
  constants: [],
  nodes: [],
  ...parts,
});

/** Squares a [size, size] matrix `times` times in a Loop, halving it each time: long work from little input. */
export const repeatedSquare = (size: number, times: number): OnnxGraph => {
  const state = [size, size];
  const body = graph({
    name: "body",
    inputs: [value("i", "int64", []), value("going", "bool", []), value("x", "float32", state)],
    outputs: [value("goOn", "bool", []), value("next", "float32", state)],
    constants: [{ name: "half", value: ndarray(Float32Array.of(0.5), []) }],
    nodes: [
      node("Identity", ["going"], ["goOn"]),
      node("MatMul", ["x", "x"], ["square"]),
      node("Mul", ["square", "half"], ["next"]),
    ],
  });
  return graph({
    inputs: [value("x0", "float32", state)],
    outputs: [value("xn", "float32", state)],
    constants: [{ name: "times", value: scalar(times) }],
    nodes: [node("Loop", ["times", "", "x0"], ["xn"], { body: { graph: body } })],
  });
};

const doubling = graph({
  inputs: [value("x", "float32", [3])],
  outputs: [value("y", "float32", [3])],
  nodes: [node("Add", ["x", "x"], ["y"])],
});

/** Declares the suite for the runtimes that `make` makes. */
export const describeRuntime = (name: string, make: () => Runtime): void => {
  describe(`${name} as a runtime`, () => {
    const runtime = make();
    afterAll(() => runtime.dispose());

    const evaluate = async (model: OnnxGraph, inputs: NdArray[] = []): Promise<NdArray[]> => {
      const session = await runtime.load(encodeModel(model));
      try {
        return await session.run(inputs);
      } finally {
        await session.dispose();
      }
    };

    it("computes with every element type", async () => {
      const results = await evaluate(
        graph({
          inputs: [value("f", "float32", [3]), value("d", "float64", [2]), value("i", "int32", [2])],
          outputs: [
            value("f2", "float32", [3]),
            value("d2", "float64", [2]),
            value("i2", "int32", [2]),
            value("n2", "int64", [2]),
            value("b2", "bool", [3]),
          ],
          constants: [
            { name: "d1", value: double(1e-12, 3) },
            { name: "n1", value: long(2 ** 40, -7) },
            { name: "b1", value: bool(1, 0, 0) },
            { name: "f1", value: float(0, 0, 2) },
          ],
          nodes: [
            node("Mul", ["f", "f"], ["f2"]),
            node("Add", ["d", "d1"], ["d2"]),
            node("Neg", ["i"], ["i2"]),
            node("Add", ["n1", "n1"], ["n2"]),
            node("Greater", ["f", "f1"], ["positive"]),
            node("Or", ["positive", "b1"], ["b2"]),
          ],
        }),
        [float(-1.5, 2, 0.25), double(1, 2), ndarray(Int32Array.of(5, -6))],
      );
      expect(results).toEqual([
        float(2.25, 4, 0.0625),
        double(1 + 1e-12, 5),
        ndarray(Int32Array.of(-5, 6)),
        long(2 ** 41, -14),
        bool(1, 1, 0),
      ]);
    });

    it("multiplies matrices and keeps their shapes", async () => {
      const [product] = await evaluate(
        graph({
          inputs: [value("a", "float32", [2, 3])],
          outputs: [value("c", "float32", [2, 2])],
          constants: [{ name: "b", value: ndarray(Float32Array.of(1, 0, 0, 1, 2, -1), [3, 2]) }],
          nodes: [node("MatMul", ["a", "b"], ["c"])],
        }),
        [ndarray(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])],
      );
      expect(product).toEqual(ndarray(Float32Array.of(7, -1, 16, -1), [2, 2]));
    });

    it("passes scalars and empty arrays", async () => {
      const results = await evaluate(
        graph({
          inputs: [value("s", "float32", []), value("e", "float32", [0, 2])],
          outputs: [value("t", "float32", []), value("sum", "float32", [2])],
          constants: [{ name: "axis", value: long(0) }],
          nodes: [node("Neg", ["s"], ["t"]), node("ReduceSum", ["e", "axis"], ["sum"], { keepdims: { int: 0 } })],
        }),
        [ndarray(Float32Array.of(3), []), ndarray(new Float32Array(0), [0, 2])],
      );
      expect(results).toEqual([ndarray(Float32Array.of(-3), []), float(0, 0)]);
    });

    it("runs a graph without inputs", async () => {
      const constant = { value: { tensor: double(1, -2) } };
      const results = await evaluate(
        graph({
          outputs: [value("y", "float64", [2])],
          nodes: [node("Constant", [], ["c"], constant), node("Abs", ["c"], ["y"])],
        }),
      );
      expect(results).toEqual([double(1, 2)]);
    });

    it("repeats the body of a Loop", async () => {
      // Starting at a I: x -> x^2 / 2 gives a^(2^n) / 2^(2^n - 1) I.
      const [result] = await evaluate(repeatedSquare(2, 3), [ndarray(Float32Array.of(3, 0, 0, 3), [2, 2])]);
      expect(result).toEqual(ndarray(Float32Array.of(3 ** 8 / 2 ** 7, 0, 0, 3 ** 8 / 2 ** 7), [2, 2]));
    });

    it("reads attributes of every kind", async () => {
      const results = await evaluate(
        graph({
          inputs: [value("x", "float32", [2, 3])],
          outputs: [value("y", "float32", [3, 2]), value("z", "float32", [2, 3]), value("r", "float32", [1, 1, 1, 4])],
          constants: [
            { name: "image", value: ndarray(Float32Array.of(5, 6), [1, 1, 1, 2]) },
            { name: "scales", value: float(1, 1, 1, 2) },
          ],
          nodes: [
            node("Transpose", ["x"], ["y"], { perm: { ints: [1, 0] } }),
            node("LeakyRelu", ["x"], ["z"], { alpha: { float: 0.5 } }),
            node("Resize", ["image", "", "scales"], ["r"], {
              mode: { string: "nearest" },
              nearest_mode: { string: "floor" },
              coordinate_transformation_mode: { string: "asymmetric" },
            }),
          ],
        }),
        [ndarray(Float32Array.of(1, -2, 3, -4, 5, -6), [2, 3])],
      );
      expect(results).toEqual([
        ndarray(Float32Array.of(1, -4, -2, 5, 3, -6), [3, 2]),
        ndarray(Float32Array.of(1, -1, 3, -2, 5, -3), [2, 3]),
        ndarray(Float32Array.of(5, 5, 6, 6), [1, 1, 1, 4]),
      ]);
    });

    it("answers calls made at once in their order, from several sessions", async () => {
      const long = await runtime.load(encodeModel(repeatedSquare(64, 5)));
      const short = await runtime.load(encodeModel(doubling));
      const settled: string[] = [];
      const zeros = ndarray(new Float32Array(64 * 64), [64, 64]);
      const calls = [0, 1, 2, 3].flatMap((i) => [
        long.run([zeros]).then(() => settled.push(`long ${i}`)),
        short.run([float(i, i + 1, i + 2)]).then(([y]) => settled.push(`short ${y!.data.join()}`)),
      ]);
      await Promise.all(calls);
      expect(settled).toEqual([0, 1, 2, 3].flatMap((i) => [`long ${i}`, `short ${2 * i},${2 * i + 2},${2 * i + 4}`]));
      await Promise.all([long.dispose(), short.dispose()]);
    });

    it("takes part of a larger buffer and leaves inputs and model as they were", async () => {
      const whole = Float32Array.of(9, 9, 1, 2, 3, 9);
      const model = encodeModel(doubling);
      const before = model.slice();
      const session = await runtime.load(model);
      const x = ndarray(whole.subarray(2, 5));
      const running = session.run([x]);
      // The call has its own copy by the time it returns.
      x.data[0] = 100;
      expect(await running).toEqual([float(2, 4, 6)]);
      expect(await session.run([x])).toEqual([float(200, 4, 6)]);
      expect(whole).toEqual(Float32Array.of(9, 9, 100, 2, 3, 9));
      expect(model).toEqual(before);
      await session.dispose();
    });

    it("gives results that stay as they are after later runs", async () => {
      const session = await runtime.load(encodeModel(doubling));
      const [first] = await session.run([float(1, 2, 3)]);
      await session.run([float(7, 8, 9)]);
      expect(first).toEqual(float(2, 4, 6));
      await session.dispose();
    });

    it("rejects a model it cannot load, and goes on", async () => {
      await expect(runtime.load(Uint8Array.of(1, 2, 3))).rejects.toThrow(RuntimeError);
      const unknown = graph({ ...doubling, nodes: [node("NoSuchOperator", ["x"], ["y"])] });
      await expect(runtime.load(encodeModel(unknown))).rejects.toThrow(/could not load the model: .*NoSuchOperator/s);
      expect(await evaluate(doubling, [float(1, 2, 3)])).toEqual([float(2, 4, 6)]);
    });

    it("rejects inputs that do not fit, and goes on", async () => {
      const session = await runtime.load(encodeModel(doubling));
      await expect(session.run([])).rejects.toThrow(/expected 1 inputs, found 0/);
      await expect(session.run([float(1, 2)])).rejects.toThrow(RuntimeError);
      await expect(session.run([double(1, 2, 3)])).rejects.toThrow(RuntimeError);
      expect(await session.run([float(1, 2, 3)])).toEqual([float(2, 4, 6)]);
      await session.dispose();
    });

    it("settles runs begun before dispose and rejects later ones", async () => {
      const session = await runtime.load(encodeModel(doubling));
      const running = session.run([float(1, 2, 3)]);
      const disposing = session.dispose();
      await expect(session.run([float(1, 2, 3)])).rejects.toThrow(RuntimeError);
      expect(await running).toEqual([float(2, 4, 6)]);
      await disposing;
      await session.dispose();
    });

    it("starts anew after dispose", async () => {
      const other = make();
      other.prepare();
      const session = await other.load(encodeModel(doubling));
      await other.dispose();
      await expect(session.run([float(1, 2, 3)])).rejects.toThrow(RuntimeError);
      const again = await other.load(encodeModel(doubling));
      expect(await again.run([float(1, 2, 3)])).toEqual([float(2, 4, 6)]);
      await other.dispose();
    });

    it("names only a convolution layout that it has", async () => {
      expect((await runtime.target()).convolutionBlock).toBeUndefined();
      expect([undefined, 8, 16]).toContain((await runtime.target({ convolution: true })).convolutionBlock);
    });
  });
};
