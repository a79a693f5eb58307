import { describe, expect, expectTypeOf, it } from "vitest";
import { DataTypeError, ShapeError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { castArray, type NdArray, ndarray } from "../ndarray.ts";
import { silu } from "../operation/activation.ts";
import { add, divide, multiply, negate, square } from "../operation/arithmetic.ts";
import { broadcastTo, sum } from "../operation/broadcast.ts";
import { exp, sin } from "../operation/exponential.ts";
import { matmul } from "../operation/matmul.ts";
import { cast, constant, input, stopGradient } from "../operation/source.ts";
import { logSumExp } from "../operation/statistics.ts";
import { expectClose } from "../testing/close.ts";
import { checkDerivatives } from "../testing/derivatives.ts";
import { evaluate } from "../testing/evaluate.ts";
import { randomArray } from "../testing/random.ts";
import { dot, grad, hessianVectorProduct, jvp, type Tensors, valueAndGrad, vjp } from "./differentiate.ts";

const float64 = (...values: number[]): NdArray<"float64"> => ndarray(Float64Array.from(values));
const numbers = (array: NdArray): number[] =>
  Array.from({ length: array.data.length }, (_, i) => Number(array.data[i]));
const scalar = (value: number): NdArray<"float64"> => ndarray(Float64Array.of(value), []);
const oneLike = (x: Tensor): Tensor => broadcastTo(constant(1, x.dtype), x.shape);
const forward =
  (f: (x: Tensor) => Tensor) =>
  (x: Tensor): Tensor =>
    jvp(f, x, oneLike(x))[1];

/** A network of one hidden layer, and its parameters. */
const mlp = ({ w, b, v }: { w: Tensor; b: Tensor; v: Tensor }, x: Tensor): Tensor =>
  matmul(silu(add(matmul(x, w), b)), v);
const parameters = { w: randomArray(1, [3, 5]), b: randomArray(2, [5]), v: randomArray(3, [5, 3]) };

describe("derivatives of higher order", () => {
  it("reverse, forward and in any mixture", async () => {
    const third = [grad, forward].flatMap((a) =>
      [grad, forward].flatMap((b) =>
        [grad, forward].map((c) => a(b(c(sin) as never) as never) as (x: Tensor) => Tensor),
      ),
    );
    const found = await evaluate((x) => third.map((f) => f(x)), scalar(0.7));
    expect(found.length).toBe(8);
    for (const [i, array] of found.entries()) expectClose(array, [-Math.cos(0.7)], { relative: 1e-14 }, `mixture ${i}`);
  });

  it("of a product of five, by repeated gradients", async () => {
    let f = (x: Tensor): Tensor => multiply(exp(multiply(x, 2)), x);
    for (let order = 0; order < 5; order++) f = grad(f);
    // d^n (x e^2x) = (2^n x + n 2^(n-1)) e^2x
    expectClose(await evaluate(f, scalar(0.3)), [(32 * 0.3 + 80) * Math.exp(0.6)], { relative: 1e-13 });
  });

  it("give the Hessian times a vector as central differences do", async () => {
    const f = (x: Tensor) => add(logSumExp(multiply(x, 3)), sum(multiply(sin(x), square(x))));
    const [x, v] = [randomArray(4, [6]), randomArray(5, [6])];
    const h = 1e-4;
    const shifted = (sign: number) => float64(...x.data.map((value, i) => value + sign * h * v.data[i]!));
    const [[gradient, product], above, below] = await evaluate(
      (p, q, a, b) => [hessianVectorProduct(f, p, q), grad(f)(a), grad(f)(b)],
      x,
      v,
      shifted(1),
      shifted(-1),
    );
    expectClose(
      product,
      numbers(above).map((value, i) => (value - numbers(below)[i]!) / (2 * h)),
      { absolute: 1e-6 },
    );
    await checkDerivatives((p) => f(p!), [x]);
    expect(gradient.shape).toEqual([6]);
  });
});

describe("mixed modes", () => {
  it("give the divergence of a network by forward mode", async () => {
    const found = await evaluate(
      (p, x, basis) => {
        const columns = [0, 1, 2].map((i) => {
          const direction = broadcastTo(basis[i]!, x.shape);
          return sum(multiply(jvp((y: Tensor) => mlp(p, y), x, direction)[1], direction), 1);
        });
        const byReverse = [0, 1, 2].map((i) => {
          const direction = broadcastTo(basis[i]!, x.shape);
          const [, pull] = vjp((y: Tensor) => mlp(p, y), x);
          return sum(multiply(pull(direction), direction), 1);
        });
        return [columns.reduce((a, b) => add(a, b)), byReverse.reduce((a, b) => add(a, b))];
      },
      parameters,
      randomArray(6, [4, 3]),
      [0, 1, 2].map((i) => float64(...[0, 1, 2].map((k) => Number(k === i)))),
    );
    expectClose(found[0], found[1], { absolute: 1e-13 });
    // tr(w diag(silu') v), from the definition
    const x = randomArray(6, [4, 3]).data;
    const { w, b, v } = parameters;
    const expected = [0, 1, 2, 3].map((row) => {
      let trace = 0;
      for (let j = 0; j < 5; j++) {
        let z = b.data[j]!;
        for (let i = 0; i < 3; i++) z += x[row * 3 + i]! * w.data[i * 5 + j]!;
        const s = 1 / (1 + Math.exp(-z));
        for (let i = 0; i < 3; i++) trace += w.data[i * 5 + j]! * (s + z * s * (1 - s)) * v.data[j * 3 + i]!;
      }
      return trace;
    });
    expectClose(found[0], expected, { absolute: 1e-13 });
  });

  it("differentiate a score that is itself a gradient by the parameters, with tangents", async () => {
    const energy = (p: { w: Tensor; b: Tensor; v: Tensor }, x: Tensor) => sum(square(mlp(p, x)));
    const objective = (w: Tensor, b: Tensor, v: Tensor, x: Tensor, direction: Tensor): Tensor => {
      const score = (y: Tensor): Tensor => negate(grad((z: Tensor) => energy({ w, b, v }, z))(y));
      const [value, along] = jvp(score, x, direction);
      // Sliced score matching (Song et al. 2019, equation 8)
      return add(multiply(sum(square(value)), 0.5), sum(multiply(along, direction)));
    };
    await checkDerivatives(
      objective as never,
      [parameters.w, parameters.b, parameters.v, randomArray(6, [4, 3]), randomArray(7, [4, 3])],
      { tolerance: 1e-7 },
    );
  });

  it("do not confuse perturbations of nested functions", async () => {
    const found = await evaluate((x) => {
      const nested = grad((a: Tensor) => multiply(a, grad((b: Tensor) => add(a, b))(constant(1, "float64"))))(x);
      const same = grad((a: Tensor) => multiply(a, grad((b: Tensor) => multiply(a, b))(a)))(x);
      const inner = forward((a) => multiply(a, forward((b) => multiply(a, square(b)))(x)))(x);
      return { nested, same, inner };
    }, scalar(3));
    expectClose(found.nested, [1]);
    // a * d(ab)/db = a^2
    expectClose(found.same, [6]);
    // a * d(a b^2)/db at b = 3, held apart from a: a^2 * 6, whose derivative is 12 a
    expectClose(found.inner, [36]);
  });
});

describe("functions of trees", () => {
  it("give gradients in the structure of the argument, zeros for what is unused, and nothing for integers", async () => {
    const point = {
      layers: [{ w: float64(1, 2) }, { w: float64(3) }] as const,
      unused: float64(5, 5),
      count: ndarray(Int32Array.of(2)),
    };
    const f = (p: { layers: readonly { w: Tensor }[]; unused: Tensor; count: Tensor }) =>
      multiply(sum(square(p.layers[0]!.w)), sum(multiply(p.layers[1]!.w, cast(p.count, "float64"))));
    const [value, gradient] = await evaluate((p) => valueAndGrad(f)(p), point);
    expectClose(value, [30]);
    expectClose(gradient.layers[0]!.w, [12, 24]);
    expectClose(gradient.layers[1]!.w, [10]);
    expectClose(gradient.unused, [0, 0]);
    expectClose(gradient.count, ndarray(Int32Array.of(0)));
  });

  it("pass further arguments through, and results by closure", async () => {
    let metric: Tensor | undefined;
    const f = (x: Tensor, scale: Tensor, { shift }: { shift: Tensor }): Tensor => {
      const y = add(multiply(x, scale), shift);
      metric = stopGradient(sum(y));
      return sum(square(y));
    };
    const [gradient, aside] = await evaluate((x, s, t) => [grad(f)(x, s, t), metric!], float64(1, 2), float64(2, 2), {
      shift: float64(0, 1),
    });
    expectClose(gradient, [8, 20]);
    expectClose(aside, [7]);
  });

  it("pull and push several outputs", async () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }) => ({
      product: multiply(a, b),
      pair: [sin(a), a] as const,
      again: a,
    });
    const found = await evaluate(
      (x, v, w) => {
        const [value, pull] = vjp(f, x);
        return { pulled: pull(w), pushed: jvp(f, x, v)[1], value };
      },
      { a: scalar(0.5), b: scalar(2) },
      { b: scalar(20), a: scalar(10) },
      { product: scalar(1), again: scalar(3), pair: [scalar(2), scalar(4)] as const },
    );
    expectClose(found.value.product, [1]);
    expectClose(found.pulled.a, [2 + 2 * Math.cos(0.5) + 4 + 3], { relative: 1e-15 });
    expectClose(found.pulled.b, [0.5]);
    expectClose(found.pushed.product, [30]);
    expectClose(found.pushed.pair[0], [10 * Math.cos(0.5)], { relative: 1e-15 });
    for (const array of [found.pushed.pair[1], found.pushed.again]) expectClose(array, [10]);
  });

  it("are zero where the function is constant", async () => {
    const found = await evaluate(
      (x, c) => [
        grad((_: Tensor) => sum(c))(x),
        jvp((_: Tensor) => c, x, x)[1],
        vjp((_: Tensor) => c, x)[1](c),
        grad((y: Tensor) => sum(stopGradient(exp(y))))(x),
        jvp((y: Tensor) => cast(y, "int32"), x, x)[1],
      ],
      float64(1, 2),
      float64(3, 4),
    );
    for (const array of found) expect([...array.data]).toEqual([0, 0]);
    expect(found[4].dtype).toBe("int32");
  });

  it("dot sums over all leaves", async () => {
    const found = await evaluate(
      (a, b) => dot(a, b),
      { p: float64(1, 2), q: [scalar(3)] },
      { q: [scalar(5)], p: float64(10, 20) },
    );
    expectClose(found, [65]);
  });

  it("have types that follow the arguments", () => {
    const x = input({ dtype: "float32", shape: [] });
    const g = grad((p: { a: Tensor; b: readonly [Tensor, Tensor] }, _scale: number) => add(p.a, p.b[0]));
    expectTypeOf(g).parameters.toEqualTypeOf<[x: { a: Tensor; b: readonly [Tensor, Tensor] }, _scale: number]>();
    expectTypeOf(g).returns.toEqualTypeOf<{ a: Tensor; b: readonly [Tensor, Tensor] }>();
    expectTypeOf(valueAndGrad((y: Tensor) => y)(x)).toEqualTypeOf<[value: Tensor, gradient: Tensor]>();
    const [value, pull] = vjp((y: { a: Tensor }) => [y.a, y.a] as const, { a: x });
    expectTypeOf(value).toEqualTypeOf<readonly [Tensor, Tensor]>();
    expectTypeOf(pull).returns.toEqualTypeOf<{ a: Tensor }>();
    expectTypeOf(jvp((y: Tensor) => ({ y }), x, x)[1].y).toEqualTypeOf<Tensor>();
    // @ts-expect-error a gradient is of a function with one tensor as result
    expect(() => grad((y: Tensor) => [y])(x)).toThrow(ShapeError);
    expect(pull).toBeInstanceOf(Function);
  });
});

