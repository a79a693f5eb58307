import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ndarray } from "../ndarray.ts";
import { expectClose } from "../testing/close.ts";
import { checkDerivatives } from "../testing/derivatives.ts";
import { evaluate } from "../testing/evaluate.ts";
import { randomArray } from "../testing/random.ts";
import { multiply } from "./arithmetic.ts";
import { input } from "./source.ts";
import { sparseMatrix, sparseMultiply, sparseTranspose } from "./sparse.ts";

/** Random entries; a few rows hold most of them, some places occur twice. */
const randomEntries = (seed: number, rows: number, columns: number, count: number) => {
  const u = randomArray(seed, [3, count], { low: 0, high: 1 }).data;
  const at = (k: number, i: number): number => Number(u[k * count + i]);
  return {
    row: Array.from({ length: count }, (_, i) => Math.floor(at(0, i) ** 3 * rows)),
    column: Array.from({ length: count }, (_, i) => Math.floor(at(1, i) * columns)),
    value: Array.from({ length: count }, (_, i) => at(2, i) - 0.5),
  };
};

describe("sparseMultiply", () => {
  it("is the dense product, with the matrix and with its transpose", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          rows: fc.constantFrom(1, 3, 17),
          columns: fc.constantFrom(1, 5, 40),
          count: fc.constantFrom(0, 1, 20, 400),
          leading: fc.constantFrom<number[]>([], [1], [3], [2, 2]),
        }),
        async ({ rows, columns, count, leading }) => {
          const entries = randomEntries(1, rows, columns, count);
          const matrix = sparseMatrix([rows, columns], entries);
          const x = randomArray(2, [...leading, columns]);
          const y = randomArray(3, [...leading, rows]);
          const [forward, backward] = await evaluate(
            (p, q) => [sparseMultiply(matrix, p), sparseMultiply(sparseTranspose(matrix), q)],
            x,
            y,
          );
          const vectors = leading.reduce((a, b) => a * b, 1);
          const [ax, aty] = [new Float64Array(vectors * rows), new Float64Array(vectors * columns)];
          for (let v = 0; v < vectors; v++)
            for (let i = 0; i < count; i++) {
              const [r, c, w] = [entries.row[i]!, entries.column[i]!, entries.value[i]!];
              ax[v * rows + r]! += w * x.data[v * columns + c]!;
              aty[v * columns + c]! += w * y.data[v * rows + r]!;
            }
          expectClose(forward, ndarray(ax, [...leading, rows]), { absolute: 1e-12 });
          expectClose(backward, ndarray(aty, [...leading, columns]), { absolute: 1e-12 });
        },
      ),
      { numRuns: 25, seed: 4 },
    );
  });

  it("has right derivatives", async () => {
    const matrix = sparseMatrix([4, 6], randomEntries(5, 4, 6, 12));
    await checkDerivatives((x) => sparseMultiply(matrix, multiply(x!, x!)), [randomArray(6, [2, 6])]);
  });

  it("keeps one matrix apart from another of the same size", async () => {
    const one = sparseMatrix([1, 1], { row: [0], column: [0], value: [2] });
    const other = sparseMatrix([1, 1], { row: [0], column: [0], value: [3] });
    const [a, b] = await evaluate((x) => [sparseMultiply(one, x), sparseMultiply(other, x)], randomArray(1, [1, 1]));
    expect(b.data[0]! as number).toBeCloseTo((a.data[0]! as number) * 1.5, 6);
  });

  it("names what does not fit", () => {
    const matrix = sparseMatrix([2, 3], { row: [0], column: [2], value: [1] });
    expect(() => sparseMultiply(matrix, input({ dtype: "float32", shape: [2] }))).toThrow(
      /^sparseMultiply\(float32\[2\]\): expected 3 numbers along the last axis/,
    );
    expect(() => sparseMatrix([2, 3], { row: [0], column: [3], value: [1] })).toThrow(
      /expected places within \[2, 3\], found \[0, 3\] at entry 0/,
    );
    expect(() => sparseMatrix([2, 3], { row: [0], column: [], value: [1] })).toThrow(/as many rows and columns/);
    expect(() => sparseMatrix([2, 0.5], { row: [], column: [], value: [] })).toThrow(/two whole sizes/);
  });
});
