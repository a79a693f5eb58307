import { normal } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { columnOrder } from "./column-order.ts";

const columns = ["low", "high", "far", "free"];

/** low <= high; far is above all; free is as it likes. In a share of the rows low and high change places. */
const rows = (n: number, seed: number, broken = 0): NdArray<"float64"> => {
  const z = normal([n, 3], { seed, dtype: "float64" }).data;
  const data = new Float64Array(4 * n);
  for (let i = 0; i < n; i++) {
    const [low, high] = [z[3 * i]!, z[3 * i]! + Math.abs(z[3 * i + 1]!)];
    const row = i < broken * n ? [high, low] : [low, high];
    data.set([...row, 100, z[3 * i + 2]!], 4 * i);
  }
  return ndarray(data, [n, 4]);
};

test("an order of all training rows is found, and the share of samples that break it", () => {
  const found = columnOrder(columns, { samples: rows(1000, 2, 0.3), reference: rows(500, 3), training: rows(2000, 1) });
  // A column that is always far above others says nothing that the columns alone do not.
  expect(found!.pairs).toEqual([{ lower: "low", upper: "high", samples: 0.3, real: 0 }]);
  const { samples, real, good, range } = found!.measure;
  expect(samples.value).toBeCloseTo(0.3, 12);
  // Within four standard errors of a share of a thousand.
  expect(Math.abs(samples.high! - samples.low! - 2 * 1.96 * Math.sqrt(0.21 / 1000))).toBeLessThan(0.02);
  expect([real!.value, good, range]).toEqual([0, "small", [0, 1]]);
});

test("without training rows half of the reference tells the order; few rows tell none; rounding breaks none", () => {
  const sets = { samples: rows(100, 2), reference: rows(400, 3) };
  expect(columnOrder(columns, sets)!.pairs).toEqual([{ lower: "low", upper: "high", samples: 0, real: 0 }]);
  expect(columnOrder(columns, { ...sets, reference: rows(150, 3) })).toBeUndefined();
  expect(columnOrder(columns, { ...sets, training: rows(99, 1) })).toBeUndefined();
  // Two columns that are one, stored in single precision.
  const twice = (store: (value: number) => number) => {
    const z = normal([300, 1], { seed: 1, dtype: "float64" }).data;
    return ndarray(
      Float64Array.from({ length: 600 }, (_, k) => (k % 2 === 0 ? z[k >> 1]! : store(z[k >> 1]!))),
      [300, 2],
    );
  };
  const same = columnOrder(["a", "b"], {
    samples: twice(Math.fround),
    reference: twice((value) => value),
    training: twice((value) => value),
  });
  expect(same!.pairs.map(({ samples }) => samples)).toEqual([0, 0]);
});
