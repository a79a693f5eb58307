import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { describe, expect, expectTypeOf, it } from "vitest";
import { compile, compileScan, toOnnx, traceOptimised } from "./compile.ts";
import { grad } from "./differentiate/differentiate.ts";
import { RuntimeError, ShapeError, TraceError } from "./errors.ts";
import type { OnnxGraph } from "./graph/onnx-model.ts";
import type { Tensor } from "./graph/tensor.ts";
import { type DataType, fromNested, type NdArray, ndarray, zeros } from "./ndarray.ts";
import { gelu, sigmoid, silu, softplus } from "./operation/activation.ts";
import { add, divide, multiply, square, subtract } from "./operation/arithmetic.ts";
import { sum } from "./operation/broadcast.ts";
import { where } from "./operation/comparison.ts";
import { exp, expm1, log1p, sin, sqrt, tanh } from "./operation/exponential.ts";
import { gather, scatterAdd } from "./operation/index-select.ts";
import { matmul } from "./operation/matmul.ts";
import { constant, input, stopGradient } from "./operation/source.ts";
import { logSumExp, maximum, mean, softmax } from "./operation/statistics.ts";
import { concat, pad, split } from "./operation/window.ts";
import { expectClose } from "./testing/close.ts";
import { evaluate, testRuntime } from "./testing/evaluate.ts";
import { randomArray } from "./testing/random.ts";

const runtime = testRuntime();
const untyped = compile as unknown as (f: unknown, specs: unknown, options: unknown) => Promise<unknown>;
const float = (...values: number[]): NdArray<"float32"> => ndarray(Float32Array.from(values));

