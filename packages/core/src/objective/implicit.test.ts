import { castArray, compile, constant, grad, ndarray, type Tensor, tanh, valueAndGrad } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import type { Process } from "../process/process.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import { denoising } from "./denoising.ts";
import { finiteDifference } from "./finite-difference.ts";
import { implicit } from "./implicit.ts";
import type { Objective } from "./objective.ts";
import { sliced } from "./sliced.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const double = { dtype: "float64" } as const;

/** Data +-s and noise +-1 in all pairings: their mean is the expectation of any quadratic over x_0 ~ N(0, s^2), z. */
const pairings = (s: number) => ({
  x: ndarray(Float64Array.of(s, s, -s, -s), [4, 1]),
  noise: ndarray(Float64Array.of(1, -1, 1, -1), [4, 1]),
});

/** The expected loss, and its slope in a, of the score -a x on N(0, v) noised at time t. */
const linearScore = async (objective: Objective, process: Process, v: number, t: number, a: number) => {
  const { x, noise } = pairings(Math.sqrt(v));
  const traced = (x: Tensor, time: Tensor, noise: Tensor, probe: Tensor, factor: Tensor) => {
    const loss = (a: Tensor): Tensor => {
      const denoise = (at: Tensor, when: Tensor): Tensor => {
        const [alpha, sigma] = [process.alpha(when).reshape([-1, 1]), process.sigma(when).reshape([-1, 1])];
        return at.subtract(at.multiply(a).multiply(sigma.square())).divide(alpha);
      };
      const probes = new Array<Tensor>(objective.probes ?? 0).fill(probe);
      return objective.loss(denoise, process, { x, t: time, noise, probes });
    };
    return [loss(factor), grad(loss)(factor)];
  };
  const scalar = ndarray(Float64Array.of(a), []);
  const times = ndarray(new Float64Array(4).fill(t));
  const probe = ndarray(Float64Array.of(0.3, -1.2, 2, -0.1), [4, 1]);
  const compiled = await compile(traced, [x, times, noise, probe, scalar], { runtime });
  const [loss, slope] = await compiled(x, times, noise, probe, scalar);
  await compiled.dispose();
  return { loss: Number(loss!.data[0]), slope: Number(slope!.data[0]) };
};

const objectives = (weighting: "none" | "sigma^2" | "likelihood"): readonly Objective[] => [
  implicit({ weighting }),
  sliced({ weighting }),
  sliced({ weighting, varianceReduced: false, projections: 3 }),
  finiteDifference({ weighting, difference: 1e-3 }),
];

describe("the score -a x on N(0, v)", () => {
  // TRUTH: a^2 v / 2 - a with v the noisy variance, least at a = 1 / v with -1 / (2 v).
  for (const process of [edm(), vp()])
    for (const weighting of ["none", "sigma^2", "likelihood"] as const)
      test(`${process.recipe.kind}, ${weighting}: a^2 v / 2 - a, least at 1 / v`, async () => {
        const v = 0.6;
        const t = process.timeOfLogSnr(0.4);
        const [alpha, sigma] = [process.alpha(t), process.sigma(t)];
        const noisy = alpha ** 2 * v + sigma ** 2;
        const factor = { none: 1, "sigma^2": sigma ** 2, likelihood: process.diffusion(t) ** 2 }[weighting];
        for (const objective of objectives(weighting)) {
          const { loss } = await linearScore(objective, process, v, t, 0.7);
          expect(loss / factor).toBeCloseTo((0.7 ** 2 * noisy) / 2 - 0.7, 9);
          const least = await linearScore(objective, process, v, t, 1 / noisy);
          expect(least.loss / factor).toBeCloseTo(-1 / (2 * noisy), 9);
          expect(least.slope / factor).toBeCloseTo(0, 9);
        }
      });

  test("denoising at a small sigma: the same minimiser, and twice the implicit loss and 1", async () => {
    const process = edm();
    const v = 0.6;
    for (const sigma of [0.5, 0.1, 0.02]) {
      const t = process.timeOfLogSnr(-2 * Math.log(sigma));
      const noisy = v + sigma ** 2;
      const both = (a: number) =>
        Promise.all(
          [denoising({ weighting: "sigma^2" }), implicit()].map((objective) =>
            linearScore(objective, process, v, t, a),
          ),
        );
      for (const a of [0.3, 1, 1 / noisy]) {
        const [explained, hidden] = await both(a);
        expect(explained!.loss).toBeCloseTo(1 + 2 * hidden!.loss, 9);
        expect(explained!.slope).toBeCloseTo(2 * hidden!.slope, 9);
        // Denoising minus explicit, half of the loss in units of the score: (1 / sigma^2 - 1 / (v + sigma^2)) / 2.
        const explicit = (a - 1 / noisy) ** 2 * noisy;
        expect((explained!.loss / sigma ** 2 - explicit) / 2).toBeCloseTo((1 / sigma ** 2 - 1 / noisy) / 2, 6);
      }
      expect((await both(1 / noisy))[0]!.slope).toBeCloseTo(0, 9);
    }
  });
});

