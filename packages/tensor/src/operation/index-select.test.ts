import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RuntimeError } from "../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import { castArray, type DataType, fromNested, type NdArray, ndarray, sizeOf } from "../ndarray.ts";
import { native } from "../runtime/native.ts";
import { expectClose } from "../testing/close.ts";
import { compileFor } from "../testing/compile-for.ts";
import { checkDerivatives } from "../testing/derivatives.ts";
import { evaluate } from "../testing/evaluate.ts";
import { randomArray } from "../testing/random.ts";
import { multiply } from "./arithmetic.ts";
import { gather, iota, oneHot, scatterAdd } from "./index-select.ts";
import { input } from "./source.ts";

const int32 = (...values: number[]) => ndarray(Int32Array.from(values));

describe("gather and scatterAdd", () => {
  const cases = fc
    .record({
      outer: fc.array(fc.constantFrom(1, 2), { maxLength: 2 }),
      inner: fc.array(fc.constantFrom(1, 2), { maxLength: 2 }),
      n: fc.constantFrom(1, 3, 4),
      picked: fc.constantFrom([], [1], [5], [2, 3], [0]),
      dtype: fc.constantFrom<"int32" | "int64">("int32", "int64"),
    })
    .map((c) => ({ ...c, shape: [...c.outer, c.n, ...c.inner], axis: c.outer.length }));

  it("read and add at indices along any axis, repeated ones included", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ outer, inner, n, picked, dtype, shape, axis }) => {
        const x = randomArray(1, shape);
        const indices = randomArray(2, picked, { low: 0, high: n, dtype: "int32" });
        const updates = randomArray(3, [...outer, ...picked, ...inner]);
        const [read, added] = await evaluate(
          (p, i, u) => [gather(p, i, axis), scatterAdd(i, u, n, axis)],
          x,
          castArray(indices, dtype),
          updates,
        );
        const [rows, width] = [sizeOf(outer), sizeOf(inner)];
        const expectedRead: number[] = [];
        const expectedAdded = new Float64Array(sizeOf(shape));
        for (let row = 0; row < rows; row++)
          for (const [k, index] of indices.data.entries())
            for (let c = 0; c < width; c++) {
              expectedRead.push(x.data[(row * n + index) * width + c]!);
              expectedAdded[(row * n + index) * width + c]! +=
                updates.data[(row * indices.data.length + k) * width + c]!;
            }
        expect(read.shape).toEqual(updates.shape);
        expectClose(read, expectedRead);
        expectClose(added, ndarray(expectedAdded, shape), { absolute: 1e-14 });
      }),
      { numRuns: 40, seed: 9 },
    );
  });

  it("have right derivatives", async () => {
    const f = (x: Tensor | undefined, u: Tensor | undefined, i: Tensor | undefined) => ({
      gather: gather(multiply(x!, x!), i!, -1),
      rows: gather(multiply(x!, x!), i!),
      scatter: scatterAdd(i!, multiply(u!, u!), 4, 1),
    });
    await checkDerivatives(f, [randomArray(1, [3, 3]), randomArray(2, [2, 4, 2]), int32(0, 2, 2, 1)]);
  });

  it.each<DataType>(["float32", "int32", "int64", "bool"])(
    "read elements of %s, negative indices from the end",
    async (dtype) => {
      const found = await evaluate((p, i) => gather(p, i), castArray(fromNested([1, 0, 1]), dtype), int32(-1, 1));
      expectClose(found, castArray(fromNested([1, 0]), dtype));
    },
  );

  it("reject indices outside when they run", async () => {
    await expect(evaluate((p, i) => gather(p, i), fromNested([1, 2]), int32(2))).rejects.toThrow(
      /could not run the model/,
    );
    await expect(evaluate((u, i) => scatterAdd(i, u, 2), fromNested([1]), int32(2))).rejects.toThrow(
      /could not run the model/,
    );
  });

  it("lose nothing that several threads add to one place", async () => {
    const runtime = native({ threads: 2 });
    const rows = 1_000_000;
    const indices = ndarray(new Int32Array(rows));
    const ones = ndarray(new Float32Array(rows).fill(1), [rows, 1]);
    const add = await compileFor((i: Tensor, x: Tensor) => scatterAdd(i, x, 1), [indices, ones], runtime);
    try {
      for (let repeat = 0; repeat < 12; repeat++) expectClose((await add(indices, ones)) as NdArray, [rows]);
    } finally {
      await runtime.dispose();
    }
  });

  it("count negative indices from the back, and refuse those outside", async () => {
    const x = randomArray(1, [2, 2]);
    const added = await evaluate((i, u) => scatterAdd(i, u, 3), int32(-1, -3), x);
    expectClose(added, [x.data[2]!, x.data[3]!, 0, 0, x.data[0]!, x.data[1]!]);
    for (const outside of [3, -4]) {
      await expect(evaluate((i, u) => scatterAdd(i, u, 3), int32(0, outside), x)).rejects.toThrow(RuntimeError);
      await expect(evaluate((i, u) => gather(u, i), int32(0, outside), x)).rejects.toThrow(RuntimeError);
    }
  });

  it("name what does not fit", () => {
    const [x, i] = [input({ dtype: "float32", shape: [2, 3] }), input({ dtype: "int32", shape: [4] })];
    expect(() => gather(x, x)).toThrow(
      /^gather\(float32\[2,3\], float32\[2,3\]\): expected int32 or int64 indices, found float32/,
    );
    expect(() => gather(x, i, -3)).toThrow(/axis -3 is outside a tensor of rank 2/);
    expect(() => scatterAdd(i, x, 5)).toThrow(
      /^scatterAdd\(int32\[4\], float32\[2,3\]\): expected the updates to have the indices' axes/,
    );
    expect(() => scatterAdd(i, x, 5, 2)).toThrow(/^scatterAdd.*axis 2 is outside/);
    expect(() => iota(-1)).toThrow(/^iota\(\): expected a whole count >= 0, found -1/);
  });
});

describe("oneHot and iota", () => {
  it("mark the index, and nothing for one outside", async () => {
    const found = await evaluate(
      (i) => [oneHot(i, 3), oneHot(i, 3, "bool"), iota(4, "int64"), iota(2, "float64"), iota(0)],
      int32(2, 0, 3, -1),
    );
    const expected = [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    expectClose(found[0], ndarray(Float32Array.from(expected), [4, 3]));
    expectClose(found[1], ndarray(Uint8Array.from(expected), [4, 3]));
    expectClose(found[2], ndarray(BigInt64Array.of(0n, 1n, 2n, 3n)));
    expectClose(found[3], ndarray(Float64Array.of(0, 1)));
    expect(found[4].shape).toEqual([0]);
  });
});