describe("compile", () => {
  it("takes and returns trees, typed, for any order of their keys", async () => {
    const f = await compile(
      ({ a, list }, b) => ({ sum: add(a, b), parts: [list[0], multiply(list[1], b)] as const }),
      [{ a: { shape: [2] }, list: [{ shape: [] }, { shape: [1] }] }, { shape: [2] }],
      { runtime },
    );
    expectTypeOf(f).returns.resolves.toEqualTypeOf<{ sum: NdArray; parts: readonly [NdArray, NdArray] }>();
    const result = await f({ list: [zeros([]), float(3)], a: float(1, 2) }, float(10, 20));
    expectClose(result.sum, float(11, 22));
    expectClose(result.parts[1], float(30, 60));
    expect(Object.keys(result)).toEqual(["sum", "parts"]);
    await f.dispose();
  });

  it("returns inputs, constants and repeated results, and takes inputs it does not use", async () => {
    const f = await compile(
      (x, y, _unused) => {
        const z = add(x, y);
        return [x, constant(float(7)), z, z, x, stopGradient(y)] as const;
      },
      [{ shape: [2] }, { shape: [2] }, { shape: [3], dtype: "int64" }],
      { runtime },
    );
    const found = await f(float(1, 2), float(3, 4), zeros([3], "int64"));
    for (const [i, values] of [[1, 2], [7], [4, 6], [4, 6], [1, 2], [3, 4]].entries())
      expectClose(found[i]!, float(...values));
    await f.dispose();
  });

  it("computes functions without arguments or without results", async () => {
    const two = await compile(() => exp(constant(Math.LN2, "float64")), [], { runtime });
    expectClose(await two(), [2], { relative: 1e-15 });
    const nothing = await compile((_x) => ({ empty: [] }), [{ shape: [2] }], { runtime });
    expect(await nothing(float(1, 2))).toEqual({ empty: [] });
    await expect(nothing(float(1))).rejects.toThrow(ShapeError);
    await nothing.dispose();
    await expect(nothing(float(1, 2))).rejects.toThrow("called after dispose()");
  });

  it("names the argument that does not fit", async () => {
    const f = await compile(
      ({ a, b }, c) => add(a, add(b, c)),
      [{ a: { shape: [2] }, b: { shape: [2] } }, { shape: [2] }],
      { runtime, name: "step" },
    );
    const x = float(1, 2);
    const call = f as (...args: unknown[]) => Promise<NdArray>;
    await expect(call({ a: x, b: float(1) }, x)).rejects.toThrow(
      /^step: expected shape \[2\] for argument 0.b, found \[1\]; compile once per shape$/,
    );
    await expect(call({ a: zeros([2], "float64"), b: x }, x)).rejects.toThrow(
      /^step: expected float32 for argument 0.a, found float64$/,
    );
    await expect(call({ a: x, b: x })).rejects.toThrow(/^step: expected an array at argument 1, found nothing$/);
    await expect(call({ a: x }, x)).rejects.toThrow(/^step: expected an array at argument 0.b, found 1$/);
    await expect(call({ a: x, b: x, c: x }, x)).rejects.toThrow(/^step: expected an array at argument 1, found 0.c$/);
    await expect(call({ a: x, b: x }, x, x)).rejects.toThrow(/^step: unexpected argument 2$/);
    await expect(call({ a: x, b: x }, 3)).rejects.toThrow(
      /^step: expected an NdArray for argument 1, found Number; make one with ndarray\(data, shape\)$/,
    );
    await expect(call({ a: x, b: x }, Float32Array.of(1, 2))).rejects.toThrow(/for argument 1, found Float32Array/);
    await expect(call({ a: x, b: x }, { ...x, data: Float32Array.of(1) })).rejects.toThrow(
      /^step: expected 2 elements for argument 1, found 1$/,
    );
    await expect(call({ a: x, b: x }, { ...x, data: Float64Array.of(1, 2) })).rejects.toThrow(
      /^step: expected a Float32Array as data of argument 1, found Float64Array$/,
    );
    expectClose(await call({ a: x, b: x }, x), [3, 6]);
    await f.dispose();
  });

  it("names the caller's line, and a value that is no tensor or spec", async () => {
    const wrong = compile((x, y) => add(x, y), [{ shape: [2] }, { shape: [3] }], { runtime });
    await expect(wrong).rejects.toThrow(/^add\(float32\[2\], float32\[3\]\): .* \(.*compile\.test\.ts:\d+:\d+\)$/);
    await expect(wrong).rejects.toBeInstanceOf(ShapeError);
    await expect(untyped(() => ({ a: 3 }), [], { runtime, name: "f" })).rejects.toThrow(
      /^f: expected the function to return tensors, found 3 at a; turn numbers into tensors with constant\(\)$/,
    );
    await expect(untyped(() => undefined, [], { runtime, name: "f" })).rejects.toThrow(
      /^f: expected the function to return tensors, found undefined/,
    );
    await expect(untyped((x: Tensor) => x, [{ x: 3 }], { runtime, name: "f" })).rejects.toThrow(
      /^f: expected a spec \{ shape, dtype \} at argument 0.x, found 3$/,
    );
    await expect(compile((x) => x, [{ shape: [-1] }], { runtime })).rejects.toThrow(
      /^input\(\): expected sizes that are whole numbers, found \[-1\]/,
    );
  });

  it("refuses a tensor of another function", async () => {
    const outside = input({ dtype: "float32", shape: [2] });
    await expect(compile((x) => add(x, outside), [{ shape: [2] }], { runtime, name: "f" })).rejects.toThrow(
      /^f: uses an input of another function, of type float32\[2\]; hand it over as an argument$/,
    );
    await expect(
      compileScan((s) => [add(s, outside), []], { state: { shape: [2] }, inputs: {}, steps: 2 }, { runtime }),
    ).rejects.toThrow(/input of another function/);
  });

  it("rejects calls after dispose, which may be repeated", async () => {
    const f = await compile((x) => exp(x), [{ shape: [1] }], { runtime, name: "f" });
    const last = f(float(0));
    await f.dispose();
    await f.dispose();
    expectClose(await last, [1]);
    await expect(f(float(0))).rejects.toThrow(RuntimeError);
    await expect(f(float(0))).rejects.toThrow("f: called after dispose()");
  });

  it("runs calls begun together, and leaves its inputs alone", async () => {
    const f = await compile((x) => multiply(x, 2), [{ shape: [1] }], { runtime });
    const x = float(1);
    const results = await Promise.all([0, 1, 2].map(() => f(x)));
    for (const result of results) expectClose(result, [2]);
    expect(x.data[0]).toBe(1);
    await f.dispose();
  });
});

