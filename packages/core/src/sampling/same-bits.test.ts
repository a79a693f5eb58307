/** Parts of a set of samples are what all at once are, to the bit: see `numeric/whole-lanes.ts`. */
import { type NdArray, type Runtime, sizeOf } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { logDensityDetails } from "../likelihood/log-density.ts";
import { dit } from "../network/dit.ts";
import { mlp } from "../network/mlp.ts";
import { unet } from "../network/unet.ts";
import { wholeLanes } from "../numeric/whole-lanes.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { train } from "../training/train.ts";
import { dormandPrince } from "./dormand-prince.ts";
import { eulerMaruyama } from "./euler-maruyama.ts";
import { sample } from "./sample.ts";
import { unipc } from "./unipc.ts";

const runtime: Runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const networks = {
  mlp: { shape: [3], network: mlp({ width: 32, depth: 2 }) },
  unet: { shape: [1, 12, 12], network: unet({ width: 16, multipliers: [1, 2], blocks: 1, headWidth: 16 }) },
  dit: { shape: [1, 12, 12], network: dit({ patch: 3, width: 32, depth: 1 }) },
};

const rows = ({ data }: NdArray<"float32">, size: number, first: number, count: number) =>
  data.slice(first * size, (first + count) * size);

const trained = async (name: keyof typeof networks) => {
  const { shape, network } = networks[name];
  const data = normal([64, ...shape], { seed: 0 });
  return train({ data, process: edm(), network, steps: 5, batch: 16, learningRate: 3e-3, seed: 0, runtime }).result;
};

test.each(["mlp", "unet", "dit"] as const)(
  "samples of %s, in parts and in batches of any size",
  async (name) => {
    const model = await trained(name);
    const size = sizeOf(model.shape);
    const options = { seed: 1, sampler: unipc({ steps: 3 }), runtime };
    const whole = await sample(model, { ...options, count: 14 });
    for (const [firstSample, count] of [
      [0, 1],
      [5, 9],
    ] as const)
      expect((await sample(model, { ...options, count, firstSample })).data).toEqual(
        rows(whole, size, firstSample, count),
      );
    expect((await sample(model, { ...options, count: 14, batch: 5 })).data).toEqual(whole.data);
  },
  60_000,
);

test.each([dormandPrince({ rtol: 1e-3 }), eulerMaruyama({ steps: 9 })])(
  "and of other samplers: $recipe.kind",
  async (sampler) => {
    const model = await trained("mlp");
    const whole = await sample(model, { count: 50, seed: 1, sampler, runtime });
    const part = await sample(model, { count: 13, firstSample: 30, seed: 1, sampler, runtime });
    expect(part.data).toEqual(rows(whole, 3, 30, 13));
  },
);

test("log-densities, exact and by probes of a sample's own number", async () => {
  const model = await trained("mlp");
  const x = normal([21, 3], { seed: 4 });
  for (const divergence of ["exact", { probes: 2, seed: 3 }] as const) {
    const options = { tolerance: 1e-3, runtime };
    const all = await logDensityDetails(model, x, { ...options, divergence });
    const part = await logDensityDetails(
      model,
      { ...x, shape: [10, 3], data: rows(x, 3, 7, 10) },
      { ...options, divergence: divergence === "exact" ? divergence : { ...divergence, firstSample: 7 } },
    );
    for (const name of ["logDensity", "standardError", "errorEstimate", "priorMismatch"] as const)
      expect(part[name].data, name).toEqual(all[name].data.slice(7, 17));
  }
});

test("batches are of whole lanes, and never larger than asked for", () => {
  expect([1, 2, 4, 5, 1000, 1001].map((count) => wholeLanes(count, 1024, 2))).toEqual([4, 4, 4, 8, 1000, 1004]);
  expect([1, 3, 5].map((count) => wholeLanes(count, 1024, 5000))).toEqual([1, 3, 8]);
  expect([1, 3, 7, 9].map((most) => wholeLanes(100, most, 2))).toEqual([1, 3, 4, 8]);
  expect(wholeLanes(0, 10, 2)).toBe(0);
});
