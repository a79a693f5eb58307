import { normal } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { expect, test } from "vitest";
import { fitParameterCodec, parameterCodec } from "./parameter-codec.ts";

const none = { low: Float64Array.of(-Infinity, -Infinity), high: Float64Array.of(Infinity, Infinity) };
const bounds = { low: Float64Array.of(0, 2), high: Float64Array.of(1, Infinity) };

test("what a linear fit leaves has covariance 1 and nothing to do with the data", () => {
  const n = 1000;
  const z = normal([n, 4], { seed: 1, dtype: "float64" }).data;
  const features = ndarray(
    Float32Array.from({ length: 2 * n }, (_, i) => z[4 * (i >> 1) + (i % 2)]!),
    [n, 2],
  );
  const parameters = ndarray(
    Float64Array.from({ length: 2 * n }, (_, i) => {
      const [a, b, c, d] = z.subarray(4 * (i >> 1), 4 * (i >> 1) + 4);
      return i % 2 === 0 ? 3 + 2 * a! - b! + 0.5 * c! : -1 + a! + 0.2 * c! + 0.1 * d!;
    }),
    [n, 2],
  );
  const codec = fitParameterCodec(parameters, features, none);
  const latents = codec.encode(parameters, features).data;
  for (const j of [0, 1])
    for (const other of [0, 1]) {
      let [within, across] = [0, 0];
      for (let i = 0; i < n; i++) {
        within += (latents[2 * i + j]! * latents[2 * i + other]!) / n;
        across += (latents[2 * i + j]! * features.data[2 * i + other]!) / n;
      }
      expect(within).toBeCloseTo(j === other ? 1 : 0, 4);
      expect(across).toBeCloseTo(0, 3);
    }
  // The covariance that is left is that of the noise: 0.25 and 0.05.
  const [a, , b, c] = codec.scales.factor;
  expect(Math.abs(a! ** 2 - 0.25)).toBeLessThan(4 * 0.25 * Math.sqrt(2 / n));
  expect(Math.abs(b! ** 2 + c! ** 2 - 0.05)).toBeLessThan(4 * 0.05 * Math.sqrt(2 / n));
});

const codec = parameterCodec({
  low: [0, 2],
  high: [1, null],
  intercepts: [0.2, -0.3],
  slopes: [0.5, -0.1],
  factor: [0.7, 0, 0.2, 1.1],
});
const features = ndarray(Float32Array.of(0.8), [1, 1]);
const rows = ndarray(Float64Array.of(0.3, 2.4, 0.999, 9, 1e-4, 2.001), [3, 2]);

test("latents come back as parameters, and any latent is within the bounds", () => {
  const own = ndarray(Float32Array.of(0.8, 0.8, 0.8), [3, 1]);
  const back = codec.decode(codec.encode(rows, own), features);
  for (const [i, value] of rows.data.entries()) expect(back.data[i]! / value).toBeCloseTo(1, 4);
  const far = codec.decode(ndarray(Float64Array.of(-30, -30, 30, 30), [2, 2]), features).data;
  expect(far[0]! >= 0 && far[2]! <= 1 && far[1]! >= 2).toBe(true);
});

test("the volume is that of differences", () => {
  const volumes = codec.logVolume(rows);
  const h = 1e-3;
  const at = (a: number, b: number) =>
    Float64Array.from(codec.encode(ndarray(Float64Array.of(a, b), [1, 2]), features).data);
  const [a, b] = [0.3, 2.4];
  const slope = (k: 0 | 1) => {
    const [plus, minus] = [
      at(a + (k === 0 ? h : 0), b + (k === 1 ? h : 0)),
      at(a - (k === 0 ? h : 0), b - (k === 1 ? h : 0)),
    ];
    return [0, 1].map((j) => (plus[j]! - minus[j]!) / (2 * h));
  };
  const [u, v] = [slope(0), slope(1)];
  expect(volumes[0]).toBeCloseTo(Math.log(Math.abs(u[0]! * v[1]! - u[1]! * v[0]!)), 3);
  expect(codec.logVolume(ndarray(Float64Array.of(1.1, 3, 0.5, 1), [2, 2])).every(Number.isNaN)).toBe(true);
});

test("parameters with bounds, data that never change, and more data than simulations", () => {
  const z = normal([30, 42], { seed: 2, dtype: "float64" }).data;
  const parameters = ndarray(
    Float64Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? (i + 0.5) / 60 : 2 + Math.exp(z[i]!))),
    [30, 2],
  );
  for (const m of [1, 40, 400]) {
    const wide = ndarray(
      Float32Array.from({ length: 30 * m }, (_, i) => (m === 1 ? 0 : Math.sin(i))),
      [30, m],
    );
    const made = fitParameterCodec(parameters, wide, bounds);
    const back = made.decode(made.encode(parameters, wide), wide);
    for (const [i, value] of parameters.data.entries()) expect(back.data[i]! / value).toBeCloseTo(1, 3);
  }
});
