import { describe, expect, it } from "vitest";
import { traceOptimised } from "../compile.ts";
import { grad, jvp, valueAndGrad } from "../differentiate/differentiate.ts";
import type { Tensor } from "../graph/tensor.ts";
import { sizeOf } from "../ndarray.ts";
import { silu } from "../operation/activation.ts";
import { add, divide, multiply, square, subtract } from "../operation/arithmetic.ts";
import { sum } from "../operation/broadcast.ts";
import { log, sqrt } from "../operation/exponential.ts";
import { matmul } from "../operation/matmul.ts";
import { reshape } from "../operation/reshape.ts";
import { mean } from "../operation/statistics.ts";
import { concat, split } from "../operation/window.ts";
import { checkPass, countOperators, target } from "../testing/graph.ts";
import type { Specs } from "../trace.ts";
import { optimise } from "./optimise.ts";

const counts = (f: (...args: Tensor[]) => unknown, specs: Specs) =>
  countOperators(traceOptimised(f as never, specs as never));

// A denoiser of two hidden layers, [x, log sigma] -> noise, with its parameters in one vector.
const [batch, widths] = [64, [9, 16, 16, 8]] as const;
const shapes = widths.slice(1).flatMap((n, i) => [[widths[i]!, n], [n]]);
const total = shapes.reduce((size, shape) => size + sizeOf(shape), 0);
const unpack = (flat: Tensor): Tensor[] => split(flat, shapes.map(sizeOf)).map((part, i) => reshape(part, shapes[i]!));
const network = (parameters: readonly Tensor[], x: Tensor): Tensor => {
  let h = x;
  for (let layer = 0; layer < 3; layer++) {
    h = add(matmul(h, parameters[2 * layer]!), parameters[2 * layer + 1]!);
    if (layer < 2) h = silu(h);
  }
  return h;
};
const loss = (flat: Tensor, x: Tensor, noise: Tensor, sigma: Tensor): Tensor => {
  const noisy = add(x, multiply(noise, sigma));
  return mean(square(subtract(network(unpack(flat), concat([noisy, log(sigma)], 1)), noise)));
};
const specs = [{ shape: [total] }, { shape: [batch, 8] }, { shape: [batch, 8] }, { shape: [batch, 1] }];

describe("optimise", () => {
  it("keeps the values of random graphs", async () => {
    await checkPass((graph) => optimise(graph, target), { seed: 101, runs: 30 });
    await checkPass((graph) => optimise(graph, target), { dtype: "float32", seed: 102, runs: 30 });
    await checkPass((graph) => optimise(graph, { portable: true }), { dtype: "float32", seed: 103, runs: 10 });
  });

  it("keeps infinities and NaN of random graphs", async () => {
    await checkPass((graph) => optimise(graph, target), { seed: 104, runs: 20, extremes: true });
    await checkPass((graph) => optimise(graph, target), { dtype: "float32", seed: 105, runs: 10, extremes: true });
  });

  it("lowers one operation to one node, and none to a copy", () => {
    expect(counts((x) => silu(x), [{ shape: [4] }])).toEqual({ QuickGelu: 1 });
    expect(counts((x) => add(multiply(x, 1), 0), [{ shape: [4] }])).toEqual({ Identity: 1 });
  });

  it("computes a denoising loss in the operations one would write by hand", () => {
    expect(counts(loss as never, specs)).toEqual({
      Split: 1, // of the parameters
      Reshape: 3, // of the weights
      Mul: 3, // noise, square, mean
      Add: 1,
      Log: 1,
      Concat: 1,
      Gemm: 3, // with their biases
      QuickGelu: 2,
      Sub: 1,
      ReduceSum: 1,
    });
  });

  it("computes its gradient in the operations one would write by hand", () => {
    expect(counts(valueAndGrad(loss) as never, specs)).toEqual({
      Split: 1,
      Concat: 2, // of the input, of the gradient
      Log: 1,
      // 3 forward, 3 for the weights, 2 for the hidden layers
      Gemm: 8,
      // Sums of cotangents of biases as products with ones
      MatMul: 3,
      Sigmoid: 2,
      // noise, square, mean and its derivative; x s, y (1 - s), cotangent per hidden layer
      Mul: 4 + 3 * 2,
      // x + noise, s + y (1 - s) per hidden layer
      Add: 1 + 2,
      Sub: 1 + 2,
      ReduceSum: 1,
      // Of the weights forward; weights and biases into the flat gradient
      Reshape: 3 + 6,
    });
  });

  it("stretches nothing and pads nothing in first and second derivatives", () => {
    const step = (flat: Tensor, m: Tensor, v: Tensor, x: Tensor, noise: Tensor, sigma: Tensor) => {
      const g = grad(loss)(flat, x, noise, sigma);
      const [first, second] = [
        add(multiply(m, 0.9), multiply(g, 0.1)),
        add(multiply(v, 0.99), multiply(square(g), 0.01)),
      ];
      return [subtract(flat, divide(multiply(first, 1e-3), add(sqrt(second), 1e-8))), first, second];
    };
    const adam = counts(step as never, [specs[0]!, specs[0]!, ...specs]);
    const curvature = counts(
      ((flat: Tensor, v: Tensor, ...data: [Tensor, Tensor, Tensor]) =>
        jvp((p: Tensor) => grad(loss)(p, ...data), flat, v)) as never,
      [specs[0]!, ...specs],
    );
    for (const operators of [adam, curvature])
      for (const op of ["Expand", "Pad", "Slice", "Transpose"]) expect(operators[op] ?? 0, op).toBe(0);
  });

  it("sums products of a matrix and a stretched vector as a matrix product", () => {
    const f = (w: Tensor, x: Tensor) => sum(multiply(w, x), 1);
    expect(counts(f, [{ shape: [30, 40] }, { shape: [40] }]).ReduceSum).toBeUndefined();
  });
});