describe("compileScan", () => {
  // Adam's arithmetic on the parameters of a small network, with every operation that a step uses.
  const shapes = { w: [3, 4], v: [4, 1] } as const;
  const step = (state: { p: { w: Tensor; v: Tensor }; count: Tensor }, { x, y }: { x: Tensor; y: Tensor }) => {
    const loss = ({ w, v }: { w: Tensor; v: Tensor }) => mean(square(subtract(matmul(silu(matmul(x, w)), v), y)));
    const g = grad(loss)(state.p);
    const next = {
      v: subtract(state.p.v, multiply(g.v, 0.1)),
      w: subtract(state.p.w, divide(multiply(g.w, 0.1), add(sqrt(sum(square(g.w))), 1))),
    };
    return [{ count: add(state.count, 1), p: next }, { loss: loss(state.p) }] as const;
  };
  const state = {
    p: { w: { shape: shapes.w }, v: { shape: shapes.v } },
    count: { shape: [], dtype: "int32" as const },
  };
  const inputs = { x: { shape: [5, 3] }, y: { shape: [5, 1] } };
  const start = {
    p: { w: randomArray(1, shapes.w, { dtype: "float32" }), v: randomArray(2, shapes.v, { dtype: "float32" }) },
    count: zeros([], "int32"),
  };
  const data = {
    x: randomArray(3, [6, 5, 3], { dtype: "float32" }),
    y: randomArray(4, [6, 5, 1], { dtype: "float32" }),
  };

  it("equals single steps bit by bit", async () => {
    const many = await compileScan(step, { state, inputs, steps: 6 }, { runtime });
    const one = await compile(step, [state, inputs], { runtime });
    const [end, { loss }] = await many(start, data);
    let current: typeof start = start;
    for (let k = 0; k < 6; k++) {
      const part = (array: NdArray<"float32">, size: number) =>
        ndarray(array.data.slice(k * size, (k + 1) * size), array.shape.slice(1));
      const [next, output] = await one(current, { x: part(data.x, 15), y: part(data.y, 5) });
      expect(output.loss.data[0]).toBe(loss.data[k]);
      current = next as never;
    }
    expect(end).toEqual(current);
    expect(end.count.data[0]).toBe(6);
    expect(loss.shape).toEqual([6]);
    const again = await many(start, data);
    expect(again[0]).toEqual(end);
    await many.dispose();
    await one.dispose();
  });

  it("needs neither inputs nor outputs, and passes state through", async () => {
    const twice = await compileScan(
      ({ a, kept }) => [{ a: multiply(a, 2), kept }, []],
      { state: { a: { shape: [1] }, kept: { shape: [2] } }, inputs: {}, steps: 5 },
      { runtime },
    );
    const [{ a, kept }, outputs] = await twice({ a: float(1), kept: float(3, 4) }, {});
    expectClose(a, [32]);
    expectClose(kept, [3, 4]);
    expect(outputs).toEqual([]);
    await twice.dispose();
    const stateless = await compileScan(
      (_, x) => [{}, { y: square(x), x }],
      { state: {}, inputs: { shape: [] }, steps: 3 },
      { runtime },
    );
    const [, { y, x }] = await stateless({}, float(1, 2, 3));
    expectClose(y, float(1, 4, 9));
    expectClose(x, float(1, 2, 3));
    await stateless.dispose();
  });

  it("names what does not fit", async () => {
    const options = { runtime, name: "step" };
    const one = { shape: [2] };
    await expect(compileScan((s) => [sum(s), []], { state: one, inputs: {}, steps: 2 }, options)).rejects.toThrow(
      /^step: expected the state to keep its types; 0 is float32\[2\] before the step and 0 is float32\[\] after it/,
    );
    await expect(
      compileScan(({ a }) => [{ b: a }, []] as never, { state: { a: one }, inputs: {}, steps: 2 }, options),
    ).rejects.toThrow(ShapeError);
    await expect(
      compileScan(({ a }) => [{ a, b: a }, []] as never, { state: { a: one }, inputs: {}, steps: 2 }, options),
    ).rejects.toThrow(/^step: expected the state to keep its structure; 0.b is not part of it before the step$/);
    await expect(compileScan((s) => [s, []], { state: one, inputs: {}, steps: 0 }, options)).rejects.toThrow(
      /^step: expected a whole number of steps above 0, found 0$/,
    );
    const f = await compileScan((s, x) => [add(s, x), []], { state: one, inputs: one, steps: 3 }, options);
    await expect(f(float(1, 2), float(1, 2))).rejects.toThrow(
      /^step: expected shape \[3,2\] for argument 1, found \[2\]/,
    );
    await f.dispose();
    await expect(f(float(1, 2), zeros([3, 2]))).rejects.toThrow("step: called after dispose()");
  });
});

