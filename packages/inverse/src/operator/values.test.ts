/** What operators give, against plain numbers. The suite cannot know it. */
import { type NdArray, ndarray, sizeOf, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { evaluated } from "../testing/evaluated.case.ts";
import { bandLimit } from "./band-limit.ts";
import { blur } from "./blur.ts";
import { clipping } from "./clipping.ts";
import { compose } from "./compose.ts";
import { downsample } from "./downsample.ts";
import { fourier } from "./fourier.ts";
import { grey } from "./grey.ts";
import { hadamard } from "./hadamard.ts";
import { identity } from "./identity.ts";
import { magnitude } from "./magnitude.ts";
import { mask } from "./mask.ts";
import { mosaic } from "./mosaic.ts";
import type { Operator } from "./operator.ts";
import { phaseRetrieval } from "./phase-retrieval.ts";
import { quantisation } from "./quantisation.ts";
import { randomProjection } from "./random-projection.ts";
import { saturation } from "./saturation.ts";
import { scale } from "./scale.ts";
import { stack } from "./stack.ts";
import { timeConvolution } from "./time-convolution.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

/** 1, 2, 3, ... */
const counting = (shape: readonly number[]): NdArray<"float64"> =>
  ndarray(
    Float64Array.from({ length: sizeOf(shape) }, (_, i) => i + 1),
    [1, ...shape],
  );

const applied = async (made: Operator, x: NdArray = counting(made.input)): Promise<number[]> => {
  const { y } = await evaluated((x: Tensor | undefined) => ({ y: made.apply(x!) }), [x], runtime);
  return Array.from(y!.data as Float64Array);
};

const expectNear = (found: readonly number[], expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i], `element ${i}`).toBeCloseTo(value, 10);
};

test("a mask shows what is outside of the box, by channel", async () => {
  expectNear(await applied(mask({ input: [2, 2, 3], box: [0, 1, 1, 2] })), [1, 4, 5, 6, 7, 10, 11, 12]);
  expect(mask({ input: [3, 10, 10], share: 0.25 }).output).toEqual([75]);
});

test("a mosaic shows one colour of every pixel", async () => {
  expectNear(await applied(mosaic({ input: [3, 2, 2] })), [1, 6, 7, 12]);
});

describe("blur", () => {
  const line = ndarray(Float64Array.of(1, 10, 100), [1, 3]);

  test("with circular edges is the convolution, centred", async () => {
    const made = blur({ input: [3], kernel: [1, 2, 4] });
    // y[i] = k[0] x[i + 1] + k[1] x[i] + k[2] x[i - 1]
    expectNear(await applied(made, line), [10 + 2 + 400, 100 + 20 + 4, 1 + 200 + 40]);
  });

  test("without edges is a part of it", async () => {
    expectNear(await applied(blur({ input: [3], kernel: [1, 2, 4], edges: "valid" }), line), [100 + 20 + 4]);
  });

  test("keeps a constant, and a Gaussian is separable", async () => {
    const made = blur({ input: [1, 9, 9], sigma: 1 });
    const point = ndarray(new Float64Array(81), [1, 1, 9, 9]);
    point.data[4 * 9 + 4] = 1;
    const found = await applied(made, point);
    expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
    expect(found[4 * 9 + 6]! / found[4 * 9 + 4]!).toBeCloseTo(Math.exp(-2), 10);
    expect(found[6 * 9 + 6]! * found[4 * 9 + 4]!).toBeCloseTo(found[4 * 9 + 6]! ** 2, 12);
  });

  test("motion is along its angle", async () => {
    const point = ndarray(new Float64Array(81), [1, 9, 9]);
    point.data[4 * 9 + 4] = 1;
    const across = await applied(blur({ input: [9, 9], length: 5 }), point);
    const up = await applied(blur({ input: [9, 9], length: 5, angle: 90 }), point);
    for (let row = 0; row < 9; row++)
      for (let column = 0; column < 9; column++) {
        if (row !== 4) expect(across[row * 9 + column]).toBeCloseTo(0, 12);
        expect(up[column * 9 + row]).toBeCloseTo(across[row * 9 + column]!, 12);
      }
    const rising = await applied(blur({ input: [9, 9], length: 5, angle: 45 }), point);
    // Row 0 is on top: to the right and up.
    expect(rising[3 * 9 + 5]).toBeGreaterThan(0.1);
    expect(rising[3 * 9 + 3]).toBeLessThan(0.02);
  });
});