describe("errors", () => {
  const x = input({ dtype: "float32", shape: [2] });

  it("name what is not a scalar function", () => {
    expect(() => grad((y: Tensor) => y)(x)).toThrow(
      /^grad\(\): expected a function with one floating-point number .*found float32\[2\] \(.*differentiate\.test\.ts:\d+:\d+\)$/,
    );
    expect(() => grad((y: Tensor) => cast(sum(y), "int32"))(x)).toThrow(/found int32\[\]/);
    expect(() => grad((() => 3) as never)(x)).toThrow(/found 3/);
  });

  it("name tangents and cotangents that do not fit", () => {
    const y = input({ dtype: "float32", shape: [3] });
    const f = (p: Tensors) => p;
    expect(() => jvp(square, x, y)).toThrow(/^jvp\(\): expected a tangent of float32\[2\], found float32\[3\]/);
    expect(() => jvp(square, x, cast(x, "float64"))).toThrow(DataTypeError);
    expect(() => jvp(f, { a: x, b: x } as Tensors, { a: x })).toThrow(
      /expected a tangent of float32\[2\] at b, found nothing/,
    );
    expect(() => vjp(f, { a: x } as Tensors)[1]({ b: x })).toThrow(
      /^vjp\(\): expected a cotangent of float32\[2\] at a, found float32\[2\] at b/,
    );
    expect(() => vjp(square, x)[1](y)).toThrow(ShapeError);
    expect(() => dot(x, [x, x])).toThrow(ShapeError);
  });

  it("accept integers and bools besides what is differentiated", async () => {
    const found = await evaluate(
      (p, n) => jvp(([a, b]: readonly [Tensor, Tensor]) => divide(a, cast(b, "float64")), [p, n], [oneLike(p), n])[1],
      float64(2, 4),
      castArray(float64(2, 4), "int64"),
    );
    expectClose(found, [0.5, 0.25]);
  });
});
