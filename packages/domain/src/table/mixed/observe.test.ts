import { ArgumentError } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ColumnCondition } from "./allowed.ts";
import { fitMixed } from "./fit-mixed.ts";
import { mixedColumns, mixedRows } from "./mixed-table.case.ts";

const n = 300;
const rows = mixedRows(n);
const width = mixedColumns.length;
const codec = fitMixed(mixedColumns, rows);
const encoded = codec.encode(rows, { seed: 0, part: 0 });
const vector = encoded.shape[1]!;
const { columns: layout } = codec.layout;
const cell = (i: number, name: string) => rows.data[i * width + mixedColumns.findIndex((c) => c.name === name)]!;

/** The bounds of each slot in an observed row: of a number low and high, of a category which levels are excluded. */
const regions = (observed: ArrayLike<number>) => {
  let at = 0;
  return layout.map((size) => {
    const own = Array.from({ length: size === 1 ? 2 : size }, (_, k) => observed[at + k]!);
    at += own.length;
    return size === 1
      ? { low: own[0] === 0 ? -Infinity : own[0]! - 16, high: own[1] === 0 ? Infinity : 16 - own[1]!, excluded: [] }
      : { low: 0, high: 0, excluded: own.map((no) => no === 1) };
  });
};

/** Whether an encoded row is within, scores to the 2e-6 that conditions are rounded to. */
const isWithin = (within: ReturnType<typeof regions>, i: number): boolean => {
  let at = i * vector;
  return within.every(({ low, high, excluded }, s) => {
    const own = encoded.data.slice(at, (at += layout[s]!));
    return layout[s] === 1 ? own[0]! >= low - 2e-6 && own[0]! <= high + 2e-6 : !excluded[own.indexOf(1)];
  });
};

/** A vector within an observed row, by a list of numbers in [0, 1). */
const draw = (observed: ArrayLike<number>, u: readonly number[]): Float32Array => {
  const result = new Float32Array(vector);
  let at = 0;
  for (const [s, { low, high, excluded }] of regions(observed).entries()) {
    const own = u[s % u.length]!;
    if (layout[s] === 1) {
      const [from, to] = [Math.max(low, Math.min(-5, high)), Math.min(high, Math.max(5, low))];
      result[at] = Math.min(high, Math.max(low, from + own * (to - from)));
    } else {
      const left = excluded.flatMap((no, k) => (no ? [] : [k]));
      result[at + left[Math.floor(own * left.length)]!] = 1;
    }
    at += layout[s]!;
  }
  return result;
};

const columnNamed = (name: string) => mixedColumns.find((column) => column.name === name)!;
const known = (name: string): number =>
  Array.from({ length: n }, (_, i) => cell(i, name)).find((x) => !Number.isNaN(x))!;
const range = (name: string): fc.Arbitrary<ColumnCondition> =>
  fc
    .record({ a: fc.nat(n - 1), b: fc.nat(n - 1), lowOpen: fc.boolean(), highOpen: fc.boolean(), sides: fc.nat(2) })
    .map(({ a, b, lowOpen, highOpen, sides }) => {
      const [low = 0, high = 0] = [cell(a, name), cell(b, name)]
        .map((x) => (Number.isNaN(x) ? known(name) : x))
        .sort((x, y) => x - y);
      return {
        column: name,
        ...(sides !== 1 && { low, lowOpen: lowOpen && low < high }),
        ...(sides !== 2 && { high, highOpen: highOpen && low < high && sides !== 0 }),
      };
    });
const equal = (name: string): fc.Arbitrary<ColumnCondition> =>
  fc.nat(n - 1).map((i) => {
    const value = cell(i, name);
    return Number.isNaN(value) ? { column: name, missing: true } : { column: name, is: value };
  });
const present = (name: string): fc.Arbitrary<ColumnCondition> =>
  fc.boolean().map((missing) => ({ column: name, missing: missing && columnNamed(name).missing }));
const oneOf = (name: string): fc.Arbitrary<ColumnCondition> =>
  fc.array(fc.nat(n - 1), { minLength: 1, maxLength: 3 }).map((list) => {
    const values = list.map((i) => cell(i, name)).filter((value) => !Number.isNaN(value));
    return values.length === 0 ? { column: name, missing: false } : { column: name, is: values };
  });
const names = mixedColumns.map(({ name }) => name).filter((name) => name !== "unit");
const levels = ["grade", "city", "member"];
const numbers = ["size", "price", "count", "gain", "day", "visit", "grade"];

const anyCondition = fc.oneof(
  fc.constantFrom(...numbers).chain(range),
  fc.constantFrom(...names).chain(equal),
  fc.constantFrom(...names).chain(oneOf),
  fc.constantFrom(...names).chain(present),
);
/** Conditions whose regions hold nothing else. */
const exactCondition = fc.oneof(
  fc.constantFrom("size", "price", "count", "grade").chain(range),
  fc.constantFrom("price", "count", "gain", "day", ...levels).chain(equal),
  fc.constantFrom(...levels).chain(oneOf),
  fc.constantFrom(...names).chain(present),
);

describe("conditions", () => {
  test("each encoded row that satisfies them is within", () => {
    fc.assert(
      fc.property(anyCondition, (condition) => {
        let observed: Float32Array;
        try {
          observed = codec.observe([condition]);
        } catch (error) {
          if (!(error instanceof ArgumentError)) throw error;
          expect(codec.satisfies([condition], rows)).toEqual(new Uint8Array(n));
          return;
        }
        const satisfied = codec.satisfies([condition], rows);
        const within = regions(observed);
        for (let i = 0; i < n; i++) if (satisfied[i] && !isWithin(within, i)) expect.fail(`row ${i} is not within`);
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  test("what is decoded from within satisfies them, two columns at once", () => {
    fc.assert(
      fc.property(
        exactCondition,
        exactCondition,
        fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), {
          minLength: layout.length,
          maxLength: layout.length,
        }),
        (one, other, u) => {
          const conditions = one.column === other.column ? [one] : [one, other];
          const observed = codec.observe(conditions);
          const decoded = codec.decode(ndarray(draw(observed, u), [1, vector]));
          expect([...codec.satisfies(conditions, decoded)], JSON.stringify([...decoded.data])).toEqual([1]);
        },
      ),
      { seed: 2, numRuns: 500 },
    );
  });
});