describe("downsample", () => {
  test("means of blocks", async () => {
    expectNear(await applied(downsample({ input: [2, 4] })), [(1 + 2 + 5 + 6) / 4, (3 + 4 + 7 + 8) / 4]);
  });

  test("bicubic keeps a straight line away from the ends, between the pixels it stands for", async () => {
    for (const factor of [2, 3, 4]) {
      const found = await applied(downsample({ input: [12 * factor], factor, filter: "bicubic" }));
      for (let q = 3; q < 9; q++) expect(found[q]).toBeCloseTo(q * factor + (factor - 1) / 2 + 1, 10);
    }
  });
});

test("a filter in time begins with silence, or goes round", async () => {
  const response = [1, 0.5];
  expectNear(await applied(timeConvolution({ input: [3], response })), [1, 2.5, 4]);
  expectNear(await applied(timeConvolution({ input: [3], response, edges: "circular" })), [2.5, 2.5, 4]);
  expectNear(await applied(timeConvolution({ input: [3], response, edges: "valid" })), [2.5, 4]);
});

test("a band of frequencies leaves the tones in it, and half a tone in the middle of its edge", async () => {
  const n = 24;
  const tone = (k: number) => Float64Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * k * i) / n + 0.4));
  const band = bandLimit({ input: [n], lowest: 3 / n, highest: 6 / n, taper: 4 / n });
  for (const [k, gain] of [
    [3, 1],
    [6, 1],
    [8, 0.5],
    [10, 0],
    [1, 0.5],
    [12, 0],
  ] as const) {
    const seen = await applied(band, ndarray(tone(k), [1, n]));
    expectNear(
      seen,
      Array.from(tone(k), (value) => gain * value),
    );
  }
  expect(() => bandLimit({ input: [n], lowest: 0.4, highest: 0.3 })).toThrow(/lowest <= highest/);
  expect(() => bandLimit({ input: [4], lowest: 0.1, highest: 0.2 })).toThrow(/multiple of 1 \/ 4/);
});

test("frequencies are those of the unitary transform", async () => {
  const half = Math.sqrt(4);
  // X[0] = 10, X[1] = -2 + 2i, X[2] = -2 of 1, 2, 3, 4.
  const made = fourier({ input: [4], mask: [1, 1, 1, 0] });
  expectNear(await applied(made), [10 / half, 0, -2 / half, 2 / half, -2 / half, 0]);
  expect(Array.from(made.svd!.singularValues.data, (s) => Math.round(s * s * 2) / 2)).toEqual([1, 0.5, 1, 0.5]);
  const low = fourier({ input: [8, 8], share: 0.3, low: 2, seed: 4 });
  expect(low.output).toEqual([19, 2]);
});

test("random matrices are those of the seed, and rows are orthonormal", async () => {
  const options = { input: [6], measurements: 4 };
  expect(await applied(randomProjection({ ...options, seed: 1 }))).toEqual(
    await applied(randomProjection({ ...options, seed: 1 })),
  );
  expect(await applied(randomProjection({ ...options, seed: 1 }))).not.toEqual(
    await applied(randomProjection(options)),
  );
  const all = await applied(hadamard({ input: [8], measurements: 8 }));
  const square = (values: readonly number[]): number => values.reduce((sum, value) => sum + value ** 2, 0);
  expect(square(all)).toBeCloseTo(square([1, 2, 3, 4, 5, 6, 7, 8]), 10);
});

test("grey is the weighted sum of channels", async () => {
  expectNear(await applied(grey({ input: [3, 1, 2] })), [
    1 * 0.299 + 3 * 0.587 + 5 * 0.114,
    2 * 0.299 + 4 * 0.587 + 6 * 0.114,
  ]);
});

test("limits, exposure and steps", async () => {
  const x = ndarray(Float64Array.of(-2, -0.3, 0.1, 0.6, 2), [1, 5]);
  expectNear(await applied(clipping({ input: [5], low: -1, high: 0.5 }), x), [-1, -0.3, 0.1, 0.5, 0.5]);
  expectNear(await applied(saturation({ input: [5] }), x), [-1, -0.6, 0.2, 1, 1]);
  expectNear(await applied(saturation({ input: [5], black: -1 }), x), [-1, 0.4, 1, 1, 1]);
  expectNear(
    await applied(quantisation({ input: [5], low: -1, high: 1, bits: 2 }), x),
    [-0.75, -0.25, 0.25, 0.75, 0.75],
  );
});

