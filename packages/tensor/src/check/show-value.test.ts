import { expect, test } from "vitest";
import { zeros } from "../ndarray.ts";
import { showValue } from "./show-value.ts";

test("any value is shown as a short text", () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const cases: readonly [unknown, string][] = [
    [undefined, "nothing"],
    [null, "null"],
    [Number.NaN, "NaN"],
    [3n, "3"],
    ["a", '"a"'],
    [() => 1, "a function"],
    [[1, 2], "[1,2]"],
    [{ a: 1 }, '{"a":1}'],
    [{ recipe: { kind: "x" }, weights: [1] }, '{"kind":"x"}'],
    [new Float32Array(3), "a Float32Array"],
    [zeros([2, 3]), "an array [2,3]"],
    [circular, "an object"],
    [Symbol("s"), "Symbol(s)"],
  ];
  for (const [value, text] of cases) expect(showValue(value)).toBe(text);
  expect(showValue("x".repeat(1e6)).length).toBeLessThan(70);
  expect(showValue(new Array(1e6).fill(1)).length).toBeLessThan(70);
});
