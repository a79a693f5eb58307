import { compile, constant, type NdArray, ndarray, ShapeError, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { expect, test } from "vitest";
import { gaussianMixture } from "../../density/mixture.ts";
import type { Network } from "../../network/network.ts";
import { edm } from "../../process/edm.ts";
import { normal } from "../../random/normal.ts";
import { exact } from "../exact.ts";
import { trainedModel } from "../trained.ts";
import { boundOffset } from "./observed.ts";
import { mixedPreconditioning } from "./preconditioning.ts";

/** A network whose output is the same for every row, and which notes what it sees. */
const constantNetwork = (output: readonly number[], observed = 0): Network => ({
  recipe: { kind: "constant" },
  learningRate: 1e-3,
  observed,
  initialise: () => ({}),
  apply: (_, x) =>
    constant(ndarray(Float64Array.from(output)))
      .cast(x.dtype)
      .broadcastTo(x.shape),
});

const layout = { columns: [1, 2, 3], scale: 1.5 };
const p = [0.3, 0.7];
const q = [0.1, 0.6, 0.3];

const modelWith = (observed = 0) =>
  trainedModel(
    {
      process: edm(),
      network: constantNetwork([0, ...p.map(Math.log), ...q.map(Math.log)], observed),
      preconditioning: mixedPreconditioning(layout),
    },
    {},
    [6],
  );

const denoised = async (
  model: { denoise: (x: Tensor, t: Tensor, given?: Record<string, Tensor>) => Tensor },
  x: NdArray,
  t: NdArray,
  given?: NdArray,
): Promise<NdArray> => {
  const specs = [x, t, ...(given ? [given] : [])].map(({ shape }) => ({ shape, dtype: "float64" as const }));
  const f = await compile(
    (...[x, t, known]: Tensor[]) => model.denoise(x!, t!, known && { observed: known }),
    specs as never,
    { runtime: native() },
  );
  const result = (await (f as unknown as (...inputs: NdArray[]) => Promise<NdArray>)(
    x,
    t,
    ...(given ? [given] : []),
  )) as NdArray;
  await f.dispose();
  return result;
};

test("independent categories and a normal number: equal to the exact posterior mean of the mixture of their cells", async () => {
  const { scale } = layout;
  const cells = p.flatMap((weight, i) => q.map((other, j) => ({ weight: weight * other, i, j })));
  const oneHot = (k: number, at: number): number[] => Array.from({ length: k }, (_, j) => (j === at ? scale : 0));
  const tiny = 1e-7;
  const density = gaussianMixture({
    weights: cells.map(({ weight }) => weight),
    means: cells.map(({ i, j }) => [0, ...oneHot(2, i), ...oneHot(3, j)]),
    covariances: cells.map(() =>
      Array.from({ length: 6 }, (_, a) =>
        Array.from({ length: 6 }, (_, b) => (a === b ? (a === 0 ? 1 : tiny ** 2) : 0)),
      ),
    ),
  });
  const x = normal([40, 6], { seed: 1, dtype: "float64" });
  const t = ndarray(Float64Array.from({ length: 40 }, (_, i) => 0.1 * 1.1 ** i));
  const process = edm();
  const [found, truth] = await Promise.all([denoised(modelWith(), x, t), denoised(exact(density, process), x, t)]);
  for (const [k, value] of found.data.entries())
    expect(Math.abs(Number(value) - Number(truth.data[k]))).toBeLessThan(1e-9);
});

test("what is known is kept exactly: values, bounds and excluded levels; a row of zeros knows nothing", async () => {
  const features = mixedPreconditioning(layout).observed!.features;
  const model = modelWith(features);
  expect(model.conditions).toEqual({ observed: { shape: [7] } });
  const x = normal([3, 6], { seed: 2, dtype: "float64" });
  const t = ndarray(Float64Array.of(1, 1, 1));
  const known = ndarray(
    Float64Array.from([
      ...[0.25 + boundOffset, boundOffset - 0.25, 1, 0, 0, 0, 1],
      ...[2 + boundOffset, 0, 0, 0, 1, 0, 0],
      ...[0, 0, 0, 0, 0, 0, 0],
    ]),
    [3, 7],
  );
  const free = await denoised(model, x, t);
  const { data } = await denoised(model, x, t, known);
  const row = (i: number) => Array.from(data.subarray(6 * i, 6 * i + 6), Number);
  expect(row(0)[0]).toBe(0.25);
  expect(row(0).slice(1, 3)).toEqual([0, 1.5]);
  expect(row(0)[5]).toBe(0);
  // Of noise of ratio r = 80: the posterior N(y / (1 + r^2), r^2 / (1 + r^2)), limited to what lies above 2.
  const r = 80;
  const deviation = r / Math.hypot(1, r);
  const u = (Number(x.data[6]) / (1 + r ** 2) - 2) / deviation;
  const z = Array.from({ length: 40_000 }, (_, k) => (k + 0.5) / 4000);
  const weights = z.map((v) => Math.exp(-((v - u) ** 2) / 2));
  const above = z.reduce((sum, v, k) => sum + v * weights[k]!, 0) / weights.reduce((a, b) => a + b);
  expect(row(1)[0]).toBeCloseTo(2 + deviation * above, 5);
  // The excluded level's probability goes to the others in proportion.
  const [, b, c] = Array.from(free.data.subarray(6 + 3, 6 + 6), Number);
  expect(row(1)[3]).toBe(0);
  expect(row(1)[4]).toBeCloseTo((1.5 * b!) / (b! + c!), 12);
  expect(row(2)).toEqual(Array.from(free.data.subarray(12, 18), Number));
});

test("a layout is rows of its own size", async () => {
  await expect(
    denoised(modelWith(), normal([2, 5], { seed: 1, dtype: "float64" }), ndarray(Float64Array.of(1, 1))),
  ).rejects.toThrow(ShapeError);
});