describe("toOnnx", () => {
  // One of every kind of operation, each where possible in its own expanded form.
  const everything = (x: Tensor, i: Tensor): Record<string, Tensor> => {
    const f = (y: Tensor): Tensor => {
      const smooth = [silu, gelu, softplus, sigmoid, tanh, expm1, sin].reduce(
        (total, g) => add(total, g(y)),
        log1p(square(y)),
      );
      const rows = gather(smooth, i);
      const spread = scatterAdd(i, multiply(rows, y), 3);
      const [left, right] = split(
        pad(spread, [
          [0, 0],
          [1, 1],
        ]),
        2,
        1,
      ) as [Tensor, Tensor];
      return add(
        sum(multiply(softmax(concat([left, right], 0)), matmul(concat([left, right], 0), left))),
        add(logSumExp(y), maximum(y)),
      );
    };
    return { value: f(x), gradient: grad(f)(x), chosen: where(constant(ndarray(Uint8Array.of(1))), x, 0) };
  };

  const operators = (graph: OnnxGraph): string[] =>
    graph.nodes.map(({ op, domain }) => (domain === "" ? op : `${domain}:${op}`));

  it.each<DataType>(["float32", "float64"])(
    "writes a model of the standard domain that any runtime loads, in %s",
    async (dtype) => {
      const specs = [
        { shape: [3, 4], dtype },
        { shape: [3], dtype: "int32" },
      ] as const;
      expect(
        operators(traceOptimised(everything, specs, { portable: true })).filter((name) => name.includes(":")),
      ).toEqual([]);
      const session = await InferenceSession.create(toOnnx(everything, specs), { graphOptimizationLevel: "disabled" });
      expect(session.inputNames).toEqual(["input.0", "input.1"]);
      expect(session.outputNames).toEqual(["output.chosen", "output.gradient", "output.value"]);
      const [x, i] = [randomArray(1, [3, 4], { dtype }), ndarray(Int32Array.of(2, 0, 2))];
      const found = await session.run({
        "input.0": new OrtTensor(dtype, x.data as never, x.shape),
        "input.1": new OrtTensor("int32", i.data, i.shape),
      });
      const expected = await evaluate(everything, x, i);
      for (const [name, array] of Object.entries(expected)) {
        const { data, dims } = found[`output.${name}`]!;
        expect(dims).toEqual(array.shape);
        expectClose({ ...array, data } as NdArray, array, { absolute: dtype === "float32" ? 1e-4 : 1e-12 }, name);
      }
      await session.release();
    },
  );

  it("uses the runtime's own operators only when asked", () => {
    const specs = [{ shape: [3] }] as const;
    expect(operators(traceOptimised((x) => silu(x), specs, { portable: false }))).toEqual(["com.microsoft:QuickGelu"]);
    expect(operators(traceOptimised((x) => silu(x), specs, { portable: true }))).toEqual(["Sigmoid", "Mul"]);
    expect(toOnnx((x) => silu(x), specs)).toBeInstanceOf(Uint8Array);
    expect(toOnnx((x) => silu(x), specs, { portable: false })).not.toEqual(toOnnx((x) => silu(x), specs));
  });

  it("writes the same bytes for the same function", () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }) => ({ y: add(multiply(a, 2), exp(b)) });
    const specs = [{ a: { shape: [2] }, b: { shape: [2] } }] as const;
    expect(toOnnx(f, specs)).toEqual(toOnnx(f, specs));
    expect(() => toOnnx(() => fromNested(1) as never, [])).toThrow(TraceError);
  });
});
