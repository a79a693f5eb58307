import { compile, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { vpCosine } from "../process/cosine.ts";
import { edmPreconditioning, type Preconditioning, type Prediction, predict } from "./preconditioning.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const predictions: readonly Prediction[] = ["noise", "score", "data", "velocity"];
const column = (values: readonly number[]) => ndarray(Float64Array.from(values), [values.length, 1]);

/** The denoised estimates where the network's outputs are given, with the inputs that the network saw. */
const run = async (
  preconditioning: Preconditioning,
  y: readonly number[],
  ratio: readonly number[],
  raw: readonly number[],
) => {
  const spec: { shape: number[]; dtype: "float64" } = { shape: [y.length, 1], dtype: "float64" };
  const compiled = await compile(
    (points: Tensor, ratios: Tensor, output: Tensor) => {
      const seen: Record<string, Tensor> = {};
      const denoised = preconditioning.denoise(points, ratios, (input, noiseLevel) => {
        Object.assign(seen, { input, noiseLevel });
        return output;
      });
      return { denoised, input: seen.input!, noiseLevel: seen.noiseLevel! };
    },
    [spec, spec, spec],
    { runtime },
  );
  const result = await compiled(column(y), column(ratio), column(raw));
  await compiled.dispose();
  const numbers = (key: keyof typeof result) => Array.from(result[key].data as Float64Array);
  expect(result.noiseLevel.shape).toEqual([y.length]);
  return { denoised: numbers("denoised"), input: numbers("input"), noiseLevel: numbers("noiseLevel") };
};

const expectAll = (found: readonly number[], expected: readonly number[]): void => {
  for (const [i, value] of expected.entries()) expect(found[i]!).toBeCloseTo(value, 10);
};

describe("edmPreconditioning", () => {
  test("c_skip, c_out, c_in and c_noise agree with Karras et al. 2022, table 1", async () => {
    const sigmas = [0.002, 0.5, 1, 80];
    for (const s of [0.5, 1]) {
      const preconditioning = edmPreconditioning({ sigmaData: s });
      const zero = await run(preconditioning, [1, 1, 1, 1], sigmas, [0, 0, 0, 0]);
      expectAll(
        zero.denoised,
        sigmas.map((sigma) => s ** 2 / (sigma ** 2 + s ** 2)),
      );
      expectAll(
        zero.input,
        sigmas.map((sigma) => 1 / Math.sqrt(sigma ** 2 + s ** 2)),
      );
      expectAll(
        zero.noiseLevel,
        sigmas.map((sigma) => Math.log(sigma) / 4),
      );
      const { denoised } = await run(preconditioning, [0, 0, 0, 0], sigmas, [1, 1, 1, 1]);
      expectAll(
        denoised,
        sigmas.map((sigma) => (sigma * s) / Math.sqrt(s ** 2 + sigma ** 2)),
      );
    }
  });

  test("at sigma = sigma_data = 0.5: 0.5 y + 0.353553 F(1.414214 y; -0.173287)", async () => {
    const { denoised, input, noiseLevel } = await run(edmPreconditioning({ sigmaData: 0.5 }), [1], [0.5], [1]);
    expect(denoised[0]).toBeCloseTo(0.5 + 0.353553, 6);
    expect(input[0]).toBeCloseTo(Math.SQRT2, 10);
    expect(noiseLevel[0]).toBeCloseTo(-0.173287, 6);
  });

  test("the target of a perfect network has unit variance", async () => {
    // F = (x_0 - c_skip y) / c_out; a quadratic, so its expectation is the mean over x_0 = +-s and z = +-1.
    for (const s of [0.5, 2])
      for (const r of [0.01, 1, 50]) {
        const x0 = [s, s, -s, -s];
        const y = [s + r, s - r, -s + r, -s - r];
        const four = [r, r, r, r];
        const preconditioning = edmPreconditioning({ sigmaData: s });
        const skip = (await run(preconditioning, y, four, [0, 0, 0, 0])).denoised;
        const out = (await run(preconditioning, [0, 0, 0, 0], four, [1, 1, 1, 1])).denoised[0]!;
        const square = x0.reduce((sum, x, i) => sum + ((x - skip[i]!) / out) ** 2, 0) / 4;
        expect(square).toBeCloseTo(1, 9);
      }
  });
});

describe("predict", () => {
  const [x0, z, r] = [
    [0.3, -2, 1.5],
    [1.2, 0.4, -0.7],
    [0.01, 1, 30],
  ];
  const y = x0.map((x, i) => x + r[i]! * z[i]!);
  const angle = r.map(Math.atan);
  const raw: Record<Prediction, number[]> = {
    noise: z,
    score: z.map((value) => -value),
    data: x0,
    velocity: z.map((value, i) => Math.cos(angle[i]!) * value - Math.sin(angle[i]!) * x0[i]!),
  };

  for (const prediction of predictions)
    test(`${prediction}: the exact quantity gives the exact denoised point`, async () => {
      const { denoised, noiseLevel } = await run(predict(prediction), y, r, raw[prediction]);
      expectAll(denoised, x0);
      expectAll(
        noiseLevel,
        r.map((ratio) => Math.log(ratio) / 4),
      );
    });

  test("any output: the four are one prediction in four guises", async () => {
    const noise = [0.7, -1.1, 0.2];
    const { denoised } = await run(predict("noise"), y, r, noise);
    const guises: Record<Prediction, number[]> = {
      noise,
      score: noise.map((value) => -value),
      data: denoised,
      velocity: noise.map((value, i) => Math.cos(angle[i]!) * value - Math.sin(angle[i]!) * denoised[i]!),
    };
    for (const prediction of predictions)
      expectAll((await run(predict(prediction), y, r, guises[prediction])).denoised, denoised);
  });

  test("in a variance-preserving process the velocity is alpha z - sigma x_0 (Salimans & Ho 2022)", async () => {
    const process = vpCosine();
    for (const t of [0.1, 0.5, 0.9]) {
      const [alpha, sigma] = [process.alpha(t), process.sigma(t)];
      const v = alpha * 1.2 - sigma * 0.3;
      const noisy = alpha * 0.3 + sigma * 1.2;
      const { denoised } = await run(predict("velocity"), [noisy / alpha], [sigma / alpha], [v]);
      expect(denoised[0]).toBeCloseTo(0.3, 8);
    }
  });
});

test("the network's input has unit variance at every level, for every prediction", async () => {
  for (const s of [0.5, 1, 4])
    for (const preconditioning of [
      edmPreconditioning({ sigmaData: s }),
      ...predictions.map((p) => predict(p, { sigmaData: s })),
    ])
      for (const r of [0.002, 1, 80]) {
        const y = [s + r, s - r, -s + r, -s - r];
        const { input } = await run(preconditioning, y, [r, r, r, r], [0, 0, 0, 0]);
        expect(input.reduce((sum, value) => sum + value ** 2, 0) / 4).toBeCloseTo(1, 9);
      }
});

test("recipes and bad options", () => {
  expect(edmPreconditioning().recipe).toEqual({ kind: "edm", sigmaData: 1 });
  expect(predict("velocity", { sigmaData: 2 }).recipe).toEqual({
    kind: "predict",
    prediction: "velocity",
    sigmaData: 2,
  });
  expect(() => predict("toString" as never)).toThrow(/expected noise, score, data or velocity, found toString/);
  expect(() => predict("noise", { sigmaData: -1 })).toThrow(ArgumentError);
  expect(() => edmPreconditioning({ sigmaData: Number.NaN })).toThrow(ArgumentError);
});
