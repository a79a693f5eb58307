import { normal } from "@scorefield/core";
import { castArray, ndarray, ShapeError } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { applyScaling, fitScaling, invertScaling, type ScalingKind } from "./scaling.ts";

// A heavy tail, whole numbers, and a constant.
const n = 400;
const z = normal([n, 2], { seed: 4, dtype: "float64" }).data;
const rows = ndarray(
  Float64Array.from({ length: 3 * n }, (_, k) => {
    const i = Math.floor(k / 3);
    return [Math.exp(2 * z[2 * i]!), Math.round(3 * z[2 * i + 1]!), 42][k % 3]!;
  }),
  [n, 3],
);
const draw = { seed: 0, part: 0 };

describe.each<ScalingKind>(["quantile", "standard", "none"])("%s scaling", (kind) => {
  const scaling = JSON.parse(JSON.stringify(fitScaling(kind, rows)));

  test("comes back to the units of the data after a trip through JSON and float32", () => {
    const back = invertScaling(scaling, applyScaling(scaling, rows, draw));
    for (const [i, value] of rows.data.entries()) {
      const found = back.data[i]!;
      // Normal scores round in float32, which the slope of the tail magnifies.
      expect(Math.abs(found - value)).toBeLessThan(1e-4 * (1 + Math.abs(value)));
    }
  });
});

describe("scaling", () => {
  test.each<ScalingKind>(["quantile", "standard"])("%s: unit scale for the model, zeros for a constant", (kind) => {
    const scaled = applyScaling(fitScaling(kind, rows), rows, draw);
    expect(scaled.dtype).toBe("float32");
    for (const j of [0, 1]) {
      const column = Array.from({ length: n }, (_, i) => scaled.data[3 * i + j]!);
      const mean = column.reduce((sum, x) => sum + x, 0) / n;
      const variance = column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
      expect(Math.abs(mean)).toBeLessThan(0.05);
      expect(Math.abs(variance - 1)).toBeLessThan(0.25);
    }
    for (let i = 0; i < n; i++) expect(scaled.data[3 * i + 2]).toBe(0);
  });

  test.each<ScalingKind>(["quantile", "standard"])("%s: a constant comes back exactly from inexact samples", (kind) => {
    const samples = ndarray(Float32Array.of(0.1, -0.2, 0.003), [1, 3]);
    expect(invertScaling(fitScaling(kind, rows), samples).data[2]).toBe(42);
  });

  test("quantile: samples hold only whole numbers where the data does, within its range", () => {
    const back = invertScaling(fitScaling("quantile", rows), normal([1000, 3], { seed: 5 }));
    const whole = new Set(Array.from({ length: n }, (_, i) => rows.data[3 * i + 1]));
    const repeated = Array.from({ length: 1000 }, (_, i) => back.data[3 * i + 1]!).filter((v) => whole.has(v)).length;
    expect(repeated).toBeGreaterThan(980);
    for (let i = 0; i < 1000; i++) expect(back.data[3 * i]).toBeGreaterThan(0);
  });

  test.each(["float32", "float64"] as const)(
    "quantile, %s: samples have the decimals of the data at many rows",
    (dtype) => {
      const n = 3000;
      const data = normal([n, 3], { seed: 6, dtype: "float64" }).data.map(
        (value, k) =>
          [Math.round(1000 * Math.exp(value)), Math.round(100 * Math.exp(3 + value)) / 100, 0.5 + value][k % 3]!,
      );
      const scaling = fitScaling("quantile", castArray(ndarray(data, [n, 3]), dtype));
      const back = invertScaling(scaling, normal([5000, 3], { seed: 7 })).data;
      const column = (j: number) => [...back].filter((_, k) => k % 3 === j);
      expect(column(0).filter((value) => !Number.isInteger(value))).toEqual([]);
      expect(column(1).filter((value) => Number(value.toFixed(2)) !== value)).toEqual([]);
      expect(column(2).filter((value) => Number(value.toFixed(2)) === value)).toEqual([]);
    },
  );

  test("another number of columns is refused", () => {
    const two = ndarray(new Float64Array(4), [2, 2]);
    for (const kind of ["quantile", "standard"] as const)
      expect(() => applyScaling(fitScaling(kind, rows), two, draw)).toThrow(ShapeError);
  });
});