test("magnitudes", async () => {
  const whole = { input: [4], share: 1 };
  expectNear(await applied(magnitude({ operator: fourier(whole) })), [25, 2, 1, 2]);
  expectNear(await applied(magnitude({ operator: fourier(whole), power: 1 })), [5, Math.SQRT2, 1, Math.SQRT2]);
  expectNear(await applied(phaseRetrieval({ input: [4], oversampling: 1 })), [25, 2, 1, 2]);
  const padded = await applied(phaseRetrieval({ input: [4] }));
  expectNear(
    [0, 2, 4, 6].map((i) => padded[i]! * 2),
    [25, 2, 1, 2],
  );
});

test("operators put together", async () => {
  const x = ndarray(Float64Array.of(1, -2, 3), [1, 3]);
  const [same, limited] = [identity({ input: [3] }), clipping({ input: [3], low: -1, high: 1 })];
  expectNear(await applied(compose(limited, scale(same, 0.5)), x), [0.5, -1, 1]);
  expectNear(await applied(stack([scale(same, 2), limited]), x), [2, -4, 6, 1, -1, 1]);
  expect(scale(same, 255, "counts").units).toEqual({ input: "units of the data", output: "counts" });
});

test.each([
  [() => mask({ input: [4] }), /expected one of box, share and mask, found none/],
  [() => mask({ input: [4], share: 0.5, mask: [1, 0, 0, 1] }), /found 2 of them/],
  [() => mask({ input: [4, 4], box: [0, 0, 5, 1] }), /expected it within \[4,4\]/],
  [() => mask({ input: [4], mask: [1, 0] }), /expected the shape of the last axes of \[4\], found \[2\]/],
  [() => mask({ input: [2], mask: [0.5, 1] }), /expected 1 where a number is seen/],
  [() => mask({ input: [2], mask: [0, 0] }), /at least one number/],
  [() => mosaic({ input: [1, 4, 4] }), /expected pictures \[3, h, w\]/],
  [() => blur({ input: [4, 4] }), /expected one of sigma, length and kernel/],
  [() => blur({ input: [4, 4], sigma: -1 }), /blur sigma: expected/],
  [() => blur({ input: [4], length: 3 }), /expected 2 axes for a motion/],
  [() => blur({ input: [3], kernel: [1, 1, 1, 1, 1], edges: "valid" }), /take circular edges/],
  [() => blur({ input: [4, 4], sigma: 1, raduis: 2 } as never), /unknown option raduis.*did you mean radius/],
  [() => downsample({ input: [5, 4] }), /expected a divisor of the sizes \[5,4\], found 2/],
  [() => grey({ input: [4, 2, 2] }), /expected 4 weights/],
  [() => fourier({ input: [4] }), /expected one of mask and share, found none/],
  [() => fourier({ input: [4], share: 0.5, complex: true }), /last axis \[re, im\] of 2/],
  [() => hadamard({ input: [4], measurements: 5 }), /expected at most 4/],
  [() => randomProjection({ input: [4], measurements: 5 }), /expected at most the 4 numbers/],
  [() => clipping({ input: [4], low: 1, high: 1 }), /expected low < high/],
  [() => magnitude({ operator: clipping({ input: [4], low: 0, high: 1 }) }), /expected a linear one such as fourier/],
  [() => compose(identity({ input: [4] }), identity({ input: [5] })), /expected identity of samples \[5\]/],
  [
    () => compose(identity({ input: [4], units: "volts" }), identity({ input: [4], units: "counts" })),
    /expected the same units where operators meet, found "volts" and "counts"/,
  ],
  [() => compose(), /expected a list of at least 1/],
  [() => stack([identity({ input: [4] }), identity({ input: [5] })]), /expected operators of samples \[4\]/],
  [() => scale(identity({ input: [4] }), 0), /other than 0/],
  [() => scale("blur" as never, 2), /expected an operator such as identity/],
  [() => identity({ input: [0] }), /expected a/],
])("refusal %#", (make, message) => {
  expect(make).toThrow(message);
});
