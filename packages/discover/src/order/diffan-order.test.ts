import { defaultRuntime, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { curvedChain, rearranged } from "./curved-pair.case.ts";
import { diffanOrder } from "./diffan-order.ts";

setDefaultRuntime(native({ threads: 1 }));
afterAll(() => defaultRuntime().dispose());

const options = { steps: 400, width: 48, points: 128, seed: 1 };

test("a diffusion model learns which of the variables is an effect", async () => {
  const rows = curvedChain(600, 5);
  const seen: number[] = [];
  const { order } = await diffanOrder(rows, { ...options, onProgress: ({ done }) => void seen.push(done) });
  expect(order.at(-1)).toBe("b");
  expect(seen).toEqual([1, 2]);
  const other = await diffanOrder(rearranged(rows, [2, 0, 1]), options);
  expect(other.order).toEqual(order);
});

test("one network may take every leaf, and a signal stops it", async () => {
  const rows = curvedChain(200, 6);
  const short = { ...options, steps: 60, leavesPerNetwork: 3 };
  expect([...(await diffanOrder(rows, short)).order].sort()).toEqual(["a", "b", "c"]);
  await expect(diffanOrder(rows, { ...short, signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
  await expect(diffanOrder(rows, { noise: [] })).rejects.toThrow("expected a list of at least one noise level");
});
