/** What networks are made of, in float16: values and derivatives compared with float32, computed as the runtime can. */
import { afterAll, describe, expect, it } from "vitest";
import { compile, traceOptimised } from "../compile.ts";
import { grad, valueAndGrad } from "../differentiate/differentiate.ts";
import { DataTypeError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { NdArray } from "../ndarray.ts";
import { native } from "../runtime/native.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { compileFor } from "../testing/compile-for.ts";
import { randomArray } from "../testing/random.ts";
import { gelu, sigmoid, silu, softplus } from "./activation.ts";
import { add, divide, multiply } from "./arithmetic.ts";
import { scaledDotProductAttention } from "./attention.ts";
import { sum } from "./broadcast.ts";
import { max, where } from "./comparison.ts";
import { conv, convTranspose } from "./convolution.ts";
import { cos, exp, sin, sqrt, tanh } from "./exponential.ts";
import { gather, scatterAdd } from "./index-select.ts";
import { matmul } from "./matmul.ts";
import { groupNorm, layerNorm, rmsNorm } from "./normalisation.ts";
import { averagePool, upsampleNearest } from "./resample.ts";
import { reshape, transpose } from "./reshape.ts";
import { cast, constant } from "./source.ts";
import { logSumExp, maximum, mean, softmax, variance } from "./statistics.ts";
import { concat, pad, slice, split } from "./window.ts";

const indices = constant({ dtype: "int32", shape: [2], data: Int32Array.of(3, 1) });

type Case = readonly [name: string, shapes: readonly number[][], f: (...args: Tensor[]) => Tensor];

const cases: readonly Case[] = [
  ["arithmetic", [[2, 8], [8]], (a, b) => divide(add(multiply(a, b), 2), add(multiply(b, b), 1))],
  [
    "matmul",
    [
      [6, 40],
      [40, 5],
    ],
    (a, b) => matmul(a, b),
  ],
  ["activations", [[2, 9]], (x) => concat([silu(x), sigmoid(x), gelu(x), softplus(x), tanh(x)], 1)],
  ["functions", [[2, 9]], (x) => add(exp(x), multiply(sin(x), sqrt(add(cos(x), 2))))],
  [
    "choices",
    [
      [2, 9],
      [2, 9],
    ],
    (a, b) => where(cast(constant(1), "bool"), max(a, b), 0),
  ],
  ["conv, kernel 3", [[2, 16, 6, 6], [16, 16, 3, 3], [16]], (x, w, b) => conv(x, w, { padding: 1, bias: b })],
  [
    "conv, stride 2",
    [
      [2, 4, 6, 6],
      [8, 4, 3, 3],
    ],
    (x, w) => conv(x, w, { padding: 1, stride: 2 }),
  ],
  [
    "conv, 1 and 3 axes",
    [
      [1, 2, 6],
      [3, 2, 3],
      [1, 2, 4, 4, 4],
      [3, 2, 2, 2, 2],
    ],
    (x, w, y, v) => concat([reshape(conv(x, w), [-1]), reshape(conv(y, v), [-1])]),
  ],
  [
    "convTranspose",
    [
      [2, 4, 3, 3],
      [4, 3, 2, 2],
    ],
    (x, w) => convTranspose(x, w, { stride: 2 }),
  ],
  ["groupNorm", [[2, 8, 4, 4], [8], [8]], (x, scale, shift) => groupNorm(add(x, 3), 2, { scale, shift })],
  ["layerNorm, rmsNorm", [[3, 12], [12]], (x, scale) => add(layerNorm(x, { scale }), rmsNorm(x, { scale }))],
  ["resampling", [[1, 2, 4, 4]], (x) => upsampleNearest(averagePool(x, 2), 2)],
  ["resampling of volumes", [[1, 2, 4, 4, 4]], (x) => upsampleNearest(averagePool(x, 2), 2)],
  [
    "attention",
    [
      [2, 5, 8],
      [2, 7, 8],
      [2, 7, 4],
    ],
    (q, k, v) => scaledDotProductAttention(q, k, v),
  ],
  [
    "attention with a mask",
    [
      [2, 5, 8],
      [2, 7, 8],
      [2, 7, 4],
      [5, 7],
    ],
    (q, k, v, m) =>
      add(
        scaledDotProductAttention(q, k, v, { mask: m }),
        scaledDotProductAttention(q, k, v, {
          mask: constant({ dtype: "bool", shape: [7], data: Uint8Array.of(1, 0, 1, 1, 0, 1, 1) }),
        }),
      ),
  ],
  [
    "statistics",
    [[3, 50]],
    (x) => concat([mean(x, 1), variance(x, 1), logSumExp(x, 1), maximum(x, 1), sum(x, 1), reshape(softmax(x), [-1])]),
  ],
  [
    "gather and scatterAdd",
    [
      [5, 3],
      [2, 3],
    ],
    (x, u) => add(gather(x, indices), gather(scatterAdd(indices, u, 5), indices)),
  ],
  [
    "windows",
    [[4, 6]],
    (x) =>
      concat(
        [
          pad(slice(x, [[1, 3]]), [
            [0, 0],
            [1, 1],
          ]),
          ...split(
            pad(transpose(x), [
              [0, 0],
              [2, 2],
            ]),
            3,
            0,
          ),
        ].slice(0, 2) as Tensor[],
      ),
  ],
];

// Claims what it has not, so that float16 reaches ONNX Runtime.
const inner = native({ threads: 1 });
const claiming: Runtime = {
  ...inner,
  target: async (question) => ({ ...(await inner.target(question)), float16: true }),
};
afterAll(() => inner.dispose());

const arrays = (shapes: readonly (readonly number[])[]): NdArray[] =>
  shapes.map((shape, i) => randomArray(i + 1, shape, { dtype: "float32" }));

/** The value, and the gradients of its product with fixed weights, for arguments used as `dtype`. */
const withGradients =
  (f: Case[2], dtype: "float16" | "float32") =>
  (...args: Tensor[]) => {
    const value = (values: Tensor[]): Tensor => cast(f(...values.map((x) => cast(x, dtype))), "float32");
    const weigh = (y: Tensor): Tensor => sum(multiply(y, constant(randomArray(9, y.shape, { dtype: "float32" }))));
    return { value: value(args), gradients: grad((values: Tensor[]) => weigh(value(values)))(args) };
  };

const flat = ({ value, gradients }: { value: NdArray; gradients: NdArray[] }): NdArray[] => [value, ...gradients];

describe.each([
  ["emulated", inner],
  ["given to the runtime", claiming],
])("float16, %s", (_, runtime) => {
  it.each(cases)("%s", async (_name, shapes, f) => {
    const args = arrays(shapes);
    const results: NdArray[][] = [];
    for (const dtype of ["float16", "float32"] as const) {
      const compiled = await compileFor(withGradients(f, dtype), args, runtime);
      results.push(flat((await compiled(...args)) as never));
      await compiled.dispose();
    }
    const [half, full] = results as [NdArray[], NdArray[]];
    for (const [i, array] of half.entries()) {
      const scale = Math.max(...[...full[i]!.data].map((v) => Math.abs(Number(v))));
      const errors = [...array.data].map((v, k) => Math.abs(Number(v) - Number(full[i]!.data[k])) / (scale + 1e-3));
      // 2^-11 is the rounding of one operation; a dozen of them follow each other.
      expect(Math.max(...errors)).toBeLessThan(12 * 2 ** -11);
    }
  });
});

describe("float16", () => {
  it("differs from float32 where it should, when emulated", async () => {
    const x = arrays([[4, 4]])[0]!;
    const compiled = await compileFor((t: Tensor) => cast(cast(t, "float16"), "float32"), [x], inner);
    const y = (await compiled(x)) as NdArray;
    expect(y.data).not.toEqual(x.data);
    await compiled.dispose();
  });

  it("keeps sums and statistics that float16 could not hold", async () => {
    const x = { ...randomArray(3, [1, 4, 32, 32], { dtype: "float32" }) };
    const large = (t: Tensor): Tensor => cast(multiply(add(t, 2), 50), "float16");
    const f = (t: Tensor) => ({
      norm: cast(groupNorm(large(t), 1), "float32"),
      mean: cast(mean(large(t)), "float32"),
    });
    const compiled = await compileFor(f, [x], inner);
    const { norm, mean: centre } = (await compiled(x)) as Record<"norm" | "mean", NdArray>;
    await compiled.dispose();
    expect(Math.abs(Number(centre.data[0]) - 100)).toBeLessThan(2);
    expect([...norm.data].every((v) => Math.abs(Number(v)) < 2)).toBe(true);
  });

  it("lowers to float16 operators between casts, with float16 constants", () => {
    const f = (x: Tensor, w: Tensor): Tensor =>
      cast(silu(multiply(matmul(cast(x, "float16"), cast(w, "float16")), 3)), "float32");
    const { nodes, constants } = traceOptimised(f, [{ shape: [2, 3] }, { shape: [3, 4] }], {
      portable: false,
      float16: true,
    });
    expect(nodes.map(({ op }) => op)).toEqual(["Cast", "Cast", "MatMul", "Mul", "Sigmoid", "Mul", "Cast"]);
    expect(constants.map(({ value }) => value.dtype)).toEqual(["float16"]);
  });

  it("stays inside: arguments and results are float32", async () => {
    const half = (x: Tensor): Tensor => cast(x, "float16");
    await expect(compile(half, [{ shape: [2] }], { runtime: inner })).rejects.toThrow(DataTypeError);
    await expect(compile(half, [{ shape: [2] }], { runtime: inner })).rejects.toThrow(/results in float32.*cast\(\)/);
    await expect(
      compile((x) => cast(x as unknown as Tensor, "float32"), [{ shape: [2], dtype: "float16" as "float32" }], {
        runtime: inner,
      }),
    ).rejects.toThrow(/arguments in float32/);
  });

  it("takes no other type together with it", () => {
    const mixed = (x: Tensor): Tensor => add(cast(x, "float16"), x);
    expect(() => traceOptimised(mixed, [{ shape: [2] }])).toThrow(/one element type; convert with cast/);
  });

  it("differentiates through both casts", async () => {
    const f = (x: Tensor): Tensor => sum(cast(multiply(cast(x, "float16"), 3), "float32"));
    const compiled = await compileFor((x: Tensor) => valueAndGrad(f)(x), arrays([[3]]), inner);
    const [, gradient] = (await compiled(...arrays([[3]]))) as [NdArray, NdArray];
    expect(gradient).toEqual({ dtype: "float32", shape: [3], data: Float32Array.of(3, 3, 3) });
    await compiled.dispose();
  });
});
