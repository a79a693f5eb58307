import { expect, test } from "vitest";
import { normal } from "../random/normal.ts";
import { brownianPath } from "./brownian-path.ts";

/** Goes to 2 in steps of 1, 1/2, 1/4 or 1/8, halved while their noise is large; W(1) and W(2) - W(1) of each path. */
const walk = (rows: number, increment: (row: number) => { ahead: (l: number, z: number) => number; pass(): void }) => {
  const attempts = Array.from({ length: 60 }, (_, k) => normal([rows], { seed: 4, step: k, dtype: "float64" }).data);
  const halves = [new Float64Array(rows), new Float64Array(rows)];
  for (let i = 0; i < rows; i++) {
    const path = increment(i);
    let [at, length] = [0, 1];
    for (let k = 0; at < 2; k++) {
      const change = path.ahead(length, attempts[k]![i]!);
      if (Math.abs(change) > 0.7 * Math.sqrt(length) && length > 1 / 8) {
        length /= 2;
        continue;
      }
      path.pass();
      halves[at < 1 ? 0 : 1]![i]! += change;
      at += length;
      // Only so long that 1 is not stepped over.
      if (at % (2 * length) === 0 && length < 1) length *= 2;
    }
  }
  return halves as [Float64Array, Float64Array];
};

test("however steps fail, the motion past fixed times is Brownian, within 4 standard errors", () => {
  const rows = 20_000;
  const kept = walk(rows, () => {
    const path = brownianPath(1);
    return { ahead: (length, z) => path.ahead(length, [z])[0]!, pass: path.pass };
  });
  const moment = (f: (i: number) => number) =>
    Array.from({ length: rows }, (_, i) => f(i)).reduce((a, b) => a + b) / rows;
  for (const half of kept) {
    expect(Math.abs(moment((i) => half[i]!)) * Math.sqrt(rows)).toBeLessThan(4);
    expect(Math.abs(moment((i) => half[i]! ** 2) - 1) / Math.sqrt(2 / rows)).toBeLessThan(4);
    // The eighth moment of a normal number is 105, and 105 - 9 the variance of its fourth power.
    expect(Math.abs(moment((i) => half[i]! ** 4) - 3) / Math.sqrt(96 / rows)).toBeLessThan(4);
  }
  expect(Math.abs(moment((i) => kept[0][i]! * kept[1][i]!)) * Math.sqrt(rows)).toBeLessThan(4);
  // Noise drawn anew after each failure is not: this is what the path is for.
  const anew = walk(rows, () => ({ ahead: (length, z) => Math.sqrt(length) * z, pass: () => {} }));
  expect(Math.abs(moment((i) => anew[0][i]! ** 2) - 1) / Math.sqrt(2 / rows)).toBeGreaterThan(20);
});

test("a whole whose parts are both known is their sum", () => {
  const path = brownianPath(2);
  const whole = path.ahead(1, [0.3, -2]);
  expect([...whole]).toEqual([0.3, -2]);
  const near = path.ahead(0.25, [1, 1]);
  expect(near[0]).toBeCloseTo(0.25 * 0.3 + Math.sqrt(0.25 * 0.75), 14);
  expect([...path.ahead(1, [9, 9])]).toEqual([0.3, -2].map((w) => expect.closeTo(w, 12)));
  path.ahead(0.25, [9, 9]);
  path.pass();
  const far = path.ahead(0.75, [9, 9]);
  for (const j of [0, 1]) expect(near[j]! + far[j]!).toBeCloseTo(whole[j]!, 14);
  path.pass();
  expect([...path.ahead(4, [0.5, 1])]).toEqual([1, 2]);
});
