import { normal } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, it } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import { mri } from "./mri.ts";
import { sensitivityMaps } from "./sensitivity-maps.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const [coils, rows, columns] = [4, 32, 27];
const pixels = rows * columns;
const inside = (p: number): boolean => Math.hypot((Math.floor(p / columns) - 16) / 12, ((p % columns) - 13) / 10) < 1;

/** Smooth complex maps: coil c stands in a corner. The sum of their squares is 1. */
const truth = (() => {
  const data = new Float64Array(2 * coils * pixels);
  for (let p = 0; p < pixels; p++) {
    const [y, x] = [(Math.floor(p / columns) - 16) / 16, ((p % columns) - 13) / 13];
    const sizes = [0, 1, 2, 3].map((c) => Math.exp(-((x - (c & 1 ? 1 : -1)) ** 2 + (y - (c & 2 ? 1 : -1)) ** 2) / 4));
    const root = Math.hypot(...sizes);
    for (let c = 0; c < coils; c++) {
      const phase = c + 0.5 * x - 0.3 * c * y;
      data[2 * (c * pixels + p)] = (sizes[c]! / root) * Math.cos(phase);
      data[2 * (c * pixels + p) + 1] = (sizes[c]! / root) * Math.sin(phase);
    }
  }
  return ndarray(data, [coils, rows, columns, 2]);
})();

/** k-space in full of a rough disc that these coils see, with noise. */
const kspace = async (noise: number): Promise<NdArray<"float64">> => {
  const grain = normal([pixels], { seed: 1, dtype: "float64" }).data;
  const image = new Float64Array(2 * pixels);
  for (let p = 0; p < pixels; p++) if (inside(p)) image[2 * p] = 1 + 0.3 * grain[p]!;
  const operator = mri({
    input: [rows, columns, 2],
    maps: truth,
    mask: ndarray(new Float64Array(pixels).fill(1), [rows, columns]),
  });
  const { y } = await evaluated((x) => ({ y: operator.apply(x!) }), [ndarray(image, [1, rows, columns, 2])], runtime);
  const errors = normal([2 * coils * pixels], { seed: 2, dtype: "float64" }).data;
  const data = (y!.data as Float64Array).map((value, k) => value + noise * errors[k]!);
  return ndarray(data, [coils, rows, columns, 2]);
};

/** Mean over the disc of 1 - |<found, truth>|: 0 for the same maps up to a phase. */
const distance = (found: NdArray): number => {
  let [sum, count] = [0, 0];
  for (let p = 0; p < pixels; p++) {
    if (!inside(p)) continue;
    let [re, im] = [0, 0];
    for (let c = 0; c < coils; c++) {
      const at = 2 * (c * pixels + p);
      const [u, v, x, y] = [Number(found.data[at]), Number(found.data[at + 1]), truth.data[at]!, truth.data[at + 1]!];
      re += u * x + v * y;
      im += u * y - v * x;
    }
    sum += 1 - Math.hypot(re, im);
    count++;
  }
  return sum / count;
};

describe("sensitivityMaps", () => {
  it("finds smooth maps by ESPIRiT, from the centre alone", async () => {
    const { maps, support, rank } = sensitivityMaps(await kspace(1e-3), { calibration: 18, kernel: 5 });
    expect(distance(maps)).toBeLessThan(2e-4);
    expect(rank).toBeGreaterThan(4);
    expect(rank).toBeLessThan(50);
    for (let p = 0; p < pixels; p++) if (inside(p)) expect(support.data[p]).toBeGreaterThan(0.97);
  });

  it("finds them from images of low resolution, less well", async () => {
    const data = await kspace(1e-3);
    const found = distance(sensitivityMaps(data, { calibration: 18, method: "low-resolution" }).maps);
    expect(found).toBeLessThan(5e-3);
    expect(found).toBeGreaterThan(distance(sensitivityMaps(data, { calibration: 18, kernel: 5 }).maps));
  });

  it("gives unit vectors or zeros", async () => {
    const { maps, support } = sensitivityMaps(await kspace(1e-2), { calibration: 16, kernel: 5, crop: 0.95 });
    for (let p = 0; p < pixels; p++) {
      let square = 0;
      for (let c = 0; c < coils; c++) {
        const at = 2 * (c * pixels + p);
        square += maps.data[at]! ** 2 + maps.data[at + 1]! ** 2;
      }
      expect(square).toBeCloseTo(support.data[p]! >= 0.95 ? 1 : 0, 5);
    }
  });

  it("does not depend on what is outside of the centre, or on the scale", async () => {
    const data = await kspace(1e-3);
    const other = ndarray(
      data.data.map((value, k) => {
        const p = Math.floor(k / 2) % pixels;
        const [i, j] = [Math.floor(p / columns) - 16, (p % columns) - 13];
        return i >= -8 && i < 8 && j >= -8 && j < 8 ? 1000 * value : 0;
      }),
      data.shape,
    );
    const options = { calibration: 16, kernel: 4 };
    const [a, b] = [sensitivityMaps(data, options).maps, sensitivityMaps(other, options).maps];
    for (const [k, value] of a.data.entries()) expect(Math.abs(value - b.data[k]!)).toBeLessThan(1e-5);
  });

  it("names what does not fit", async () => {
    const data = await kspace(0);
    expect(() => sensitivityMaps(ndarray(new Float64Array(8), [2, 2, 2]))).toThrow(
      /kspace: expected \[coils, rows, columns, 2\], found \[2,2,2\]/,
    );
    expect(() => sensitivityMaps(data, { calibration: 28 })).toThrow(/calibration: expected at most 27, found 28/);
    expect(() => sensitivityMaps(data, { calibration: 10, kernel: 11 })).toThrow(/kernel: expected at most 10/);
    const holes = ndarray(
      data.data.map((value, k) => (Math.floor(k / 2) % pixels === 16 * columns + 13 ? 0 : value)),
      data.shape,
    );
    expect(() => sensitivityMaps(holes)).toThrow(/that is measured in full, found 1 points that are 0 in every coil/);
  });
});
