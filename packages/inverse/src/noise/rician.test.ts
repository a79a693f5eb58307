import { ndarray, type Tensor, vjp } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import { logBesselZero } from "./log-bessel.ts";
import { riceDensity } from "./rician.case.ts";
import { ricianNoise } from "./rician.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const column = (values: readonly number[]) => ndarray(Float64Array.from(values), [values.length, 1]);

/** w, log(I_0(w) e^-w) and I_1(w) / I_0(w), of scipy.special.i0e and ive. */
const bessel = [
  [0, 0, 0],
  [1e-4, -9.99975000003875e-5, 4.999999993750008e-5],
  [0.3, -0.27762531137795776, 0.14833742694087523],
  [2, -1.1760064585170438, 0.6977746579640081],
  [10, -2.0570279168813044, 0.9485998259548462],
  [23.9, -2.5005331099729755, 0.9788508508085284],
  [24.1, -2.5047451420072786, 0.9790283301012167],
  [60, -2.9640098103448573, 0.9916313501242091],
  [1e4, -5.524096218567699, 0.9999499987498751],
] as const;

test("log I_0 and its derivative, small and large, in both element types", async () => {
  const at = column(bessel.map(([w]) => w));
  const found = await evaluated(
    (w) => {
      const of = (x: Tensor) => {
        const [value, back] = vjp((v: Tensor) => logBesselZero(v), x);
        return { value, slope: back(value.multiply(0).add(1)) as Tensor };
      };
      const [double, single] = [of(w!), of(w!.cast("float32"))];
      return { value: double.value, slope: double.slope, value32: single.value, slope32: single.slope };
    },
    [at],
    runtime,
  );
  expect(found.value32!.dtype).toBe("float32");
  for (const [i, [, value, ratio]] of bessel.entries()) {
    expect(found.value!.data[i]).toBeCloseTo(value, 11);
    expect(found.slope!.data[i]).toBeCloseTo(ratio - 1, 11);
    expect(found.value32!.data[i]).toBeCloseTo(value, 5);
    expect(found.slope32!.data[i]).toBeCloseTo(ratio - 1, 5);
  }
});

/** sigma, a, m and the log-density of scipy.stats.rice; the mean square error, by scipy too. */
const rice = [
  [0.2, 0, 0.15, 1.0405058399823193, 0.08],
  [0.2, 0.3, 0.5, 0.48608285628027414, 0.035007710071326116],
  [0.1, 0.7, 0.55, 0.14135563998229372, 0.009947306488303035],
  [0.3, 0.1, 1.2, -5.0622697570054065, 0.12272666765876708],
] as const;

describe("rician", () => {
  test("log-density and mean square error as scipy's, with an offset or without", async () => {
    for (const [sigma, a, m, logDensity, square] of rice)
      for (const offset of [0, 1]) {
        const noise = ricianNoise({ sigma, offset });
        const [y, z] = [column([m - offset]), column([a - offset])];
        const found = await evaluated(
          (y, z) => ({ l: noise.logLikelihood(y!, z!), v: noise.variance(z!) }),
          [y, z],
          runtime,
        );
        expect(found.l!.data[0]).toBeCloseTo(logDensity, 10);
        expect(found.v!.data[0]).toBeCloseTo(square, 10);
      }
  });

  test("the mean square error far above the noise, across the change of formula, in both element types", async () => {
    const sigma = 0.1;
    const at = column([9.4, 9.6, 40].map((u) => u * sigma));
    const exact = [9.4, 9.6, 40].map((u) => {
      let sum = 0;
      const n = 800;
      for (let i = 0; i < n; i++) {
        const m = Math.max(0, u - 10) + ((i + 0.5) * (u + 10 - Math.max(0, u - 10))) / n;
        sum += ((m - u) ** 2 * riceDensity(m, u, 1) * (u + 10 - Math.max(0, u - 10))) / n;
      }
      return sum * sigma ** 2;
    });
    const { double, single } = await evaluated(
      (z) => {
        const of = (each: Tensor) => ricianNoise({ sigma }).variance(each);
        return { double: of(z!), single: of(z!.cast("float32")) };
      },
      [at],
      runtime,
    );
    for (const [i, value] of exact.entries()) {
      expect(Number(double!.data[i]) / value).toBeCloseTo(1, 6);
      expect(Number(single!.data[i]) / value).toBeCloseTo(1, 3);
    }
  });

  test("integrates to 1, for images in [-1, 1]", async () => {
    for (const [sigma, z] of [
      [0.2, -1],
      [0.2, -0.7],
      [0.05, 0.4],
      [1, 0.3],
    ] as const) {
      const [n, to] = [4000, z + 10 * sigma + 0.5];
      const step = (to + 1) / n;
      const ys = column(Array.from({ length: n }, (_, i) => -1 + (i + 0.5) * step));
      const noise = ricianNoise({ sigma, offset: 1 });
      const { l } = await evaluated((y) => ({ l: noise.logLikelihood(y!, y!.multiply(0).add(z)) }), [ys], runtime);
      const sum = Array.from(l!.data as Float64Array).reduce((total, value) => total + Math.exp(value), 0);
      expect(sum * step).toBeCloseTo(1, 5);
    }
  });

  test("its derivative by z is (m I_1 / I_0 - a) / s^2, of either sign of z, and 0 at 0", async () => {
    const noise = ricianNoise({ sigma: 0.5 });
    const [ys, zs] = [
      [1, 1, 2, 0, 5, 0.5],
      [0.6, -0.6, 0, 0.3, 4.5, 2],
    ] as const;
    const { slope } = await evaluated(
      (y, z) => {
        const [l, back] = vjp((at: Tensor) => noise.logLikelihood(y!, at), z!);
        return { slope: back(l.multiply(0).add(1)) as Tensor };
      },
      [column(ys), column(zs)],
      runtime,
    );
    const h = 1e-6;
    const density = (y: number, z: number) => Math.log(riceDensity(Math.max(y, 1e-6 * 0.5), Math.abs(z), 0.5));
    for (const [i, y] of ys.entries()) {
      const by = (density(y, zs[i]! + h) - density(y, zs[i]! - h)) / (2 * h);
      expect(slope!.data[i]).toBeCloseTo(by, 4);
    }
    expect(slope!.data[2]).toBe(0);
  });

  test("magnitudes below 0 have no density; 0, which rounding makes, has a finite one", async () => {
    const { l } = await evaluated(
      (y, z) => ({ l: ricianNoise({ sigma: 0.1, offset: 1 }).logLikelihood(y!, z!) }),
      [column([-1.1, -1]), column([0, 0])],
      runtime,
    );
    expect(l!.data[0]).toBe(Number.NEGATIVE_INFINITY);
    expect(Number.isFinite(l!.data[1])).toBe(true);
  });
});
