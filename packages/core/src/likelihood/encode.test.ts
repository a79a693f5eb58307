import { castArray, type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { gaussianMixture } from "../density/mixture.ts";
import { ArgumentError } from "../errors.ts";
import { exact } from "../model/exact.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { functionTruths } from "../sampling/truths.case.ts";
import { decode, encode, interpolate, sphericalWeights } from "./encode.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

functionTruths("encode", runtime);

const mixture = gaussianMixture({
  means: [
    [-1.4, -0.35],
    [0.6, 0.15],
  ],
  covariances: [0.15, 0.3],
  weights: [0.3, 0.7],
});
const points = mixture.sample(300, 5);
const largest = (a: NdArray, b: NdArray): number =>
  Math.max(...Array.from(a.data as Float64Array, (value, i) => Math.abs(value - Number(b.data[i]))));

test("decode returns what was encoded in float32 too", async () => {
  const model = exact(mixture, edm());
  const short = await decode(model, await encode(model, points, { runtime }), { runtime });
  expect(short.dtype).toBe("float32");
  expect(largest(short, points)).toBeLessThan(5e-3);
});

test("a Gaussian's code in closed form: x / sqrt((s^2 + r^2) / (s^2 + R^2)) / R, at a later time too", async () => {
  const process = vp();
  const model = exact(gaussian({ mean: [0], covariance: 0.49 }), process);
  const x = ndarray(Float64Array.of(-1, 0.2, 2), [3, 1]);
  for (const time of [process.times.first, 0.4]) {
    const [r, end] = [process.sigma(time) / process.alpha(time), process.sigma(1) / process.alpha(1)];
    const latent = await encode(model, x, { time, tolerance: 1e-9, runtime });
    for (const [i, value] of x.data.entries()) {
      const y = (value / process.alpha(time)) * Math.sqrt((0.49 + end ** 2) / (0.49 + r ** 2));
      expect(latent.data[i]).toBeCloseTo(y / end, 6);
    }
    expect(largest(await decode(model, latent, { time, tolerance: 1e-9, runtime }), x)).toBeLessThan(1e-7);
  }
});

test("interpolation runs from one point to the other through the latent space", async () => {
  const model = exact(gaussian({ mean: [0, 0], covariance: 0.25 }), edm());
  const a = ndarray(Float64Array.of(0.6, 0, 0.3, 0.4), [2, 2]);
  const b = ndarray(Float64Array.of(0, 0.6, 0.6, 0.8), [2, 2]);
  const options = { tolerance: 1e-8, count: 3, runtime };
  const arc = await interpolate(model, a, b, options);
  expect(arc.shape).toEqual([2, 3, 2]);
  // The flow of an isotropic Gaussian is a scaling, so the path keeps its form. First pair: a quarter of a circle.
  const diagonal = 0.6 * Math.SQRT1_2;
  const expected = [0.6, 0, diagonal, diagonal, 0, 0.6, 0.3, 0.4, 0.45, 0.6, 0.6, 0.8];
  for (const [i, value] of expected.entries()) expect(arc.data[i]).toBeCloseTo(value, 5);
  const line = await interpolate(model, a, b, { ...options, path: "linear" });
  for (const [i, value] of [0.6, 0, 0.3, 0.3, 0, 0.6].entries()) expect(line.data[i]).toBeCloseTo(value, 5);
});

test("arcs that are not singled out fall back to the line", () => {
  expect(sphericalWeights([1, 0], [-2, 0], 0.25)).toEqual([0.75, 0.25]);
  expect(sphericalWeights([0, 0], [1, 0], 0.25)).toEqual([0.75, 0.25]);
  expect(sphericalWeights([1, 1], [2, 2], 0.5)).toEqual([0.5, 0.5]);
});

test("what is refused", async () => {
  const model = exact(mixture, edm());
  await expect(encode(model, ndarray(new Float32Array(3), [1, 3]), { runtime })).rejects.toThrow(/encode: .*\[n, 2\]/);
  await expect(interpolate(model, points, castArray(points, "float64"))).rejects.toThrow(ShapeError);
  await expect(interpolate(model, points, points, { count: 1 })).rejects.toThrow(ArgumentError);
  await expect(interpolate(model, points, points, { path: "curved" as "linear" })).rejects.toThrow(/spherical/);
  const none = ndarray(new Float32Array(0), [0, 2]);
  expect((await decode(model, none, { runtime })).shape).toEqual([0, 2]);
});
