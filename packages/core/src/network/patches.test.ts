import { ndarray, type Shape, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { computed } from "./evaluate.case.ts";
import { fromPatches, positionFeatures, toPatches } from "./patches.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

describe("patches", () => {
  test("are squares of all channels, row by row", async () => {
    const x = ndarray(
      Float32Array.from({ length: 32 }, (_, i) => i),
      [1, 2, 4, 4],
    );
    const { data, shape } = await computed(runtime, (h) => toPatches(h!, 2), x);
    expect(shape).toEqual([1, 4, 8]);
    expect(Array.from(data.slice(8, 16))).toEqual([2, 3, 6, 7, 18, 19, 22, 23]);
    expect(Array.from(data.slice(16, 24))).toEqual([8, 9, 12, 13, 24, 25, 28, 29]);
  });

  for (const [shape, patch] of [
    [[2, 6], 3],
    [[3, 4, 6], 2],
    [[2, 2, 4, 6], 2],
  ] as [Shape, number][])
    test(`of [${shape}] are put together again`, async () => {
      const x = normal([2, ...shape], { seed: 1 });
      const count = sizeOf(shape.slice(1)) / patch ** (shape.length - 1);
      expect((await computed(runtime, (h) => toPatches(h!, patch), x)).shape).toEqual([
        2,
        count,
        sizeOf(shape) / count,
      ]);
      expect(await computed(runtime, (h) => fromPatches(toPatches(h!, patch), shape, patch).add(0), x)).toEqual(x);
    });
});

describe("positionFeatures", () => {
  const features = (counts: Shape, width: number) =>
    computed(runtime, (x) => positionFeatures(counts, width).add(x!), ndarray(Float32Array.of(0), []));

  test("cosines, then sines of the index along each axis", async () => {
    const { data } = await features([2, 3], 8);
    const of = (index: number) => [Math.cos(index), Math.cos(index / 100), Math.sin(index), Math.sin(index / 100)];
    for (let position = 0; position < 6; position++)
      for (const [k, value] of [...of(Math.floor(position / 3)), ...of(position % 3)].entries())
        expect(data[8 * position + k]).toBeCloseTo(value, 6);
  });

  test("differ at all positions of a volume, with zeros where features are left over", async () => {
    const { data } = await features([3, 4, 5], 20);
    const rows = Array.from({ length: 60 }, (_, i) => Array.from(data.slice(20 * i, 20 * i + 20), Number));
    expect(new Set(rows.map((row) => row.map((v) => v.toFixed(3)).join())).size).toBe(60);
    for (const row of rows) expect(row.slice(18)).toEqual([0, 0]);
  });
});
