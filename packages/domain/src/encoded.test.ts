import { ArgumentError } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { encoded } from "./encoded.ts";
import { arraySamples } from "./samples.ts";
import { fitMixed } from "./table/mixed/fit-mixed.ts";
import type { TableColumn } from "./table/table-column.ts";

const table: readonly TableColumn[] = [
  { name: "city", kind: "category", levels: ["Rome", "Paris", "Oslo"], missing: true },
  { name: "size", kind: "number", missing: false },
];
// More than are encoded at once.
const count = 65_536 + 500;
const cells = Float64Array.from({ length: 2 * count }, (_, k) =>
  k % 2 === 1 ? ((k * 7919) % 1009) / 8 : k % 10 === 0 ? Number.NaN : (k / 2) % 3,
);
const rows = ndarray(cells, [count, 2]);
const samples = arraySamples(rows, { table, sha256: "" });
const codec = fitMixed(table, rows);
const draw = { seed: 5, part: 1 };

test("rows that are kept compact are read as they would be encoded all at once, bit for bit", async () => {
  const data = await encoded(samples, codec, draw);
  expect(data).toMatchObject({ count, shape: [5] });
  const chosen = [3, count - 1, 65_535, 65_536, 0, 3];
  const whole = codec.encode(rows, draw);
  const found = await data.read(chosen);
  expect(found.shape).toEqual([6, 5]);
  for (const [k, i] of chosen.entries())
    expect(found.data.slice(5 * k, 5 * k + 5)).toEqual(whole.data.slice(5 * i, 5 * i + 5));
});

test("jitter is of all coordinates, which are then kept", async () => {
  const few = arraySamples(ndarray(cells.slice(0, 200), [100, 2]), { table, sha256: "" });
  const data = await encoded(few, codec, { ...draw, jitter: 0.1 });
  const own = codec.encode(ndarray(cells.slice(0, 200), [100, 2]), { ...draw, jitter: 0.1 });
  expect((await data.read([7])).data).toEqual(own.data.slice(35, 40));
});

test("what no codec is, is refused", async () => {
  await expect(encoded(samples, {} as never, draw)).rejects.toThrow(ArgumentError);
});
