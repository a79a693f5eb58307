import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grad } from "../differentiate/differentiate.ts";
import { stridesOf } from "../graph/shape.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type NdArray, ndarray, type Shape, sizeOf } from "../ndarray.ts";
import { add, multiply, square } from "../operation/arithmetic.ts";
import { broadcastTo, sum } from "../operation/broadcast.ts";
import { conv } from "../operation/convolution.ts";
import { exp } from "../operation/exponential.ts";
import { scatterAdd } from "../operation/index-select.ts";
import { einsum, matmul } from "../operation/matmul.ts";
import { groupNorm, layerNorm, rmsNorm } from "../operation/normalisation.ts";
import { averagePool } from "../operation/resample.ts";
import { reshape, transpose } from "../operation/reshape.ts";
import { logSumExp, mean, softmax, variance } from "../operation/statistics.ts";
import { slice } from "../operation/window.ts";
import { expectClose } from "../testing/close.ts";
import { evaluate } from "../testing/evaluate.ts";
import { checkPass, graphOf, operationsOf, runGraph } from "../testing/graph.ts";
import { randomArray } from "../testing/random.ts";
import { longSums } from "./long-sums.ts";

/**
 * The largest error of a float32 sum relative to the sum of magnitudes, over any number of elements. Half an ulp is
 * 6e-8.
 */
const bound = 4e-6;

const float32 = (shape: Shape, f: (i: number) => number): NdArray<"float32"> =>
  ndarray(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => f(i)),
    shape,
  );

/** Sums in float64 over axes, of numbers or of their magnitudes. */
const exactSums = ({ data, shape }: NdArray, axes: readonly number[], f = (x: number) => x): Float64Array => {
  const kept = shape.filter((_, axis) => !axes.includes(axis));
  const strides = stridesOf(kept);
  let next = 0;
  const steps = shape.map((_, axis) => (axes.includes(axis) ? 0 : strides[next++]!));
  const total = new Float64Array(sizeOf(kept));
  const index = shape.map(() => 0);
  let place = 0;
  for (let i = 0; i < data.length; i++) {
    total[place]! += f(Number(data[i]));
    for (let axis = index.length - 1; axis >= 0; axis--) {
      place += steps[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      place -= shape[axis]! * steps[axis]!;
      index[axis] = 0;
    }
  }
  return total;
};

const expectWithin = (found: NdArray, expected: Float64Array, scale: Float64Array, what: string): void => {
  expect(found.data.length, what).toBe(expected.length);
  const worst = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(Number(found.data[i]) - value) / scale[i]!),
    0,
  );
  expect(worst, what).toBeLessThan(bound);
};

// Equal numbers are the worst case: every rounding goes the same way.
const kinds: Record<string, (i: number) => number> = {
  equal: () => 0.1,
  third: () => 1 / 3,
  uniform: (i) => ((i * 48_271) % 65_537) / 65_537,
  signed: (i) => Math.sin(i) + 0.1,
};

