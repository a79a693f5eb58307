import { grad, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { evaluate, filled, numbers } from "@scorefield/verify/internal";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { bessel } from "../numeric/bessel.ts";
import { normal } from "../random/normal.ts";
import { uniformSphere } from "./sphere.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const kappas = Float64Array.from([1e-3, 0.1, 1, 5, 20, 100, 1e3, 1e5]);

test("Bessel ratios of order 1/2 are Langevin's function, and log I_(1/2) follows from sinh", async () => {
  const found = await evaluate(
    (kappa) => {
      const { ratio, logScaled } = bessel(0.5, kappa!);
      return [ratio, logScaled];
    },
    [ndarray(kappas)],
    runtime,
  );
  const [ratio, logScaled] = found.map(numbers);
  for (const [i, k] of kappas.entries()) {
    const langevin = k < 0.01 ? k / 3 - k ** 3 / 45 : 1 / Math.tanh(k) - 1 / k;
    expect(Math.abs(ratio![i]! / langevin - 1)).toBeLessThan(1e-9);
    // sqrt(2 / (pi k)) sinh k e^-k
    const expected = 0.5 * Math.log(2 / (Math.PI * k)) + Math.log(-Math.expm1(-2 * k) / 2);
    expect(Math.abs(logScaled![i]! - expected)).toBeLessThan(1e-9);
  }
});

/** I_nu(k) e^-k for whole nu by the trapezoidal rule on its integral over angles, exact to rounding. */
const besselByIntegral = (order: number, k: number): number => {
  const n = 4000;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const angle = (2 * Math.PI * i) / n;
    sum += Math.exp(k * (Math.cos(angle) - 1)) * Math.cos(order * angle);
  }
  return sum / n;
};

test.each([0, 1, 7])("Bessel functions of order %s against their integrals", async (order) => {
  const inner = kappas.filter((k) => k >= 1 && k <= 1e3);
  const found = await evaluate(
    (kappa) => {
      const { ratio, logScaled } = bessel(order, kappa!);
      return [ratio, logScaled];
    },
    [ndarray(inner)],
    runtime,
  );
  const [ratio, logScaled] = found.map(numbers);
  for (const [i, k] of inner.entries()) {
    if (order === 7 && k === 1) continue; // the integral cancels there
    expect(Math.abs(logScaled![i]! - Math.log(besselByIntegral(order, k)))).toBeLessThan(1e-8);
    expect(Math.abs(ratio![i]! - besselByIntegral(order + 1, k) / besselByIntegral(order, k))).toBeLessThan(1e-8);
  }
});

describe("a sphere under noise", () => {
  test.each([
    [1, 2, 1],
    [2, 3, 2],
    [3, 6, 0.5],
  ])("of dimension %s in %s: the score is the gradient of the log-density", async (dimension, ambient, radius) => {
    const density = uniformSphere({ dimension, ambient, radius });
    const n = 20;
    const x = normal([n, ambient], { seed: 1, dtype: "float64" });
    const at = (points: Tensor, a: Tensor, s: Tensor) => density.noisy(points, a, s);
    const found = await evaluate(
      (points, a, s) => {
        const { score, denoised } = at(points!, a!, s!);
        return [score, denoised, grad((p: Tensor) => at(p, a!, s!).logDensity.sum())(points!)];
      },
      [x, filled(n, 0.8), filled(n, 0.3)],
      runtime,
    );
    const [score, denoised, gradient] = found.map(numbers);
    for (const [i, value] of score!.entries()) {
      expect(Math.abs(value - gradient![i]!)).toBeLessThan(1e-7);
      // Tweedie
      expect(Math.abs((x.data[i]! + 0.09 * value) / 0.8 - denoised![i]!)).toBeLessThan(1e-9);
    }
  });

  test("the circle's density integrates to 1", async () => {
    const density = uniformSphere({ dimension: 1 });
    const points: number[] = [];
    const [side, half] = [81, 2.5];
    const step = (2 * half) / (side - 1);
    for (let i = 0; i < side; i++)
      for (let j = 0; j < side; j++) points.push(i * step - half + 1e-4, j * step - half + 2e-4);
    const n = side * side;
    const [logDensity] = await evaluate(
      (x, a, s) => [density.noisy(x!, a!, s!).logDensity],
      [ndarray(Float64Array.from(points), [n, 2]), filled(n, 1), filled(n, 0.25)],
      runtime,
    );
    const mass = numbers(logDensity!).reduce((sum, value) => sum + Math.exp(value), 0) * step * step;
    expect(Math.abs(mass - 1)).toBeLessThan(1e-7);
  });

  test("samples lie on it, the same in any batch", () => {
    const density = uniformSphere({ dimension: 2, ambient: 5, radius: 3 });
    const { data, shape } = density.sample(50, 1);
    expect(shape).toEqual([50, 5]);
    for (let i = 0; i < 50; i++) {
      expect(Math.hypot(...data.subarray(5 * i, 5 * i + 3))).toBeCloseTo(3, 5);
      expect([...data.subarray(5 * i + 3, 5 * i + 5)]).toEqual([0, 0]);
    }
    expect(density.sample(10, 1, 40).data).toEqual(data.slice(200));
    expect(() => uniformSphere({ dimension: 3, ambient: 3 })).toThrow(ArgumentError);
  });
});
