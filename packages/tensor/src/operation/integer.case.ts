/** Integers, on every runtime: all operations against whole numbers of any size, wrapped to the type. */
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { RuntimeError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { castArray, type DataType, integerBits, type NdArray, ndarray, type Shape, sizeOf } from "../ndarray.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { runFolded } from "../testing/run-folded.ts";
import { broadcastElements } from "../testing/shapes.ts";
import { add, divide, multiply, negate, square, subtract } from "./arithmetic.ts";
import { broadcastTo, sum } from "./broadcast.ts";
import { abs, clip, equal, greaterOrEqual, less, max, min, sign, where } from "./comparison.ts";
import { gather, scatterAdd } from "./index-select.ts";
import { einsum, matmul } from "./matmul.ts";
import { reshape, transpose } from "./reshape.ts";
import { cast, constant } from "./source.ts";
import { maximum, minimum } from "./statistics.ts";
import { concat, flip, pad } from "./window.ts";

type Integer = keyof typeof integerBits;

interface Whole {
  readonly shape: Shape;
  readonly data: readonly bigint[];
}

const arrayOf = (dtype: Integer, { shape, data }: Whole): NdArray =>
  dtype === "int32" ? ndarray(Int32Array.from(data, Number), shape) : ndarray(BigInt64Array.from(data), shape);

const zip = (x: Whole, y: Whole, f: (a: bigint, b: bigint) => bigint): Whole => ({
  shape: x.shape,
  data: x.data.map((a, i) => f(a, y.data[i]!)),
});
const map = ({ shape, data }: Whole, f: (a: bigint) => bigint): Whole => ({ shape, data: data.map(f) });

/** Folds the elements along axes; `undefined` where there are none and no start. */
const fold = (x: Whole, axes: readonly number[], f: (a: bigint, b: bigint) => bigint, start?: bigint): Whole => {
  const kept = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
  const found = new Array<bigint | undefined>(sizeOf(kept)).fill(start);
  const places = broadcastElements([...found.keys()], kept, x.shape);
  for (const [i, value] of x.data.entries()) {
    const before = found[places[i]!];
    found[places[i]!] = before === undefined ? value : f(before, value);
  }
  return { shape: x.shape.filter((_, axis) => !axes.includes(axis)), data: found as bigint[] };
};
const plus = (a: bigint, b: bigint): bigint => a + b;
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const signOf = (a: bigint): bigint => (a > 0n ? 1n : a < 0n ? -1n : 0n);

/** x [m, k] times the transpose of y [n, k]. */
const product = (x: Whole, y: Whole): Whole => {
  const [m, k] = x.shape as [number, number];
  const n = y.shape[0]!;
  const data = Array.from({ length: m * n }, (_, at) => {
    const [row, column] = [Math.floor(at / n), at % n];
    return x.data.slice(row * k, (row + 1) * k).reduce((total, a, i) => total + a * y.data[column * k + i]!, 0n);
  });
  return { shape: [m, n], data };
};

interface Case {
  readonly x: Whole;
  readonly y: Whole;
  readonly axes: readonly number[];
  readonly low: number;
}

/** Every operation of integers, with its value; `y` has no zero. */
const programs = ({ x: p, y: q, axes, low }: Case): [string, (x: Tensor, y: Tensor) => Tensor, Whole][] => {
  const rows = p.shape[0]!;
  const flat = (x: Whole): Whole => ({ shape: [rows, sizeOf(x.shape.slice(1))], data: x.data });
  const matrix = (x: Tensor): Tensor => reshape(x, flat(p).shape);
  const bounds = [BigInt(low), BigInt(low) + 7n] as const;
  const extremes = axes.every((axis) => p.shape[axis] !== 0);
  const zeros = new Array<number>(rows).fill(0);
  return [
    ["add", add, zip(p, q, plus)],
    ["subtract", subtract, zip(p, q, (a, b) => a - b)],
    ["multiply", multiply, zip(p, q, (a, b) => a * b)],
    ["square", square, zip(p, p, (a, b) => a * b)],
    ["divide", divide, zip(p, q, (a, b) => a / b)],
    ["divide by 3", (x) => divide(x, 3), map(p, (a) => a / 3n)],
    ["divide by -1", (x) => divide(x, -1), map(p, (a) => -a)],
    ["negate", negate, map(p, (a) => -a)],
    ["0 - x", (x) => subtract(0, x), map(p, (a) => -a)],
    ["abs", abs, map(p, (a) => a * signOf(a))],
    ["sign", sign, map(p, signOf)],
    ["max", max, zip(p, q, larger)],
    ["min", min, zip(p, q, smaller)],
    ["clip", (x) => clip(x, low, low + 7), map(p, (a) => smaller(larger(a, bounds[0]), bounds[1]))],
    ["sum", (x) => sum(x, axes), fold(p, axes, plus, 0n)],
    ["sum of all", (x) => sum(x), fold(p, [...p.shape.keys()], plus, 0n)],
    ["sum of sums", (x) => sum(sum(x, 1)), fold(p, [...p.shape.keys()], plus, 0n)],
    [
      "sum of copies",
      (x) => sum(broadcastTo(reshape(x, [1, ...p.shape]), [65_536, ...p.shape]), 0),
      map(p, (a) => a * 65_536n),
    ],
    [
      "sum of products",
      (x, y) => sum(multiply(x, y), axes),
      fold(
        zip(p, q, (a, b) => a * b),
        axes,
        plus,
        0n,
      ),
    ],
    ...(extremes
      ? ([
          ["maximum", (x) => maximum(x, axes), fold(p, axes, larger)],
          ["minimum", (x) => minimum(x, axes), fold(p, axes, smaller)],
        ] as [string, (x: Tensor) => Tensor, Whole][])
      : []),
    ["matmul", (x, y) => matmul(matrix(x), transpose(matrix(y))), product(flat(p), flat(q))],
    ["einsum", (x, y) => einsum("ik,jk->ij", matrix(x), matrix(y)), product(flat(p), flat(q))],
    ["equal", (x, y) => cast(equal(x, y), x.dtype), zip(p, q, (a, b) => BigInt(a === b))],
    ["less", (x, y) => cast(less(x, y), x.dtype), zip(p, q, (a, b) => BigInt(a < b))],
    ["where", (x, y) => where(greaterOrEqual(x, y), x, y), zip(p, q, larger)],
    ["concat", (x, y) => concat([x, y]), { shape: [2 * rows, ...p.shape.slice(1)], data: [...p.data, ...q.data] }],
    [
      "flip and pad",
      (x) =>
        flip(
          pad(
            flip(x, 0),
            p.shape.map((_, i) => [Number(i === 0), 0]),
            { value: low },
          ),
          0,
        ),
      {
        shape: [rows + 1, ...p.shape.slice(1)],
        data: [...p.data, ...new Array<bigint>(sizeOf(p.shape.slice(1))).fill(BigInt(low))],
      },
    ],
    ["gather", (x) => gather(x, constant(ndarray(Int32Array.from(zeros.map((_, i) => i))))), p],
    [
      "scatterAdd",
      (x) => scatterAdd(constant(ndarray(Int32Array.from(zeros))), x, 1),
      { ...fold(p, [0], plus, 0n), shape: [1, ...p.shape.slice(1)] },
    ],
  ];
};

const integers = (dtype: Integer): fc.Arbitrary<bigint> => {
  const end = 2n ** BigInt(integerBits[dtype] - 1);
  const special = [-end, -end, -end + 1n, -1n, 0n, 1n, end - 2n, end - 1n, end / 2n, 2n ** 24n + 1n];
  if (dtype === "int64") special.push(2n ** 53n + 1n, -(2n ** 53n) - 1n);
  return fc.oneof(fc.constantFrom(...special), fc.bigInt({ min: -end, max: end - 1n }));
};

const cases = (dtype: Integer): fc.Arbitrary<Case> =>
  fc.tuple(fc.constantFrom(0, 1, 2, 3, 9), fc.constantFrom(0, 1, 2, 5), fc.constantFrom(1, 3)).chain((shape) => {
    const size = sizeOf(shape);
    const elements = fc.array(integers(dtype), { minLength: size, maxLength: size });
    return fc.record({
      x: elements.map((data) => ({ shape, data })),
      y: elements.map((data) => ({ shape, data: data.map((value) => value || 1n) })),
      axes: fc.subarray([0, 1, 2]),
      low: fc.constantFrom(-(2 ** 31), -5, 0, 2 ** 30),
    });
  });

/** `runs` is the number of random cases per type. */
export const describeIntegers = (name: string, make: () => Runtime, runs: number): void => {
  describe(`${name}: integers`, () => {
    const runtime = make();
    afterAll(() => runtime.dispose());

    it.each<Integer>(["int32", "int64"])("wrap around in %s, for every operation and axis", async (dtype) => {
      const wrap = (value: bigint): bigint => BigInt.asIntN(integerBits[dtype], value);
      await fc.assert(
        fc.asyncProperty(cases(dtype), fc.boolean(), async (one, folded) => {
          const list = programs(one);
          const arrays = [arrayOf(dtype, one.x), arrayOf(dtype, one.y)];
          const found = await runFolded(runtime, (x, y) => list.map(([, f]) => f(x!, y!)), arrays, folded);
          for (const [i, [what, , expected]] of list.entries()) {
            const { shape, data } = found[i]!;
            const wrapped = expected.data.map(wrap);
            expect([what, found[i]!.dtype, shape, Array.from(data, BigInt)]).toEqual([
              what,
              dtype,
              expected.shape,
              wrapped,
            ]);
          }
        }),
        { numRuns: runs, seed: 11 },
      );
    });

    it("are summed exactly over long axes", async () => {
      const n = 5000;
      const x = Array.from({ length: n }, (_, i) => 2n ** 62n + BigInt(i));
      const total = x.reduce(plus);
      const long = ndarray(BigInt64Array.from(x), [n, 1]);
      const int = ndarray(
        Int32Array.from({ length: n }, (_, i) => 2 ** 30 + i),
        [1, n],
      );
      const sums = await runFolded(runtime, (a, b) => [sum(a!, 0), sum(a!), sum(b!, 1), sum(b!)], [long, int], false);
      const small = BigInt(n) * 2n ** 30n + BigInt((n * (n - 1)) / 2);
      const expected = [64, 64, 32, 32].map((bits, i) => BigInt.asIntN(bits, i < 2 ? total : small));
      expect(sums.map(({ data }) => BigInt(data[0]!))).toEqual(expected);
    });

    it("come of real numbers towards zero, and stop at the ends of their range", async () => {
      const special = [0, -0, 0.9, -0.9, 1e10, -1e10, 2 ** 31, -(2 ** 31), 2 ** 31 - 128, 2 ** 63, -(2 ** 63), 2 ** 62];
      const values = [...special, 1e30, -1e30, 1e-40, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
      for (const from of ["float32", "float64"] as const)
        for (const to of ["int32", "int64", "bool"] as DataType[])
          for (const folded of [false, true]) {
            const x = castArray(ndarray(Float64Array.from(values)), from);
            const [found] = await runFolded(runtime, (a) => [cast(a!, to)], [x], folded);
            const end = 2n ** BigInt(to === "int32" ? 31 : 63);
            const expected = Array.from(x.data as Float64Array, (value) => {
              if (to === "bool") return BigInt(value !== 0);
              if (Number.isNaN(value)) return 0n;
              if (Math.abs(value) === Number.POSITIVE_INFINITY) return value > 0 ? end - 1n : -end;
              return larger(-end, smaller(end - 1n, BigInt(Math.trunc(value))));
            });
            expect([from, to, folded, Array.from(found!.data, BigInt)]).toEqual([from, to, folded, expected]);
            expect(castArray(x, to)).toEqual({ ...found, shape: [values.length] });
          }
    });

    it("wrap around in a narrower type", async () => {
      const x = ndarray(BigInt64Array.of(2n ** 31n, -(2n ** 31n) - 1n, 2n ** 53n + 1n, -1n, 2n ** 63n - 1n));
      for (const folded of [false, true]) {
        const [found] = await runFolded(runtime, (a) => [cast(a!, "int32")], [x], folded);
        expect(Array.from(found!.data, Number)).toEqual([-(2 ** 31), 2 ** 31 - 1, 1, -1, -1]);
        expect(castArray(x, "int32").data).toEqual(found!.data);
      }
    });

    it.each<Integer>(["int32", "int64"])("are not divided by zero in %s", async (dtype) => {
      const [x, zero] = [1n, 0n].map((value) => arrayOf(dtype, { shape: [2], data: [value, value] }));
      for (const folded of [false, true])
        await expect(runFolded(runtime, (a, b) => [divide(a!, b!)], [x!, zero!], folded)).rejects.toThrow(RuntimeError);
    });
  });
};
