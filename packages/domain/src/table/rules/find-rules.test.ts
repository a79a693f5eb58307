import { ArgumentError, normal, uniform } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { describe, expect, it } from "vitest";
import { roundTo } from "../decimals.ts";
import type { TableColumn } from "../table-column.ts";
import { countViolations } from "./count-violations.ts";
import { findRules } from "./find-rules.ts";
import { parseRule } from "./parse-rule.ts";

type Draws = { readonly normal: () => number; readonly uniform: () => number };

/** Random numbers one by one. */
const draws = (seed: number, most: number): Draws => {
  const [a, b] = [normal([most], { seed, dtype: "float64" }), uniform([most], { seed, step: 1, dtype: "float64" })];
  let [i, j] = [0, 0];
  return { normal: () => a.data[i++]!, uniform: () => b.data[j++]! };
};

const number = (name: string, decimals?: number): TableColumn => ({
  name,
  kind: "number",
  ...(decimals !== undefined && { decimals }),
  missing: false,
});
const whole = (name: string): TableColumn => ({ name, kind: "whole", missing: false });
const category = (name: string, count: number): TableColumn => ({
  name,
  kind: "category",
  levels: Array.from({ length: count }, (_, k) => `${name}${k}`),
  missing: false,
});

const tableOf = (
  n: number,
  columns: readonly TableColumn[],
  seed: number,
  row: (draw: Draws, i: number) => number[],
) => {
  const draw = draws(seed, 20 * n);
  const rows = ndarray(Float64Array.from(Array.from({ length: n }, (_, i) => row(draw, i)).flat()), [
    n,
    columns.length,
  ]);
  return { rows, columns };
};
const found = async ({ rows, columns }: { rows: NdArray<"float64">; columns: readonly TableColumn[] }) => {
  const rules = await findRules(rows, columns);
  expect(countViolations(rows, columns, rules).broken).toBe(0);
  for (const rule of rules) {
    if (rule.kind !== "linear") continue;
    const [{ text: _, ...read }] = parseRule(rule.text, columns) as [typeof rule];
    const { text: __, ...written } = rule;
    // The same rule up to its sign.
    const sign =
      read.coefficients[Object.keys(written.coefficients)[0]!] === Object.values(written.coefficients)[0] ? 1 : -1;
    const turned = Object.fromEntries(Object.entries(read.coefficients).map(([name, by]) => [name, sign * by]));
    expect({ ...read, coefficients: turned, constant: sign * read.constant + 0 }).toEqual(written);
  }
  return rules.map(({ text }) => text);
};