describe("a mixture in two dimensions, at the exact score", () => {
  const [n, batches] = [256, 40];
  const process = edm();
  const t = process.timeOfLogSnr(1);
  const density = gaussianMixture({
    weights: [0.3, 0.7],
    means: [
      [-1, 0],
      [0.5, 1],
    ],
    covariances: [0.3, 0.2],
  });
  const model = exact(density, process);
  const tried = [
    implicit(),
    sliced(),
    sliced({ varianceReduced: false }),
    finiteDifference(),
    sliced({ projections: 4 }),
  ];

  /** Loss, and slope along a field, of every objective for every batch. */
  const measured = async (): Promise<{ loss: number; slope: number }[][]> => {
    const traced = (x: Tensor, time: Tensor, [noise, ...probes]: Tensor[]): Tensor[][] =>
      tried.map((objective) => {
        const [loss, slope] = valueAndGrad((epsilon: Tensor) =>
          objective.loss((at, when) => model.denoise(at, when).add(tanh(at.multiply(2)).multiply(epsilon)), process, {
            x,
            t: time,
            noise: noise!,
            probes: probes.slice(0, objective.probes ?? 0),
          }),
        )(constant(0, "float64"));
        return [loss, slope];
      });
    const points = { shape: [n, 2], ...double };
    const specs = [points, { shape: [n], ...double }, new Array<typeof points>(5).fill(points)] as const;
    const compiled = await compile(traced, [...specs], { runtime });
    const times = ndarray(new Float64Array(n).fill(t));
    const rows = [];
    for (let b = 0; b < batches; b++) {
      const x = castArray(density.sample(n, 1, b * n), "float64");
      const draws = Array.from({ length: 5 }, (_, k) =>
        normal([n, 2], { seed: 2, step: k, firstSample: b * n, ...double }),
      );
      const found = await compiled(x, times, draws);
      rows.push(found.map(([loss, slope]) => ({ loss: Number(loss!.data[0]), slope: Number(slope!.data[0]) })));
    }
    await compiled.dispose();
    return rows;
  };
  const moments = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return { mean, variance: square, error: Math.sqrt(square / values.length) };
  };

  test("no objective is lowered by moving it, all have one expectation, and slices vary less when reduced (4 errors)", async () => {
    const rows = await measured();
    for (const k of tried.keys()) {
      const slope = moments(rows.map((row) => row[k]!.slope));
      expect(Math.abs(slope.mean / slope.error), `slope of ${k}`).toBeLessThan(4);
      const apart = moments(rows.map((row) => row[k]!.loss - row[0]!.loss));
      if (k > 0) expect(Math.abs(apart.mean / apart.error), `loss of ${k}`).toBeLessThan(4);
    }
    const noise = (k: number): number => moments(rows.map((row) => row[k]!.loss - row[0]!.loss)).variance;
    expect(noise(1)).toBeLessThan(0.8 * noise(2));
    expect(noise(4)).toBeLessThan(0.5 * noise(1));
  });
});

test("bad options", () => {
  expect(() => implicit({ weighting: "edm" as never })).toThrow(ArgumentError);
  for (const projections of [0, 1.5]) {
    expect(() => sliced({ projections })).toThrow(/projections: expected a positive whole number/);
    expect(() => finiteDifference({ projections })).toThrow(ArgumentError);
  }
  expect(() => finiteDifference({ difference: 0 })).toThrow(/difference: expected a positive number, found 0/);
});
