import { normalQuantile } from "@scorefield/core";
import { expect, test } from "vitest";
import { normalTail } from "./normal-tail.ts";

test("it is the inverse of the quantile function, near and far", () => {
  for (const p of [0.5, 0.4, 0.1, 1e-3, 1.3e-3, 1e-6, 1e-12, 1e-100])
    expect(normalTail(p === 0.5 ? 0 : -normalQuantile(p)) / p).toBeCloseTo(1, 10);
  expect(normalTail(0)).toBe(0.5);
});
