import { ArgumentError } from "@scorefield/core";
import { toRows } from "@scorefield/core/internal";
import { ndarray, ShapeError } from "@scorefield/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearestNeighbours, nearestSquares } from "./nearest-neighbours.ts";

const matrix = (rows: readonly (readonly number[])[]) =>
  ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0]!.length]);

describe("nearest neighbours", () => {
  test("distances equal the distances of a full sort", () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), { minLength: 4 });
    fc.assert(
      fc.property(rows, rows, (data, queries) => {
        const found = nearestSquares(toRows("data", matrix(data)), toRows("queries", matrix(queries)), 3);
        const expected = queries.flatMap(([x, y]) =>
          data
            .map(([a, b]) => (a - x) ** 2 + (b - y) ** 2)
            .sort((p, q) => p - q)
            .slice(0, 3),
        );
        expect(Array.from(found)).toEqual(expected);
      }),
    );
  });

  test("largest and mean", async () => {
    const data = matrix([[0], [1], [3], [7]]);
    const query = matrix([[2], [7]]);
    expect((await nearestNeighbours(data, { k: 3 }).score(query)).data).toEqual(Float64Array.of(2, 6));
    const mean = await nearestNeighbours(data, { k: 3, distance: "mean" }).score(query);
    expect(mean.data[0]).toBeCloseTo(4 / 3, 14);
    expect(mean.data[1]).toBeCloseTo(10 / 3, 14);
  });

  test("what is refused", async () => {
    expect(() => nearestNeighbours(matrix([[0], [1]]))).toThrow(/k from 1 to the 2 rows .* found 5/);
    expect(() => nearestNeighbours(matrix([[0]]), { k: 1, distance: "least" as "mean" })).toThrow(ArgumentError);
    await expect(nearestNeighbours(matrix([[0]]), { k: 1 }).score(matrix([[0, 1]]))).rejects.toThrow(ShapeError);
  });
});