describe("sums of float32", () => {
  it.each([1000, 4099, 10_000, 100_003, 1_048_576])(
    "over %i elements are within 4e-6 of the sum of magnitudes, for all axes",
    async (n) => {
      const shapes: [Shape, number[][]][] = [
        [[n], [[0]]],
        [
          [n, 3],
          [[0], [0, 1]],
        ],
        [
          [2, n],
          [[1], [0, 1]],
        ],
        [[n, 9], [[0]]],
      ];
      if (n <= 100_003)
        shapes.push([
          [2, n, 2],
          [[1], [0, 1], [0, 2], [1, 2], [0, 1, 2]],
        ]);
      if (n % 8 === 0)
        shapes.push([
          [8, 2, n / 8],
          [[0, 2], [2], [0, 1, 2]],
        ]);
      for (const [kind, f] of Object.entries(kinds))
        for (const [shape, choices] of shapes) {
          if (n > 20_000 && shape.length > 1 && (kind !== "equal" || (n > 200_000 && shape.at(-1) === 9))) continue;
          const x = float32(shape, f);
          const found = await evaluate((y) => choices.map((axes) => sum(y, axes)), x);
          for (const [i, axes] of choices.entries())
            expectWithin(
              found[i]!,
              exactSums(x, axes),
              exactSums(x, axes, Math.abs),
              `${kind} [${shape}] over ${axes}`,
            );
        }
    },
  );

  const n = 786_432;
  const tenths = float32([n], () => 0.1);
  const tenth = Math.fround(0.1);

  it("behind statistics, norms and products are as exact", async () => {
    const alternating = float32([n], (i) => 0.1 + (i % 2));
    const found = await evaluate(
      (x, y) => {
        const [row, column] = [reshape(x, [1, n]), reshape(x, [n, 1])];
        return {
          mean: mean(x),
          columnMean: mean(reshape(x, [n / 16, 16]), 0),
          variance: variance(y),
          logSumExp: exp(add(logSumExp(x), -Math.log(n))),
          softmax: multiply(sum(multiply(softmax(x), x)), 10),
          dot: sum(square(x)),
          rowProduct: matmul(row, reshape(x, [n, 1])),
          transposed: matmul(transpose(column), column),
          matrices: matmul(reshape(x, [16, n / 16]), transpose(reshape(x, [16, n / 16]))),
          vector: matmul(reshape(x, [16, n / 16]), reshape(slice(x, [[0, n / 16]]), [n / 16])),
          einsum: einsum("ij,ij->", reshape(x, [n / 64, 64]), reshape(x, [n / 64, 64])),
          batched: matmul(reshape(x, [4, 1, n / 4]), reshape(x, [4, n / 4, 1])),
          pooled: averagePool(reshape(x, [1, 3, 512, 512]), 512),
          // What is left of equal numbers, in deviations of 1 / sqrt(1e-5).
          layerNorm: add(multiply(mean(layerNorm(x)), Math.sqrt(1e-5)), 1),
          rmsNorm: mean(rmsNorm(x, { epsilon: 0 })),
        };
      },
      tenths,
      alternating,
    );
    const squares = (count: number): number => count * tenth * tenth;
    const expected: Record<string, number> = {
      mean: tenth,
      columnMean: tenth,
      variance: 0.25,
      logSumExp: Math.exp(tenth),
      softmax: 10 * tenth,
      dot: squares(n),
      rowProduct: squares(n),
      transposed: squares(n),
      matrices: squares(n / 16),
      vector: squares(n / 16),
      einsum: squares(n),
      batched: squares(n / 4),
      pooled: tenth,
      layerNorm: 1,
      rmsNorm: 1,
    };
    for (const [name, value] of Object.entries(expected))
      for (const element of (found as Record<string, NdArray>)[name]!.data)
        expect(Math.abs(Number(element) / value - 1), `${name}: ${element} for ${value}`).toBeLessThan(
          name === "logSumExp" ? 2e-6 * Math.log(n) : bound,
        );
  });

  it("behind derivatives are as exact: of biases, weights, broadcasts, and what is gathered", async () => {
    const [rows, columns] = [n / 8, 8];
    const slopes = await evaluate(
      (x, w, b, i) => ({
        weight: grad((v: Tensor) => sum(matmul(x, v)))(w),
        bias: grad((v: Tensor) => sum(multiply(add(matmul(x, w), v), 0.1)))(b),
        broadcast: grad((v: Tensor) => sum(multiply(broadcastTo(v, [rows, columns]), x)))(sum(b)),
        scattered: scatterAdd(i, x, 1),
      }),
      float32([rows, columns], () => 0.1),
      float32([columns, 1], () => 0.1),
      float32([1], () => 0.1),
      ndarray(new Int32Array(rows)),
    );
    const expected = { weight: rows * tenth, bias: rows * tenth, broadcast: n * tenth, scattered: rows * tenth };
    for (const [name, value] of Object.entries(expected))
      for (const element of slopes[name as "weight"].data)
        expect(Math.abs(Number(element) / value - 1), name).toBeLessThan(bound);
  });

  it("over the places of images are as exact in the runtime's blocked layout", async () => {
    const shape = [2, 16, 128, 128];
    const places = 128 * 128;
    const found = await evaluate(
      (x, weight, shift) => {
        const same = (): Tensor => conv(x, weight);
        const total = (v: Tensor): Tensor => sum(multiply(groupNorm(same(), 16, { shift: v }), same()));
        return {
          centred: groupNorm(same(), 16),
          shift: grad(total)(shift),
          weight: grad((v: Tensor) => sum(conv(x, v)))(weight),
        };
      },
      float32(shape, () => 0.1),
      float32([16, 16, 1, 1], (i) => Number(i % 17 === 0)),
      float32([16], () => 0),
    );
    // Equal numbers, normalised, are the rounding error of their mean over sqrt(1e-5).
    for (const value of found.centred.data.slice(0, 4))
      expect(Math.abs(Number(value) * Math.sqrt(1e-5)) / 0.1).toBeLessThan(bound);
    for (const value of found.shift.data)
      expect(Math.abs(Number(value) / (2 * places * tenth) - 1)).toBeLessThan(bound);
    // The runtime's kernel adds up 16,384 places of each sample.
    for (const value of found.weight.data)
      expect(Math.abs(Number(value) / (2 * places * tenth) - 1)).toBeLessThan(2e-5);
  });
});

describe("longSums", () => {
  it("keeps the values of random graphs", () => checkPass(longSums, { seed: 61 }));

  it("keeps the values of long sums and products of any shape", async () => {
    const lengths = fc.constantFrom(513, 521, 1024, 1025, 2053, 66_000);
    await fc.assert(
      fc.asyncProperty(lengths, fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2), fc.nat(99), async (k, m, n, seed) => {
        const graph = graphOf(
          (a, b) => [
            sum(a!, 1),
            sum(transpose(a!), [0]),
            sum(reshape(a!, [m, 1, k])),
            sum(b!, [0]),
            matmul(a!, b!),
            matmul(a!, transpose(reshape(b!, [n, k]))),
            matmul(transpose(reshape(a!, [k, m])), b!),
            matmul(reshape(a!, [m, 1, 1, k]), reshape(b!, [1, n, k, 1])),
          ],
          [
            [m, k],
            [k, n],
          ],
          "float64",
        );
        const arrays = [randomArray(seed, [m, k]), randomArray(seed + 1, [k, n])];
        const [before, after] = [await runGraph(graph, arrays), await runGraph(longSums(graph), arrays)];
        for (const [i, expected] of before.entries()) expectClose(after[i]!, expected, { absolute: 1e-12 * k }, `${i}`);
      }),
      { numRuns: 12, seed: 62 },
    );
  });

  it("leaves short sums, products whose kernel adds in blocks, and integers", () => {
    const same = (graph: ReturnType<typeof graphOf>) => expect(longSums(graph).outputs).toEqual(graph.outputs);
    same(graphOf((x) => [sum(x!), sum(x!, 0)], [[64, 8]]));
    same(
      graphOf(
        (x, y) => [matmul(x!, y!)],
        [
          [64, 4096],
          [4096, 64],
        ],
      ),
    );
    same(graphOf((x) => [sum(x!)], [[4096]], "int32"));
    const split = longSums(graphOf((x) => [sum(x!)], [[4096]]));
    expect(operationsOf(split).filter((name) => name !== "reshape")).toEqual(["partialSum", "partialSum"]);
  });
});
