/** Rules of more rows than are looked at. */
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import type { TableColumn } from "../table-column.ts";
import { findRules } from "./find-rules.ts";

test("rules of many rows are found in some of them, and checked in all", async () => {
  const n = 200_001;
  const columns: TableColumn[] = [
    ...["a", "b", "sum", "nearly"].map((name): TableColumn => ({ name, kind: "whole", missing: false })),
    { name: "city", kind: "category", levels: Array.from({ length: 8 }, (_, k) => `${k}`), missing: false },
    { name: "country", kind: "yes-no", levels: ["no", "yes"], missing: false },
    { name: "almost", kind: "yes-no", levels: ["no", "yes"], missing: false },
  ];
  const data = new Float64Array(n * 7);
  for (let i = 0; i < n; i++) {
    const [a, b, city] = [(i * 7919) % 1_009, (i * 104_729) % 2_003, (i * 31) % 8];
    // The last row, which is not looked at, breaks two of the rules.
    const last = i === n - 1;
    data.set([a, b, a + b, a + 2 * b + (last ? 1 : 0), city, city % 2, last ? 1 - (city >> 2) : city >> 2], i * 7);
  }
  const texts = (await findRules(ndarray(data, [n, 7]), columns)).map(({ text }) => text);
  expect(texts).toContain("sum = a + b");
  expect(texts).toContain("city determines country");
  expect(texts.join("\n")).not.toMatch(/nearly =|= .*nearly|almost/);
});