describe("findRules", () => {
  it("finds sums, with decimals, and not the orders that follow from them", async () => {
    const columns = [number("fare", 2), number("tip", 2), number("tolls", 2), number("total", 2), number("other", 2)];
    const table = tableOf(500, columns, 1, ({ uniform: u, normal: g }) => {
      const fare = roundTo(3 + 20 * u() ** 2, 2);
      const tip = u() < 0.4 ? 0 : roundTo(fare * 0.3 * u(), 2);
      const tolls = u() < 0.9 ? 0 : 5.76;
      return [fare, tip, tolls, roundTo(fare + tip + tolls, 2), roundTo(10 * g(), 2)];
    });
    expect(await found(table)).toEqual(["total = fare + tip + tolls"]);
  });

  it("finds several sums of one table, each once", async () => {
    const columns = ["a", "b", "c", "sum", "less", "double"].map(whole);
    const table = tableOf(400, columns, 2, ({ uniform: u }) => {
      const [a, b, c] = [1, 2, 3].map((k) => Math.floor(100 * k * u())) as [number, number, number];
      return [a, b, c, a + b, c - a, 2 * c];
    });
    expect(await found(table)).toEqual(["sum = a + b", "double = 2*c", "c = a + less"]);
  });

  it("finds sums up to rounding, and says how far off they may be", async () => {
    const columns = [
      number("part", 1),
      number("rest", 1),
      number("all", 1),
      number("celsius", 1),
      number("fahrenheit", 1),
    ];
    const table = tableOf(1_000, columns, 3, ({ uniform: u, normal: g }) => {
      const [part, rest, celsius] = [100 * u(), 50 * u(), 15 + 8 * g()];
      return [part, rest, part + rest, celsius, 32 + 1.8 * celsius].map((value) => roundTo(value, 1));
    });
    expect(await found(table)).toEqual([
      "all = part + rest within 0.15",
      "fahrenheit = 1.8*celsius + 32 within 0.14",
      "part <= all",
      "rest <= all",
    ]);
  });

  it("finds sums of measured numbers, also where single precision held them", async () => {
    const columns = ["x", "y", "z", "w"].map((name) => number(name));
    const table = tableOf(300, columns, 4, ({ normal: g }) => {
      const [x, y, w] = [g(), 3 * g(), g()];
      return [x, y, 0.25 * x - 2 * y, w].map(Math.fround);
    });
    expect(await found(table)).toEqual(["x = 8*y + 4*z"]);
  });

  it("finds orders, and leaves out those that follow from others", async () => {
    const columns: TableColumn[] = [
      ...["low", "open", "close", "high"].map((name) => number(name, 2)),
      { name: "start", kind: "date", missing: false },
      { name: "end", kind: "date", missing: true },
    ];
    const day = 864e5;
    const table = tableOf(400, columns, 5, ({ normal: g, uniform: u }) => {
      const open = roundTo(100 + 20 * u(), 2);
      const close = roundTo(open + g(), 2);
      const [low, high] = [Math.min(open, close) - Math.abs(g() / 2), Math.max(open, close) + Math.abs(g() / 2)];
      const start = Math.floor(2_000 * u());
      const end = u() < 0.1 ? Number.NaN : start - Math.floor(200 * Math.log(1 - u()));
      return [roundTo(low, 2), open, close, roundTo(high, 2), start * day, end * day];
    });
    const rules = await found(table);
    expect(rules.sort()).toEqual(["close <= high", "low <= close", "low <= open", "open <= high", "start <= end"]);
  });

  it("finds columns that follow from another, from the one with fewest levels", async () => {
    const columns = [
      category("zone", 24),
      category("city", 6),
      category("country", 2),
      whole("code"),
      category("free", 4),
    ];
    const table = tableOf(1_000, columns, 6, ({ uniform: u }) => {
      const zone = Math.floor(24 * u());
      const city = zone % 6;
      return [zone, city, city % 2, 10 + 7 * city, Math.floor(4 * u())];
    });
    expect(await found(table)).toEqual(["zone determines city", "city determines country", "city determines code"]);
    const [, link] = await findRules(table.rows, columns);
    expect(link).toMatchObject({ map: [0, 1, 2, 3, 4, 5].map((city) => [city, city % 2]) });
    expect(JSON.parse(JSON.stringify(link))).toEqual(link);
  });

  it("offers no order of columns that lie apart, though none of their rows breaks it", async () => {
    const columns = ["near", "far", "later"].map((name) => number(name));
    for (let seed = 0; seed < 10; seed++) {
      const table = tableOf(1_000, columns, 50 + seed, ({ normal: g }) => {
        const near = 5 * g();
        return [near, near + 6 + g(), near + 12 + Math.exp(g())];
      });
      expect(await found(table)).toEqual([]);
    }
  });

  it("offers nothing in 100 random tables", async () => {
    const sizes = [5, 20, 50, 100, 300, 800];
    for (let seed = 0; seed < 100; seed++) {
      const n = sizes[seed % sizes.length]!;
      const [shift, together] = [(seed % 11) / 2, (seed % 5) / 5];
      const columns = [
        number("measured"),
        number("cents", 2),
        whole("count"),
        whole("mostly zero"),
        category("class", 5),
        number("long tail", 1),
        whole("few"),
        { name: "rare", kind: "yes-no", levels: ["no", "yes"], missing: false } as const,
      ];
      const table = tableOf(n, columns, 100 + seed, ({ normal: g, uniform: u }) => {
        const common = g();
        const near = (): number => together * common + Math.sqrt(1 - together ** 2) * g();
        return [
          near(),
          roundTo(near() + shift, 2),
          Math.round(3 * near() + 4 * shift),
          u() < 0.8 ? 0 : Math.floor(100 * u()),
          Math.max(0, Math.min(4, Math.round(near() + 2))),
          roundTo(Math.exp(near() + shift), 1),
          Math.floor(3 * u()),
          u() < 0.03 ? 1 : 0,
        ];
      });
      expect(await found(table), `table ${seed}`).toEqual([]);
    }
  });

  it("offers nothing of few rows", async () => {
    const columns = ["a", "b", "sum"].map(whole);
    const table = tableOf(12, columns, 7, ({ uniform: u }) => {
      const [a, b] = [Math.floor(9 * u()), Math.floor(9 * u())];
      return [a, b, a + b];
    });
    expect(await found(table)).toEqual([]);
  });

  it("returns the most that is asked for, and stops when told to", async () => {
    const columns = ["a", "b", "c"].map(whole);
    const table = tableOf(300, columns, 8, ({ uniform: u }) => {
      const a = Math.floor(50 * u());
      return [a, a, 3 * a];
    });
    expect((await findRules(table.rows, columns)).map(({ text }) => text)).toEqual(["b = a", "c = 3*a"]);
    expect(await findRules(table.rows, columns, { most: 1 })).toHaveLength(1);
    await expect(findRules(table.rows, columns, { most: 0 })).rejects.toThrow(ArgumentError);
    await expect(findRules(table.rows, columns, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await expect(findRules(table.rows, columns.slice(1))).rejects.toThrow(/expected shape \[rows, 2\]/);
  });
});
