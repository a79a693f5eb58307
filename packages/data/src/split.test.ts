import { ndarray } from "@scorefield/tensor";
import fc from "fast-check";
import { expect, test } from "vitest";
import { splitPositions, splitRows, takeRows } from "./split.ts";

fc.configureGlobal({ seed: 1 });

test("the parts cover every row once, with the share asked for", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 500 }),
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      fc.maxSafeInteger(),
      (count, share, seed) => {
        const { training, heldOut } = splitPositions(count, { heldOut: share, seed });
        expect([...training, ...heldOut].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
        expect(heldOut.length).toBe(Math.min(count - 1, Math.max(1, Math.round(count * share))));
        expect(splitPositions(count, { heldOut: share, seed })).toEqual({ training, heldOut });
      },
    ),
  );
});

test("which rows are held out stays the same between versions", () => {
  expect([...splitPositions(20, { heldOut: 0.25, seed: 0 }).heldOut]).toEqual([0, 2, 4, 7, 8]);
  expect([...splitPositions(20, { heldOut: 0.25, seed: 7 }).heldOut]).toEqual([2, 6, 8, 9, 10]);
});

test("every row is held out equally often over seeds, and neighbours independently", () => {
  // Each count over 4,000 seeds is binomial(4000, 1/4) with standard deviation 27.4. The largest of 40 stays within 4.5.
  const count = 40;
  const seeds = 4000;
  const times = new Float64Array(count);
  let pairs = 0;
  for (let seed = 0; seed < seeds; seed++) {
    const held = new Set(splitPositions(count, { heldOut: 0.25, seed }).heldOut);
    for (const i of held) {
      times[i]!++;
      if (held.has(i + 1)) pairs++;
    }
  }
  for (const time of times) expect(Math.abs(time - seeds / 4)).toBeLessThan(4.5 * Math.sqrt((seeds * 3) / 16));
  // A pair of neighbours is held out together with probability (10 / 40) (9 / 39); counting the variance of a sum of 39
  // such indicators over seeds as independent is within a factor of 1.3 of the exact one.
  const expected = (seeds * 39 * 10 * 9) / (40 * 39);
  expect(Math.abs(pairs - expected)).toBeLessThan(6 * Math.sqrt(expected));
});

test("arrays that belong together split together", () => {
  const rows = ndarray(
    Float32Array.from({ length: 60 }, (_, i) => i),
    [10, 3, 2],
  );
  const labels = ndarray(BigInt64Array.from({ length: 10 }, (_, i) => BigInt(i)));
  const a = splitRows(rows, { heldOut: 0.3, seed: 5 });
  const b = splitRows(labels, { heldOut: 0.3, seed: 5 });
  expect(a.training.shape).toEqual([7, 3, 2]);
  for (const part of ["training", "heldOut"] as const)
    for (let i = 0; i < b[part].data.length; i++) expect(a[part].data[i * 6]).toBe(6 * Number(b[part].data[i]));
});

test("what cannot be split is refused", () => {
  expect(() => splitPositions(1)).toThrow(/at least 2 rows/);
  expect(() => splitPositions(10, { heldOut: 1 })).toThrow(/between 0 and 1/);
  expect(() => splitPositions(10, { seed: 0.5 })).toThrow(/whole number/);
  expect(() => takeRows(ndarray(new Float32Array(3)), [3])).toThrow(/positions below 3/);
});
