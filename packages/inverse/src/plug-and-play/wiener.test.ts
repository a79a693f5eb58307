import { normal } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, it } from "vitest";
import { blur } from "../operator/blur.ts";
import { mask } from "../operator/mask.ts";
import { evaluated } from "../testing/evaluated.case.ts";
import { powerSpectrum, wienerFilter } from "./wiener.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const [rows, columns] = [6, 5];
const pixels = rows * columns;
const operator = blur({ input: [2, rows, columns], sigma: 0.9 });

const largest = (a: NdArray, b: NdArray): number =>
  Array.from(a.data as Float64Array).reduce((most, value, i) => Math.max(most, Math.abs(value - Number(b.data[i]))), 0);

describe("wienerFilter", () => {
  it("is the regularised solution where all frequencies vary alike", async () => {
    const y = normal([3, 2, rows, columns], { seed: 1, dtype: "float64" });
    const spectrum = ndarray(new Float64Array(pixels).fill(4), [rows, columns]);
    const filter = wienerFilter(operator, { sigma: 0.3, spectrum });
    const { x, expected } = await evaluated(
      (v) => ({ x: filter(v!), expected: operator.solve(operator.adjoint(v!), 0.3 ** 2 / 4) }),
      [y],
      runtime,
    );
    expect(largest(x!, expected!)).toBeLessThan(1e-12);
  });

  it("is the posterior mean of a stationary Gaussian: C A* (A C A* + sigma^2)^-1 (y - A m) + m", async () => {
    const variance = Float64Array.from({ length: pixels }, (_, at) => {
      const [p, q] = [Math.floor(at / columns), at % columns];
      return 1 / (1 + Math.min(p, rows - p) ** 2 + Math.min(q, columns - q) ** 2);
    });
    const spectrum = ndarray(variance, [rows, columns]);
    const [sigma, mean] = [0.2, 1.5];
    const filter = wienerFilter(operator, { sigma, spectrum, mean });
    // C is a circular convolution, which is that of another blur with the kernel's transform `variance`.
    const kernel = new Float64Array(pixels);
    for (let at = 0; at < pixels; at++)
      for (let k = 0; k < pixels; k++) {
        const [i, j] = [Math.floor(at / columns) - 3, (at % columns) - 2];
        const angle = 2 * Math.PI * ((Math.floor(k / columns) * i) / rows + ((k % columns) * j) / columns);
        kernel[at]! += (variance[k]! * Math.cos(angle)) / pixels;
      }
    const covariance = blur({ input: [2, rows, columns], kernel: ndarray(kernel, [rows, columns]) });
    const y = normal([2, 2, rows, columns], { seed: 2, dtype: "float64" });
    const { residual } = await evaluated(
      (v) => {
        // x - m = C A* u, where u = (y - A x) / sigma^2.
        const x = filter(v!);
        const u = v!.subtract(operator.apply(x)).divide(sigma ** 2);
        return { residual: covariance.apply(operator.adjoint(u)).add(mean).subtract(x) };
      },
      [y],
      runtime,
    );
    expect(
      largest(residual!, { ...residual!, data: (residual!.data as Float64Array).map(() => 0) } as NdArray),
    ).toBeLessThan(1e-10);
  });

  it("names what does not fit", () => {
    const spectrum = ndarray(new Float64Array(pixels), [rows, columns]);
    expect(() => wienerFilter(mask({ input: [rows, columns], share: 0.5 }), { sigma: 1, spectrum })).toThrow(
      /operator: expected a circular convolution/,
    );
    expect(() => wienerFilter(operator, { sigma: 0, spectrum })).toThrow(/sigma: expected a positive number, found 0/);
    expect(() => wienerFilter(operator, { sigma: 1, spectrum: ndarray(new Float64Array(4)) })).toThrow(
      /spectrum: expected \[6,5\], found \[4\]/,
    );
  });
});

describe("powerSpectrum", () => {
  it("is the variance of white noise at every frequency", () => {
    const images = normal([400, 8, 8], { seed: 3, dtype: "float64" });
    const { spectrum, mean } = powerSpectrum(images);
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(400 * 64));
    // The frequency 0 alone has 400 values: their variance has a standard error of sqrt(2 / 400).
    for (const value of spectrum.data) expect(Math.abs(value - 1)).toBeLessThan(4 * Math.sqrt(2 / 400));
  });
});
