import { ArgumentError } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import type { ColumnCondition } from "./allowed.ts";
import { fitMixed } from "./fit-mixed.ts";
import { mixedColumns, mixedRows } from "./mixed-table.case.ts";

const rows = mixedRows(500);
const codec = fitMixed(mixedColumns, rows);
const width = mixedColumns.length;
const indexOf = (name: string) => mixedColumns.findIndex((column) => column.name === name);

/** What an observed row says of a column, slot by slot. */
const slotsOf = (observed: ArrayLike<number>, name: string): number[][] => {
  const { firstSlot, slots } = codec.parts[indexOf(name)]!;
  const sizes = codec.layout.columns.map((size) => (size === 1 ? 2 : size));
  return sizes.slice(firstSlot, firstSlot + slots).map((size, s) => {
    const from = sizes.slice(0, firstSlot + s).reduce((a, b) => a + b, 0);
    return Array.from({ length: size }, (_, k) => observed[from + k]!);
  });
};
const observe = (condition: ColumnCondition) => slotsOf(codec.observe([condition]), condition.column);

describe("conditions", () => {
  test("ranges of numbers are intervals of scores, ranges of levels exclude levels", () => {
    const [[from, to]] = observe({ column: "size", low: -1, high: 2 }) as [[number, number]];
    const [low, high] = [from - 16, 16 - to];
    const scoreOf = (value: number) =>
      codec.encode(ndarray(rows.data.slice(0, width).fill(value, 0, 1), [1, width]), { seed: 0, part: 0 }).data[0]!;
    expect(low).toBeCloseTo(scoreOf(-1), 4);
    expect(high).toBeCloseTo(scoreOf(2), 4);
    expect(observe({ column: "size", low: -1 })[0]![1]).toBe(0);
    expect(observe({ column: "grade", low: 1 })).toEqual([[1, 0, 0, 1]]);
    expect(observe({ column: "grade", high: 1, highOpen: true })).toEqual([[0, 1, 1, 1]]);
    expect(observe({ column: "city", is: [0, 2] })).toEqual([[0, 1, 0, 1, 1]]);
  });

  test("gates: spikes outside of a range are excluded; beside a spike inside of it the number is left free", () => {
    const [gate, number] = observe({ column: "gain", low: 0, lowOpen: true, high: 200 });
    expect(gate).toEqual([0, 1, 1]);
    expect(number!.every((bound) => bound > 0) || number![1]! > 0).toBe(true);
    expect(observe({ column: "gain", high: 200 })).toEqual([
      [0, 1, 0],
      [0, 0],
    ]);
    expect(observe({ column: "gain", is: 0 })).toEqual([
      [1, 1, 0],
      [0, 0],
    ]);
    expect(observe({ column: "gain", missing: true })).toEqual([
      [1, 0, 1],
      [0, 0],
    ]);
    expect(observe({ column: "gain", missing: false })).toEqual([
      [0, 1, 0],
      [0, 0],
    ]);
  });

  test("two conditions on one column hold together", () => {
    const both = codec.observe([
      { column: "size", low: -1 },
      { column: "size", high: 2 },
    ]);
    expect(both).toEqual(codec.observe([{ column: "size", low: -1, high: 2 }]));
    expect(codec.observe([])).toEqual(new Float32Array(codec.observedSize));
  });

  test("a date is a day, its day of the week and its time", () => {
    const day = Date.UTC(2020, 0, 15);
    const [gate, score, weekday] = observe({ column: "day", is: day });
    expect(gate).toEqual([0, 1]);
    expect(score![0]! + score![1]!).toBeLessThanOrEqual(32);
    expect(weekday).toEqual([1, 1, 1, 0, 1, 1, 1]);
    const hour = 3_600_000;
    const [, time] = observe({ column: "visit", low: day + 6 * hour, high: day + 12 * hour });
    expect(time!.every((bound) => bound > 0)).toBe(true);
    expect(observe({ column: "visit", low: day, high: day + 48 * hour })[1]).toEqual([0, 0]);
  });

  test.each<[ColumnCondition[], RegExp]>([
    [[{ column: "citty", is: 0 }], /did you mean city/],
    [[{ column: "city", low: 1 }], /no order/],
    [[{ column: "city", is: 9 }], /codes below 4/],
    [[{ column: "grade", low: 5 }], /range with a level/],
    [[{ column: "size", low: 90 }], /values that samples can have, such as from/],
    [[{ column: "count", low: 2.2, high: 2.8 }], /whole numbers, found none between 2.2 and 2.8/],
    [[{ column: "count", is: 2.5 }], /found 2.5/],
    [[{ column: "size", missing: true }], /no training row lacks it/],
    [[{ column: "size", low: 1, high: 0 }], /exclude each other/],
    [[{ column: "size", low: 1, missing: true }], /exclude each other/],
    [
      [
        { column: "size", is: 1 },
        { column: "size", is: 2 },
      ],
      /exclude each other/,
    ],
    [[{ column: "size", is: Number.NaN }], /missing: true/],
    [[{ column: "day", high: 0 }], /dates that samples can have, such as from 2020/],
    [[{ column: "unit", is: 8 }], /all have 7/],
  ])("%j is refused", (conditions, message) => {
    expect(() => codec.observe(conditions)).toThrow(ArgumentError);
    expect(() => codec.observe(conditions)).toThrow(message);
  });
});

describe("rows with unknown cells", () => {
  test("known cells are known exactly, others have a value", () => {
    const draw = { seed: 1, part: 2 };
    const known = rows.data.map((_, k) => (k % 3 === 0 ? 1 : 0));
    const observed = codec.observeRows(rows, { known, ...draw });
    expect(observed.shape).toEqual([500, codec.observedSize]);
    const slots = codec.compact.encode(rows, draw);
    const sizes = codec.layout.columns;
    for (let i = 0; i < 500; i++) {
      const own = observed.data.subarray(i * codec.observedSize, (i + 1) * codec.observedSize);
      for (const { column, name, firstSlot } of codec.parts)
        for (const [s, said] of slotsOf(own, name).entries()) {
          const value = slots.data[i * sizes.length + firstSlot + s]!;
          if (known[i * width + column] === 0) {
            const missing = codec.names[codec.parts[column]!.from + said.indexOf(1)];
            expect(said.some((x) => x !== 0) ? missing : `${name}: missing`).toBe(`${name}: missing`);
          } else if (sizes[firstSlot + s] === 1) {
            expect(Math.abs(said[0]! - 16 - value)).toBeLessThan(2e-6);
            expect(said[0]! + said[1]!).toBe(32);
          } else expect(said).toEqual(said.map((_, k) => (k === value ? 0 : 1)));
        }
    }
  });

  test("missing cells are unknown unless they are said to be known", () => {
    const one = ndarray(rows.data.slice(0, width), [1, width]);
    one.data[indexOf("city")] = Number.NaN;
    expect(slotsOf(codec.observeRows(one).data, "city")).toEqual([[0, 0, 0, 0, 1]]);
    expect(slotsOf(codec.observeRows(one, { complete: false }).data, "city")).toEqual([[0, 0, 0, 0, 0]]);
    const known = Array.from({ length: width }, (_, j) => j === indexOf("city"));
    expect(slotsOf(codec.observeRows(one, { known }).data, "city")).toEqual([[1, 1, 1, 1, 0]]);
    expect(() => codec.observeRows(one, { known: [1] })).toThrow(/one for each cell/);
  });
});
