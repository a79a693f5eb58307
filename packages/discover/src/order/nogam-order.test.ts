import { uniform } from "@scorefield/core";
import { expect, test } from "vitest";
import { curvedChain, rearranged } from "./curved-pair.case.ts";
import { noGamOrder } from "./nogam-order.ts";

test("noise that is far from normal is ordered too, in any order and units of columns", async () => {
  const u = uniform([400, 3], { seed: 2, dtype: "float64" }).data;
  const noise = u.map((value) => -Math.log(1 - value) - 1);
  const values = new Float64Array(1200);
  for (let i = 0; i < 400; i++) {
    const c = noise[3 * i]!;
    const a = Math.tanh(2 * c) * 2 + 0.5 * noise[3 * i + 1]!;
    values.set([a, 2 * Math.cos(a) + 0.5 * noise[3 * i + 2]!, c], 3 * i);
  }
  const rows = { names: ["a", "b", "c"], values };
  const { order } = await noGamOrder(rows);
  expect(order).toEqual(["c", "a", "b"]);
  expect((await noGamOrder(rearranged(rows, [2, 0, 1]))).order).toEqual(order);
});

test("normal noise too", async () => {
  expect((await noGamOrder(curvedChain(400, 4))).order).toEqual(["c", "a", "b"]);
});
