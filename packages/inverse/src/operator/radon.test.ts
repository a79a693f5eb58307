import { ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, it, test } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import { type Radon, radon } from "./radon.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const size = 48;
/** A Gaussian of deviation 4 pixels, off the centre by 5 columns and 3 rows: its projections are Gaussians. */
const [sigma, dx, dy] = [4, 5, -3];
const middle = (size - 1) / 2;
const blob = ndarray(
  Float64Array.from({ length: size * size }, (_, at) => {
    const [x, y] = [(at % size) - middle - dx, Math.floor(at / size) - middle - dy];
    return Math.exp(-(x * x + y * y) / (2 * sigma * sigma));
  }),
  [1, size, size],
);

const project = async (made: Radon, f: (x: Tensor) => Tensor = made.apply) =>
  (await evaluated((x) => ({ y: f(x!) }), [blob], runtime)).y!.data as Float64Array;

const largestDifference = (a: Float64Array, b: ArrayLike<number>): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe("projections of a Gaussian", () => {
  const peak = sigma * Math.sqrt(2 * Math.PI);

  it("along parallel rays", async () => {
    const made = radon({
      input: [size, size],
      views: 20,
      first: 10,
      range: 360,
      detectors: 61,
      spacing: 1.2,
      offset: 2,
    });
    const expected = Array.from({ length: 20 * 61 }, (_, at) => {
      const angle = ((10 + 18 * Math.floor(at / 61)) * Math.PI) / 180;
      const s = ((at % 61) - 30 - 2) * 1.2 - dx * Math.cos(angle) - dy * Math.sin(angle);
      return peak * Math.exp(-(s * s) / (2 * sigma * sigma));
    });
    // Interpolating linearly between pixels broadens the Gaussian: a variance of at most 1/6 more.
    expect(largestDifference(await project(made), expected)).toBeLessThan(0.01 * peak);
  });

  it("along a fan", async () => {
    const [source, detector, views, detectors] = [90, 40, 12, 101];
    const made = radon({ input: [size, size], views, detectors, source, detector });
    const spacing = (source + detector) / source;
    const expected = Array.from({ length: views * detectors }, (_, at) => {
      const angle = (30 * Math.floor(at / detectors) * Math.PI) / 180;
      const along = ((at % detectors) - 50) * spacing;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [fromX, fromY] = [source * sin - dx, -source * cos - dy];
      const [toX, toY] = [along * cos - detector * sin - dx, along * sin + detector * cos - dy];
      const distance = (fromX * toY - fromY * toX) / Math.hypot(toX - fromX, toY - fromY);
      return peak * Math.exp(-(distance ** 2) / (2 * sigma * sigma));
    });
    expect(largestDifference(await project(made), expected)).toBeLessThan(0.01 * peak);
  });
});

describe("filtered back-projection", () => {
  const cases = {
    parallel: { views: 90 },
    "parallel, over a turn": { views: 120, range: 360, first: 7 },
    "parallel, fine detectors": { views: 90, spacing: 0.7, detectors: 101, offset: 1.5 },
    fan: { views: 180, source: 100 },
    "fan with a detector behind": { views: 180, source: 80, detector: 60, spacing: 1.5 },
  };
  it.each(Object.entries(cases))("gives a Gaussian back: %s", async (_, options) => {
    const made = radon({ input: [size, size], ...options });
    for (const [window, tolerance] of [
      ["ramp", 0.02],
      ["hann", 0.06],
    ] as const) {
      const found = await project(made, (x) => made.filteredBackProjection(made.apply(x), { window }));
      expect(largestDifference(found, blob.data as Float64Array)).toBeLessThan(tolerance);
    }
  });
});

test("what does not fit is named", async () => {
  expect(() => radon({ input: [8, 8], source: 5 })).toThrow(
    /radon source: expected it outside of the image, beyond 5.7/,
  );
  expect(() => radon({ input: [8] })).toThrow(/radon input: expected \[..., rows, columns\]/);
  const short = radon({ input: [8, 8], source: 50, range: 200 });
  const zeros = ndarray(new Float64Array(short.output[0]! * short.output[1]!), [1, ...short.output]);
  await expect(evaluated((y) => ({ x: short.filteredBackProjection(y!) }), [zeros], runtime)).rejects.toThrow(
    /expected a fan over 360 degrees, found 200/,
  );
});
