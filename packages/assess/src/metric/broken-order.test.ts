import { normal } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { brokenOrderMetric, type OrderedPair } from "./broken-order.ts";
import type { AssessData } from "./metric-input.ts";
import { plainValue } from "./statistic.ts";

/** What the metric takes; of its input it looks at the data alone. */
const orderOf = async (data: AssessData) => {
  const { samples, reference } = data;
  const own = { samples, reference: reference as NdArray };
  const taken = await brokenOrderMetric().take({ data, own, compared: own, unit: "", seed: 0 });
  const values = taken && [plainValue(await taken.samples()), plainValue(await taken.real!())];
  return values && { values, pairs: taken.details as readonly OrderedPair[] };
};

/**
 * Columns low <= high, a third one far above all others, and a fourth one independent of them.
 * @param broken the share of rows in which low and high are exchanged
 */
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

test("an order of all training rows is found, and the share of samples that break it", async () => {
  const found = await orderOf({ samples: rows(1000, 2, 0.3), reference: rows(500, 3), training: rows(2000, 1) });
  // A column that is always far above others says nothing that the columns alone do not.
  expect(found!.pairs).toEqual([{ lower: 0, upper: 1, samples: 0.3, real: 0 }]);
  expect(found!.values[0]).toBeCloseTo(0.3, 12);
  expect(found!.values[1]).toBe(0);
});

test("without training rows the order is that of half of the reference; few rows have none; rounding breaks none", async () => {
  const sets = { samples: rows(100, 2), reference: rows(400, 3) };
  expect((await orderOf(sets))!.pairs).toEqual([{ lower: 0, upper: 1, samples: 0, real: 0 }]);
  expect(await orderOf({ ...sets, reference: rows(150, 3) })).toBeUndefined();
  expect(await orderOf({ ...sets, training: rows(99, 1) })).toBeUndefined();
  // Two columns that are one, stored in single precision.
  const twice = (store: (value: number) => number) => {
    const z = normal([300, 1], { seed: 1, dtype: "float64" }).data;
    return ndarray(
      Float64Array.from({ length: 600 }, (_, k) => (k % 2 === 0 ? z[k >> 1]! : store(z[k >> 1]!))),
      [300, 2],
    );
  };
  const same = await orderOf({
    samples: twice(Math.fround),
    reference: twice((value) => value),
    training: twice((value) => value),
  });
  expect(same!.pairs.map(({ samples }) => samples)).toEqual([0, 0]);
});
