import type { NdArray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gaussianMixture } from "../density/mixture.ts";
import { decode, encode } from "../likelihood/encode.ts";
import { logDensityDetails } from "../likelihood/log-density.ts";
import type { ScoreModel } from "../model/score-model.ts";
import { mlp } from "../network/mlp.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import { train } from "../training/train.ts";
import type { AnySampler } from "./adaptive-sampler.ts";
import { adaptiveSde } from "./adaptive-sde.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { sample } from "./sample.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const mixture = gaussianMixture({
  weights: [0.2, 0.8],
  means: [
    [-2, 0],
    [1, 1],
  ],
  covariances: [0.05, 0.2],
});
const count = 64;
const points = mixture.sample(count, 9);

/** The largest difference of each row, over batches, from all rows at once, in rising order. */
const differences = async (draw: (batch: number) => Promise<NdArray>): Promise<number[]> => {
  const all = await draw(count);
  const size = all.data.length / count;
  const rows = new Array<number>(count).fill(0);
  for (const batch of [1, 7]) {
    const found = await draw(batch);
    for (let i = 0; i < all.data.length; i++) {
      const row = Math.floor(i / size);
      rows[row] = Math.max(rows[row]!, Math.abs(Number(found.data[i]) - Number(all.data[i])));
    }
  }
  return rows.sort((a, b) => a - b);
};

for (const process of [edm(), vp()])
  describe(`in float32, by a trained network, ${process.recipe.kind}: rows do not depend on the batch`, () => {
    let model: ScoreModel;
    beforeAll(async () => {
      const network = mlp({ width: 32, depth: 2, noiseFeatures: 8 });
      const data = mixture.sample(4000, 1);
      model = await train({ process, network, data, steps: 500, batch: 256, seed: 1, runtime }).result;
    });

    /**
     * Some rows may meet the border of two step lengths; then both are solutions as exact as was asked.
     * @param share of such rows at most
     * @param most they differ by
     */
    const check = async (
      draw: (batch: number) => Promise<NdArray>,
      rounding: number,
      most: number,
      share = 1 / count,
    ) => {
      const rows = await differences(draw);
      const beyond = rows.filter((value) => value > rounding).length;
      expect(beyond, `${beyond} of ${count}, the largest ${rows.at(-1)}`).toBeLessThanOrEqual(share * count);
      expect(rows.at(-1)).toBeLessThan(most);
    };
    const drawn = (sampler: AnySampler) => (batch: number) =>
      sample(model, { count, batch, seed: 5, sampler, runtime });

    test("dormandPrince at 1e-3, the default", () => check(drawn(dormandPrince()), 1e-5, 0.05));
    test("dormandPrince at 1e-5", () => check(drawn(dormandPrince({ rtol: 1e-5, atol: 1e-5 })), 1e-5, 2e-3, 0.1));
    test("adaptiveSde", () => check(drawn(adaptiveSde({ rtol: 0.1, atol: 0.05 })), 1e-5, 1e-5));
    test("logDensity, tolerance 1e-4", () =>
      check(
        async (batch) => (await logDensityDetails(model, points, { batch, tolerance: 1e-4, runtime })).logDensity,
        1e-4,
        1e-2,
      ));
    test("encode and decode, tolerance 1e-4", async () => {
      const options = { tolerance: 1e-4, runtime };
      await check((batch) => encode(model, points, { batch, ...options }), 1e-5, 1e-2);
      await check((batch) => decode(model, normal([count, 2], { seed: 3 }), { batch, ...options }), 1e-5, 1e-2);
    });
  });
