import { compile, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { type ExactModel, exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { mala, malaProposal } from "./mala.ts";
import { sample } from "./sample.ts";
import { evaluations } from "./sampler.ts";
import { samplerTruths } from "./truths.case.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

samplerTruths("mala", runtime);

const process = edm();
const { first } = process.times;

/**
 * Acceptance and second moment of a step from the distribution itself, by quadrature over x in [-reach, reach] and z in
 * [-8, 8]; in one dimension.
 */
const quadrature = async (model: ExactModel, eta: number, reach: number) => {
  const m = 301;
  const at = (i: number, width: number) => (2 * width * i) / (m - 1) - width;
  const n = m * m;
  const x = Float64Array.from({ length: n }, (_, i) => at(Math.floor(i / m), reach));
  const z = Float64Array.from({ length: n }, (_, i) => at(i % m, 8));
  const points = { shape: [n, 1], dtype: "float64" } as const;
  const propose = await compile(
    (x, t, z) => ({ ...malaProposal(model, x, t, eta, z), density: model.logDensity(x, t) }),
    [points, { shape: [n], dtype: "float64" }, points],
    { runtime },
  );
  const found = await propose(ndarray(x, [n, 1]), ndarray(new Float64Array(n).fill(first)), ndarray(z, [n, 1]));
  await propose.dispose();
  let [mass, before, after, accepted] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const weight = Math.exp(Number(found.density.data[i]) - z[i]! ** 2 / 2);
    const a = Math.min(1, Math.exp(Number(found.logRatio.data[i])));
    mass += weight;
    accepted += weight * a;
    before += weight * x[i]! ** 2;
    after += weight * (a * Number(found.proposal.data[i]) ** 2 + (1 - a) * x[i]! ** 2);
  }
  return { accepted: accepted / mass, before: before / mass, after: after / mass };
};

test("a step leaves the second moment as it is, by quadrature, where an unadjusted step does not", async () => {
  const s = 0.7;
  for (const eta of [0.1, 0.4, 0.7]) {
    const { before, after, accepted } = await quadrature(
      exact(gaussian({ mean: [0], covariance: s * s }), process),
      eta,
      6,
    );
    expect(before).toBeCloseTo(s * s + 0.002 ** 2, 6);
    expect(Math.abs(after / before - 1), `eta ${eta}`).toBeLessThan(2e-4);
    expect(accepted).toBeLessThan(0.999);
    const unadjusted = (1 - eta / before) ** 2 * before + 2 * eta;
    expect(unadjusted / before - 1).toBeGreaterThan(0.02);
  }
  const mixture = gaussianMixture({ weights: [0.2, 0.8], means: [[-1], [1]], covariances: [0.3, 0.1] });
  const { before, after } = await quadrature(exact(mixture, process), 0.1, 5);
  expect(Math.abs(after / before - 1)).toBeLessThan(2e-4);
});

test("log a is log p(x*) - log p(x) + log q(x | x*) - log q(x* | x), written out on N(0, 1)", async () => {
  const model = exact(gaussian({ mean: [0, 0], covariance: 1 }), process);
  const eta = 0.3;
  const points = { shape: [1, 2], dtype: "float64" } as const;
  const propose = await compile(
    (x, t, z) => malaProposal(model, x, t, eta, z),
    [points, { shape: [1], dtype: "float64" }, points],
    { runtime },
  );
  const [x, z] = [
    [0.4, -1.3],
    [0.9, 0.2],
  ] as const;
  const found = await propose(
    ndarray(Float64Array.from(x), [1, 2]),
    ndarray(Float64Array.of(first)),
    ndarray(Float64Array.from(z), [1, 2]),
  );
  await propose.dispose();
  const v = 1 + 0.002 ** 2;
  let expected = 0;
  for (const [j, xj] of x.entries()) {
    const star = xj - (eta * xj) / v + Math.sqrt(2 * eta) * z[j]!;
    expect(found.proposal.data[j]).toBeCloseTo(star, 12);
    const forward = -((star - xj + (eta * xj) / v) ** 2) / (4 * eta);
    const backward = -((xj - star + (eta * star) / v) ** 2) / (4 * eta);
    expected += (xj ** 2 - star ** 2) / (2 * v) + backward - forward;
  }
  expect(found.logRatio.data[0]).toBeCloseTo(expected, 12);
});

test("variance and mean of samples with a step at which the unadjusted variance is 1.67, within 4 standard errors", async () => {
  const model = exact(gaussian({ mean: [1], covariance: 1 }), process);
  const count = 4000;
  const { data } = await sample(model, { count, sampler: mala({ steps: 150, stepSize: 0.8 }), runtime });
  const mean = data.reduce((sum, x) => sum + x / count, 0);
  const variance = data.reduce((sum, x) => sum + (x - 1) ** 2 / count, 0);
  expect(Math.abs(mean - 1) * Math.sqrt(count)).toBeLessThan(4);
  expect(Math.abs(variance - 1) / Math.sqrt(2 / count)).toBeLessThan(4);
});

test("where nothing is known of the density it says so; a proposal of density 0 is refused", async () => {
  const { logDensity: _, ...without } = exact(gaussian({ mean: [0] }), process);
  const sampling = sample(without, { count: 1, sampler: mala(), runtime });
  await expect(sampling).rejects.toThrow(ArgumentError);
  await expect(sampling).rejects.toThrow(/mala: expected a model with logDensity, .*Sample it with langevin/s);
  const model = exact(gaussian({ mean: [0] }), process);
  const wall = {
    ...model,
    logDensity: (x, t) => model.logDensity(x, t).add(x.reshape([x.shape[0]!]).log()),
  } as ExactModel;
  const initial = ndarray(
    Float32Array.from({ length: 200 }, () => 0.5),
    [200, 1],
  );
  const { data } = await sample(wall, { count: 200, initial, sampler: mala({ steps: 50, stepSize: 0.5 }), runtime });
  expect(data.every((x) => x > 0)).toBe(true);
  expect(new Set(data).size).toBeGreaterThan(150);
});

test("two evaluations per step; options are checked", () => {
  expect(evaluations(mala({ steps: 30 }), process)).toBe(60);
  expect(() => mala({ steps: 1.5 })).toThrow(ArgumentError);
  expect(() => mala({ stepSize: -1 })).toThrow(/mala stepSize/);
  expect(() => mala({ time: 0 }).grid(process)).toThrow(/mala time/);
});
