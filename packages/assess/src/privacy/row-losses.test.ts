import { ArgumentError, edm, exact, gaussian, gaussianMixture, normal, rectifiedFlow } from "@scorefield/core";
import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { membershipAttack } from "./membership-attack.ts";
import { rowLosses } from "./row-losses.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const d = 4;
const draws = (n: number, seed: number): NdArray<"float64"> => normal([n, d], { seed, dtype: "float64" });

test("of a standard Gaussian in closed form, for any process", async () => {
  // E[z | y = x + r z] = r y / (1 + r^2), so z - E[z | y] = (z - r x) / (1 + r^2).
  const x = draws(5, 1);
  const levels = [0.3, 2];
  const losses = await rowLosses(exact(gaussian({ mean: [0, 0, 0, 0] }), edm()), x, { levels, draws: 1, runtime });
  const expected = Array.from({ length: 5 }, (_, i) =>
    levels.reduce((sum, r, step) => {
      const z = normal([1, d], { seed: 0, step, purpose: "noise", dtype: "float64" }).data;
      const squares = z.map((value, k) => (value - r * x.data[i * d + k]!) ** 2);
      return sum + squares.reduce((a, b) => a + b, 0) / d / (1 + r * r) / 2;
    }, 0),
  );
  for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[i]!, 4);
  const flow = exact(gaussian({ mean: [0, 0, 0, 0] }), rectifiedFlow());
  const others = await rowLosses(flow, x, { levels, draws: 1, batch: 2, runtime });
  for (const [i, loss] of others.entries()) expect(loss).toBeCloseTo(expected[i]!, 3);
});

const n = 200;
const [members, others] = [draws(n, 1), draws(n, 2)];

test("a density of kernels on the training rows remembers them: nearly all are found", async () => {
  const kernels = gaussianMixture({ means: members, covariances: new Array(n).fill(0.01) });
  const model = exact(kernels, edm());
  const of = (rows: NdArray) => rowLosses(model, rows, { runtime });
  const attack = membershipAttack({ memberLosses: await of(members), otherLosses: await of(others) });
  expect(attack.truePositiveRate.value).toBeGreaterThan(0.95);
  expect(attack.areaUnderCurve.value).toBeGreaterThan(0.98);
  expect(attack.remembers).toBe(true);
});

test("the true density remembers none: the rate is within chance", async () => {
  const model = exact(gaussian({ mean: [0, 0, 0, 0] }), edm());
  const of = (rows: NdArray) => rowLosses(model, rows, { runtime });
  const attack = membershipAttack({ memberLosses: await of(members), otherLosses: await of(others) });
  expect(attack.truePositiveRate.value).toBeLessThanOrEqual(attack.chance.high);
  expect(attack.remembers).toBe(false);
});

test("a row has the same loss in any company; what does not fit is refused", async () => {
  const model = exact(gaussian({ mean: [0, 0, 0, 0] }), edm());
  const some = { levels: [1], draws: 2, runtime };
  const all = await rowLosses(model, members, some);
  const last = ndarray(members.data.slice(-d), [1, d]);
  expect((await rowLosses(model, last, some))[0]).toBeCloseTo(all[n - 1]!, 6);
  await expect(rowLosses(model, ndarray(new Float32Array(6), [2, 3]), some)).rejects.toThrow(ShapeError);
  await expect(rowLosses(model, last, { levels: [] })).rejects.toThrow(ArgumentError);
  await expect(rowLosses(model, last, { level: 1 } as object)).rejects.toThrow(/level.*levels/s);
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(rowLosses(model, last, { ...some, signal })).rejects.toThrow("enough");
});
