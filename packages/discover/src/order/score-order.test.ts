import { expect, test } from "vitest";
import { curvedChain, rearranged } from "./curved-pair.case.ts";
import { scoreOrder } from "./score-order.ts";

const rows = curvedChain(400, 1);

test("causes stand before effects, in any order and any units of columns", async () => {
  const found = await scoreOrder(rows);
  expect(found.order).toEqual(["c", "a", "b"]);
  expect(found.criteria[0]).toBeNaN();
  const other = await scoreOrder(rearranged(rows, [1, 2, 0]));
  expect(other.order).toEqual(found.order);
  for (const [k, value] of other.criteria.entries()) if (k > 0) expect(value / found.criteria[k]!).toBeCloseTo(1, 6);
});

test("tiers and required edges hold, also where the rows say otherwise", async () => {
  const { order } = await scoreOrder(rows, {
    knowledge: { tiers: [["b"], ["a"]], required: [{ from: "a", to: "c" }] },
  });
  expect(order).toEqual(["b", "a", "c"]);
  await expect(
    scoreOrder(rows, {
      knowledge: {
        tiers: [["a"], ["b"]],
        required: [
          { from: "b", to: "c" },
          { from: "c", to: "a" },
        ],
      },
    }),
  ).rejects.toThrow("agree with the tiers");
});

test("rows with a target are left out; categories, constants and an aborted signal are refused", async () => {
  const { names, values } = rows;
  const set = Float64Array.from({ length: 300 }, (_, k) => (k % 3 === 1 ? 50 : k));
  const both = {
    names,
    values: Float64Array.from([...values, ...set]),
    targets: Array.from({ length: 500 }, (_, i) => (i < 400 ? [] : [1])),
  };
  expect((await scoreOrder(both)).criteria).toEqual((await scoreOrder(rows)).criteria);
  await expect(scoreOrder({ names: ["a"], values: new Float64Array(30), categories: [2] })).rejects.toThrow(
    "found the category a",
  );
  await expect(scoreOrder({ names: ["a", "b"], values: new Float64Array(60) })).rejects.toThrow("found a with 0");
  await expect(scoreOrder(rows, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
});
