import { normal } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, it } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import { mri } from "./mri.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const largest = (a: NdArray, b: ArrayLike<number>): number =>
  Array.from(a.data as Float64Array).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe("mri", () => {
  it("is the unitary Fourier sum of what each coil sees, with both origins in the middle", async () => {
    const [coils, rows, columns] = [2, 5, 4];
    const maps = normal([coils, rows, columns, 2], { seed: 1, dtype: "float64" });
    const mask = ndarray(
      Float64Array.from({ length: rows * columns }, (_, p) => (p % 3 === 0 ? 1 : 0)),
      [rows, columns],
    );
    const x = normal([1, rows, columns, 2], { seed: 2, dtype: "float64" });
    const expected: number[] = [];
    for (let c = 0; c < coils; c++)
      for (let p = 0; p < rows * columns; p += 3) {
        let [re, im] = [0, 0];
        for (let at = 0; at < rows * columns; at++) {
          const down = (Math.floor(p / columns) - 2) * (Math.floor(at / columns) - 2);
          const across = ((p % columns) - 2) * ((at % columns) - 2);
          const angle = -2 * Math.PI * (down / rows + across / columns);
          const [u, v] = [maps.data[2 * (c * 20 + at)]!, maps.data[2 * (c * 20 + at) + 1]!];
          const [a, b] = [x.data[2 * at]!, x.data[2 * at + 1]!];
          const [s, t] = [u * a - v * b, u * b + v * a];
          re += (s * Math.cos(angle) - t * Math.sin(angle)) / Math.sqrt(20);
          im += (s * Math.sin(angle) + t * Math.cos(angle)) / Math.sqrt(20);
        }
        expected.push(re, im);
      }
    const operator = mri({ input: [rows, columns, 2], maps, mask });
    expect(operator.output).toEqual([2, 7, 2]);
    expect(operator.complex).toEqual({ input: true, output: true });
    const { y } = await evaluated((v) => ({ y: operator.apply(v!) }), [x], runtime);
    expect(largest(y!, expected)).toBeLessThan(1e-12);
  });

  it("with several coils gives the image back from every second line", async () => {
    const maps = normal([4, 8, 6, 2], { seed: 3, dtype: "float64" });
    const operator = mri({ input: [8, 6, 2], maps, acceleration: 2, order: "regular", calibration: 0, steps: 120 });
    expect(operator.output).toEqual([4, 24, 2]);
    const x = normal([1, 8, 6, 2], { seed: 4, dtype: "float64" });
    const { again } = await evaluated((v) => ({ again: operator.pseudoInverse(operator.apply(v!)) }), [x], runtime);
    expect(largest(again!, x.data)).toBeLessThan(1e-6);
  });

  it("names what does not fit", () => {
    expect(() => mri({ input: [8, 8] })).toThrow(
      /mri input: expected complex images, \[rows, columns, 2\], found \[8,8\]/,
    );
    const maps = ndarray(new Float64Array(64), [2, 4, 4, 2]);
    expect(() => mri({ input: [8, 4, 2], maps })).toThrow(/mri maps: expected \[coils, 8, 4, 2\], found \[2,4,4,2\]/);
    expect(() => mri({ input: [1, 2, 2], mask: [[1, 2]] })).toThrow(/1 where a point is measured and 0 elsewhere/);
    expect(() => mri({ input: [1, 2, 2], mask: [[0, 0]] })).toThrow(/at least one point that is measured/);
  });
});
