import "../methods.ts";
import { describe, expect, it } from "vitest";
import { traceOptimised } from "../compile.ts";
import { grad } from "../differentiate/differentiate.ts";
import type { Tensor } from "../graph/tensor.ts";
import { castArray, ndarray } from "../ndarray.ts";
import { expectClose } from "../testing/close.ts";
import { checkDerivatives } from "../testing/derivatives.ts";
import { evaluate } from "../testing/evaluate.ts";
import { randomArray } from "../testing/random.ts";
import { silu } from "./activation.ts";
import { square } from "./arithmetic.ts";
import { sum } from "./broadcast.ts";
import { channelDot, channelSum, scaleShift } from "./channel.ts";
import { conv } from "./convolution.ts";
import { groupNorm } from "./normalisation.ts";

// 32 channels of a plane fill blocks of 8 or 16, where the runtime has them; the others do not.
const shapes = [
  [2, 32, 4, 3],
  [3, 6, 2, 2],
  [2, 16, 5],
  [2, 4],
];

describe("scaling and summing channels", () => {
  it.each(shapes)("is right for [%i, %i, %i, %i]", async (...given) => {
    const shape = given.filter((n) => n !== undefined);
    const [n, c] = shape as [number, number];
    const [x, y] = [randomArray(1, shape), randomArray(2, shape)];
    const [scale, shift] = [randomArray(3, [n, c]), randomArray(4, [n, c])];
    const places = x.data.length / (n * c);
    const at = (v: { data: ArrayLike<unknown> }, i: number): number => Number(v.data[i]);
    const totals = (f: (i: number) => number) =>
      ndarray(
        Float64Array.from({ length: n * c }, (_, k) => {
          let total = 0;
          for (let i = k * places; i < (k + 1) * places; i++) total += f(i);
          return total;
        }),
        [n, c],
      );
    const expected = {
      moved: ndarray(
        Float64Array.from(x.data, (_, i) => {
          const k = Math.floor(i / places);
          return at(x, i) * at(scale, k) + at(shift, k);
        }),
        shape,
      ),
      total: totals((i) => at(x, i)),
      product: totals((i) => at(x, i) * at(y, i)),
    };
    for (const [dtype, absolute] of [
      ["float64", 1e-13],
      ["float32", 1e-5],
    ] as const) {
      const found = await evaluate(
        ({ x, y, scale, shift }) => ({
          moved: scaleShift(x, scale, shift),
          total: channelSum(x),
          product: channelDot(x, y),
        }),
        {
          x: castArray(x, dtype),
          y: castArray(y, dtype),
          scale: castArray(scale, dtype),
          shift: castArray(shift, dtype),
        },
      );
      for (const key of ["moved", "total", "product"] as const)
        expectClose(castArray(found[key], "float64"), expected[key], { absolute });
    }
  });

  it("has the derivatives of its definition", async () => {
    await checkDerivatives(
      (x, scale, shift) => {
        const y = scaleShift(x!, scale!, shift!);
        return sum(square(channelSum(square(y))))
          .add(sum(channelDot(y, square(x!))))
          .add(sum(channelDot(y, y)));
      },
      [randomArray(1, [1, 16, 2, 2]), randomArray(2, [1, 16]), randomArray(3, [1, 16])],
    );
  });
});

describe("in the blocked layout", () => {
  const target = { portable: false, convolutionBlock: 16 };
  const reorders = (f: (x: Tensor, w: Tensor) => Tensor): number[] => {
    const specs = [{ shape: [16, 32, 8, 8] }, { shape: [32, 32, 3, 3] }];
    const { nodes } = traceOptimised((x, w) => f(x!, w!), specs, target);
    return ["ReorderInput", "ReorderOutput"].map((op) => nodes.filter((node) => node.op === op).length);
  };
  const block = (x: Tensor, w: Tensor): Tensor => {
    const h = conv(silu(groupNorm(x, 8)), w, { padding: 1 });
    return x.add(conv(silu(groupNorm(h, 8)), w, { padding: 1 })).multiply(Math.SQRT1_2);
  };

  it("a residual block leaves it nowhere but at its ends", () => {
    expect(reorders((x, w) => block(conv(x, w, { padding: 1 }), w))).toEqual([1, 1]);
  });

  it("neither does its gradient, except for the samples as channels in the gradients of weights", () => {
    const loss = (x: Tensor, w: Tensor): Tensor => sum(square(block(conv(x, w, { padding: 1 }), w)));
    // The weight is used three times, and its gradient leaves through no conversion.
    expect(reorders((x, w) => grad((v: Tensor) => loss(x, v))(w))).toEqual([1 + 3, 0]);
  });
});
