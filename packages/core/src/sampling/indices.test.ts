/** Samples of any indices: each is the sample that a run of all has at its place. */
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { eulerMaruyama } from "./euler-maruyama.ts";
import { heun } from "./heun.ts";
import { sample } from "./sample.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const model = exact(gaussian({ mean: [1, -1], covariance: [0.5, 2] }), edm());
const indices = [7, 0, 1, 2, 11, 7, 3];

test.each([heun({ steps: 8 }), eulerMaruyama({ steps: 20 }), dormandPrince({ rtol: 1e-3 })])(
  "samples by indices are those of a run of all: $recipe.kind",
  async (sampler) => {
    const options = { sampler, seed: 4, dtype: "float64", runtime, batch: 3 } as const;
    const all = await sample(model, { ...options, count: 12 });
    const chosen = await sample(model, { ...options, count: indices.length, indices });
    for (const [k, index] of indices.entries())
      for (let j = 0; j < 2; j++) expect(chosen.data[2 * k + j]).toBeCloseTo(all.data[2 * index + j]!, 9);
  },
);

test.each([
  [{ indices: [1, 2] }, /one for each of 3/],
  [{ indices: [1, 2, 2 ** 32] }, /below 2\^32/],
  [{ indices: [1, 2, 0.5] }, /found 0.5/],
  [{ indices: [1, 2, 3], firstSample: 1 }, /leave one of them out/],
])("%j is refused", async (given, message) => {
  await expect(sample(model, { count: 3, runtime, ...given })).rejects.toThrow(ArgumentError);
  await expect(sample(model, { count: 3, runtime, ...given })).rejects.toThrow(message);
});
