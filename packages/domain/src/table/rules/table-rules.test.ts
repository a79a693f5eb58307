import { ArgumentError, uniform } from "@scorefield/core";
import { DataError } from "@scorefield/data";
import { ndarray, zeros } from "@scorefield/tensor";
import { describe, expect, test } from "vitest";
import { arraySamples } from "../../samples.ts";
import { tableRules } from "./table-rules.ts";

const u = uniform([600], { seed: 0, dtype: "float64" }).data;
/** Rows of numbers alone, without a description of their columns. */
const rows = ndarray(
  Float64Array.from({ length: 900 }, (_, k) => {
    const i = Math.floor(k / 3);
    const [a, b] = [u[2 * i]!, u[2 * i + 1]!];
    return [a, b, a + b][k % 3]!;
  }),
  [300, 3],
);
const samples = arraySamples(rows, { sha256: "" });
const learn = (rules?: readonly string[], find = true) =>
  tableRules.learn(samples, { kind: "file", path: "x.npy", ...(rules && { rules }) }, { find });

describe("rules of a table", () => {
  test("are found, and kept where settings say so, each once", async () => {
    const sum = (await learn()).found;
    expect(sum).toEqual(["x3 = x1 + x2"]);
    expect(await learn()).not.toHaveProperty("kept");
    expect((await learn(undefined, false)).found).toEqual([]);
    const { kept, violations, settings } = await learn(["x1 = x3 - x2", "found", "x1 <= 0.5"], false);
    expect(kept!.rules.map(({ text }) => text)).toEqual(["x1 = x3 - x2", "x1 <= 0.5"]);
    expect(settings).toEqual({ kind: "file", path: "x.npy", rules: ["x1 = x3 - x2", "x1 <= 0.5"] });
    expect(violations!.rules[0]!.broken).toBe(0);
    expect(violations!.rules[1]!.share).toBeCloseTo(0.5, 1);
    expect((await learn(["none"])).settings).toEqual({ kind: "file", path: "x.npy" });
  });

  test("of samples of any shape are kept", async () => {
    const { kept } = await learn(["found"]);
    const made = { shape: [3] };
    const { samples: moved, before, after } = tableRules.keep(zeros([4, 3], "float32"), made, kept!);
    expect([before.broken, after.broken, ...moved.shape]).toEqual([0, 0, 4, 3]);
    expect(tableRules.check(JSON.parse(JSON.stringify(kept)), made)).toEqual(kept);
  });

  test("that are none are refused, and the word none beside others", async () => {
    await expect(learn(["none", "found"])).rejects.toThrow(ArgumentError);
    await expect(learn(["x1 <= x9"])).rejects.toThrow(/found x9/);
    await expect(learn(["x1 determines x2", "x9 <= 1"])).rejects.toThrow(/found x9/);
    const few = arraySamples(ndarray(Float64Array.of(1, 2, 1, 3), [2, 2]), { sha256: "" });
    const link = tableRules.learn(few, { kind: "file", rules: ["x1 determines x2"] }, { find: true });
    await expect(link).rejects.toThrow(DataError);
  });

  test("of very many columns are looked for on request", async () => {
    const wide = arraySamples(zeros([30, 301], "float64"), { sha256: "" });
    const { found, remarks } = await tableRules.learn(wide, { kind: "file" }, { find: true });
    expect([found, remarks]).toEqual([[], [expect.stringMatching(/more than 300 columns.*rules: \["found"\]/)]]);
    expect((await tableRules.learn(wide, { kind: "file", rules: ["found"] }, { find: true })).remarks).toEqual([]);
  });
});
