import { ArgumentError, dataset, normal } from "@scorefield/core";
import { defaultRuntime, type NdArray, ndarray, ShapeError, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assess } from "./assess.ts";
import { plainJson } from "./plain-json.ts";
import { standardUnits } from "./standard-units.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const rows = (seed: number, n = 120) => normal([n, 2], { seed, dtype: "float64" });

test("plain JSON: every measure says what it is, and the same seed gives the same numbers", async () => {
  const data = { samples: rows(1), reference: rows(2), training: rows(3, 200) };
  const seen: number[] = [];
  const options = {
    seed: 4,
    onProgress: ({ done, total }: { done: number; total: number }) => seen.push(done / total),
  };
  const found = await assess(data, options);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
  expect(found).toMatchObject({ count: 120, counts: { samples: 120, reference: 120, training: 200 }, notes: [] });
  for (const { name, meaning, unit, good, samples } of found.measures) {
    expect(meaning.length, name).toBeGreaterThan(10);
    expect(typeof unit).toBe("string");
    expect(["small", "large", "near"]).toContain(good);
    expect(samples.low!).toBeLessThanOrEqual(samples.value!);
    expect(samples.high!).toBeGreaterThanOrEqual(samples.value!);
  }
  expect(found.measures.map(({ name }) => name)).toEqual([
    "precision",
    "recall",
    "density",
    "coverage",
    "energy distance",
    "sliced Wasserstein",
    "MMD",
    "two-sample test",
    "nearer to training",
  ]);
  expect(seen).toHaveLength(9);
  expect(seen[0]).toBe(0);
  expect(await assess(data, { seed: 4 })).toEqual(found);
  expect((await assess(data, { seed: 5, count: 50 })).count).toBe(50);
});

test("units of columns do not matter; training data may be a dataset", async () => {
  const stretched = ({ data, shape }: NdArray<"float64">) =>
    ndarray(
      data.map((value, k) => (k % 2 === 0 ? 1000 * value + 5 : value)),
      shape,
    );
  const plain = await assess({ samples: rows(1), reference: rows(2) });
  const other = await assess({ samples: stretched(rows(1)), reference: stretched(rows(2)) });
  for (const [k, { name, samples, unit }] of plain.measures.entries())
    if (name !== "two-sample test") {
      expect(other.measures[k]!.samples.value).toBeCloseTo(samples.value!, 4);
      if (name === "energy distance") expect(unit).toBe("standard deviations");
    }
  const known = normal([60, 2], { seed: 3 });
  const sets = { samples: rows(1, 60), reference: rows(2, 60) };
  expect(await assess({ ...sets, training: dataset(known) })).toEqual(await assess({ ...sets, training: known }));
});

test("samples that repeat training data are found; too few are not compared, and it is said", async () => {
  const training = rows(3, 100);
  const copies = ndarray(training.data.slice(0, 80), [40, 2]);
  const { measures } = await assess({ samples: copies, reference: rows(2, 100), training });
  expect(measures.at(-1)).toMatchObject({ name: "nearer to training", expected: 0.5, samples: { value: 1 } });
  const few = await assess({ samples: rows(1, 5), reference: rows(2) });
  expect(few).toMatchObject({ count: 5, measures: [] });
  expect(few.notes.join()).toContain("too few");
});

test("what does not fit is refused with typed errors", async () => {
  const wrong = (data: unknown, options: unknown = {}) =>
    expect(assess(data as Parameters<typeof assess>[0], options as Parameters<typeof assess>[1])).rejects;
  const sets = { samples: rows(1), reference: rows(2) };
  await wrong(sets, { sed: 1 }).toThrow(/sed.*seed/s);
  await wrong({ ...sets, refrence: 1 }).toThrow(/refrence.*reference/s);
  await wrong(sets, { count: 0 }).toThrow(ArgumentError);
  await wrong({ samples: [[1, 2]], reference: rows(2) }).toThrow(/samples: expected an array.*a list/);
  await wrong({ samples: rows(1) }).toThrow(ArgumentError);
  await wrong({ samples: rows(1), reference: normal([50, 3], { seed: 1 }) }).toThrow(ShapeError);
  await wrong(sets, { signal: AbortSignal.abort(new Error("enough")) }).toThrow("enough");
});

test("plain JSON of values that JSON has none for", () => {
  const value = { a: Float32Array.of(1, Number.NaN), b: Infinity, c: undefined, d: [undefined, -0, "x", true, null] };
  expect(plainJson(value)).toEqual({ a: [1, null], b: null, d: [null, 0, "x", true, null] });
});

test("standard units of constant, tiny and huge columns", () => {
  const data = Float64Array.of(0.1, 1e300, 2e-300, 0.1, 3e300, 4e-300, 0.1, 5e300, 6e-300);
  const set = ndarray(data, [3, 3]);
  const scaled = standardUnits(set)(set).data;
  const end = Math.sqrt(1.5);
  for (const [k, value] of [0, -end, -end, 0, 0, 0, 0, end, end].entries()) expect(scaled[k]).toBeCloseTo(value, 9);
  const moved = standardUnits(set)(ndarray(Float64Array.of(0.6, 1e300, 2e-300), [1, 3]));
  expect(moved.data[0]).toBeCloseTo(0.5, 9);
});
