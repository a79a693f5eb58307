import { ArgumentError, edm, exact, gaussian, gaussianMixture, vp } from "@scorefield/core";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { calibration, noiseTimes, scoreError } from "./calibration.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

test.each([edm(), vp()])("the true model of N(0, v): loss v / (v + r^2), and it knows", async (process) => {
  const model = exact(gaussian({ mean: [0, 0], covariance: [2, 0.5] }), process);
  const levels = await calibration(model, model.density.sample(2000, 1), { runtime });
  expect(levels.length).toBe(noiseTimes(process).length);
  for (const { time, noise, loss, believed } of levels) {
    expect(noise).toBeCloseTo(process.sigma(time) / process.alpha(time), 10);
    const expected = [2, 0.5].reduce((sum, v) => sum + v / (v + noise ** 2) / 2, 0);
    expect(Math.abs(loss.mean - expected)).toBeLessThan(4 * loss.standardError);
    // Of a Gaussian the Jacobian is the same everywhere.
    expect(Math.abs(believed.mean - expected)).toBeLessThan(1e-4);
  }
});

test("a mixture: the loss and what the model believes agree within their errors; a model too narrow is too sure", async () => {
  const process = edm();
  const options = { times: noiseTimes(process, { lowest: 0.1, highest: 3, count: 6 }), draws: 2, runtime };
  const truth = exact(gaussianMixture({ means: [[-2], [1]], covariances: [0.3, 1] }), process);
  const data = truth.density.sample(2000, 4);
  for (const { loss, believed } of await calibration(truth, data, options))
    expect(Math.abs(loss.mean - believed.mean)).toBeLessThan(
      4 * Math.hypot(loss.standardError, believed.standardError),
    );
  const narrow = exact(gaussianMixture({ means: [[-2], [1]], covariances: [0.05, 0.2] }), process);
  const [, second] = await calibration(narrow, data, options);
  expect(second!.loss.mean).toBeGreaterThan(second!.believed.mean + 10 * second!.loss.standardError);
});

test("the error of a shifted Gaussian's score is the shift's, and its loss larger by just that", async () => {
  const process = edm();
  const [truth, model] = [0, 0.3].map((mean) => exact(gaussian({ mean: [mean], covariance: 2 }), process));
  const data = truth!.density.sample(500, 2);
  const options = { runtime, times: noiseTimes(process, { count: 5 }) };
  for (const { noise: r, error, scale } of await scoreError(model!, truth!, data, options)) {
    expect(error.mean / ((0.3 * r) / (2 + r * r)) ** 2).toBeCloseTo(1, 4);
    expect(error.standardError).toBeLessThan(1e-3 * error.mean);
    expect(Math.abs(scale.mean - (r * r) / (2 + r * r))).toBeLessThan(4 * scale.standardError);
  }
});

test("what cannot be", async () => {
  const model = exact(gaussian({ mean: [0] }), edm());
  const data = model.density.sample(5, 1);
  await expect(scoreError(model, exact(model.density, vp()), data)).rejects.toThrow(/one process and shape/);
  await expect(calibration(model, data, { times: [3] })).rejects.toThrow(ArgumentError);
  expect(() => noiseTimes(edm(), { lowest: 0 })).toThrow(ArgumentError);
});
