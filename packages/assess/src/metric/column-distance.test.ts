import { fromNested } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { columnDistances, marginalMetric } from "./column-distance.ts";
import { type MissingPattern, missingPatternMetric } from "./missing-patterns.ts";
import { plainValue } from "./statistic.ts";

const lacks = Number.NaN;
const columns = [{ name: "x" }, { name: "c", levels: ["a", "b", "d"] }];

const samples = fromNested([
  [1, 0],
  [2, 0],
  [3, 1],
  [lacks, lacks],
]);
const real = fromNested([
  [1, 0],
  [2, 1],
  [3, 1],
  [4, 2],
]);

test("numbers by Kolmogorov-Smirnov, categories by total variation, missing cells as the greatest or one more level", () => {
  // At 4: 3/4 of the samples are numbers up to it, all of the real rows.
  expect(columnDistances(samples, real, columns)).toEqual([0.25, 0.5]);
  expect(columnDistances(real, real, columns)).toEqual([0, 0]);
  expect(columnDistances(fromNested([[9, 2]]), real, columns)).toEqual([1, 0.75]);
  const ordered = [{ name: "x" }, { name: "c", levels: ["a", "b", "d"], kind: "ordered" }];
  expect(columnDistances(fromNested([[9, 2]]), real, ordered)).toEqual([1, 0.75]);
});

const value = async (worst: boolean, counts?: readonly Float64Array[]) => {
  const taken = (await marginalMetric({ worst }).take({ own: { samples, reference: real }, columns } as never))!;
  const of = await taken.samples();
  return counts ? of(...counts) : plainValue(of);
};

test("the metric is the mean over columns, or the largest; counting a row is repeating it", async () => {
  expect(await value(false)).toBeCloseTo(0.375, 12);
  expect(await value(true)).toBe(0.5);
  // The last row of both counts not at all, the first of the samples twice.
  const counts = [Float64Array.of(1, 1, 1, 0), Float64Array.of(2, 1, 1, 0)];
  const repeated = fromNested([
    [1, 0],
    [1, 0],
    [2, 0],
    [3, 1],
  ]);
  const [x, c] = columnDistances(
    repeated,
    fromNested([
      [1, 0],
      [2, 1],
      [3, 1],
    ]),
    columns,
  );
  expect(await value(false, counts)).toBeCloseTo((x! + c!) / 2, 12);
});

test("cells that are missing together: shares alone would not tell these sets apart", async () => {
  const three = ["a", "b", "c"].map((name) => ({ name }));
  const together = fromNested([
    [lacks, lacks, 1],
    [lacks, lacks, 1],
    [1, 1, 1],
    [1, 1, 1],
  ]);
  const apart = fromNested([
    [lacks, 1, 1],
    [lacks, 1, 1],
    [1, lacks, 1],
    [1, lacks, 1],
  ]);
  const take = (rows: typeof apart) =>
    missingPatternMetric().take({ own: { samples: rows, reference: together }, columns: three } as never);
  const taken = (await take(apart))!;
  expect(plainValue(await taken.samples())).toBe(1);
  expect((taken.details as MissingPattern[])[0]).toMatchObject({ samples: 0, reference: 0.5 });
  expect((taken.details as MissingPattern[]).map((pattern) => pattern.columns)).toContainEqual(["a", "b"]);
  expect(plainValue(await (await take(together))!.samples())).toBe(0);
  const complete = { samples: fromNested([[1, 1, 1]]), reference: fromNested([[1, 1, 1]]) };
  expect(await missingPatternMetric().take({ own: complete, columns: three } as never)).toBeUndefined();
});
