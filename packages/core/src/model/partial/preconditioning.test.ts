import {
  compile,
  concat,
  constant,
  type NdArray,
  ndarray,
  ShapeError,
  sliceAxis,
  type Tensor,
} from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, expect, test } from "vitest";
import { ArgumentError } from "../../errors.ts";
import type { Network } from "../../network/network.ts";
import { edm } from "../../process/edm.ts";
import { normal } from "../../random/normal.ts";
import { uniform } from "../../random/uniform.ts";
import { edmPreconditioning } from "../preconditioning.ts";
import { preconditioningFromRecipe } from "../preconditionings.ts";
import { trainedModel } from "../trained.ts";
import { drawKnown, maskKinds } from "./draw-known.ts";
import { partialPreconditioning } from "./preconditioning.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const shape = [2, 3];

/** A network that gives 1 everywhere, or a function of what it sees. */
const networkOf = (f: (x: Tensor, observed: Tensor | undefined) => Tensor): Network => ({
  recipe: { kind: "own" },
  learningRate: 1e-3,
  observed: 6,
  initialise: () => [],
  apply: (_, x, __, conditions) => f(x, conditions?.observed),
});

const denoised = async (
  network: Network,
  x: NdArray,
  observed: NdArray | undefined,
  parts = partialPreconditioning({ shape }),
) => {
  const model = trainedModel({ process: edm(), network, preconditioning: parts }, [], shape);
  const n = x.shape[0]!;
  const f = await compile(
    (y: Tensor, t: Tensor, rows?: Tensor) => model.denoise(y, t, rows && { observed: rows }),
    [{ shape: x.shape }, { shape: [n] }, ...(observed ? [{ shape: observed.shape }] : [])] as never,
    { runtime },
  );
  const out = await (f as unknown as (...all: NdArray[]) => Promise<NdArray>)(
    x,
    ndarray(new Float32Array(n).fill(2 / 80), [n]),
    ...(observed ? [observed] : []),
  );
  await f.dispose();
  return Array.from(out.data, Number);
};

const x = normal([1, ...shape], { seed: 1 });
/** The first channel's first two places are known to be 0.5 and -2. */
const observed = ndarray(Float32Array.of(0.5, -2, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0), [1, 12]);

test("known elements are themselves, whatever the network says, and the others are as of edm", async () => {
  const network = networkOf((x) => x.multiply(0).add(1));
  const found = await denoised(network, x, observed);
  expect(found.slice(0, 2)).toEqual([0.5, -2]);
  const plain = await denoised({ ...network, observed: 0 }, x, undefined, edmPreconditioning() as never);
  for (let i = 2; i < 6; i++) expect(found[i]).toBeCloseTo(plain[i]!, 6);
  const nothing = await denoised(network, x, ndarray(new Float32Array(12), [1, 12]));
  for (const [i, value] of plain.entries()) expect(nothing[i]).toBeCloseTo(value, 6);
  expect(await denoised(network, x, undefined)).toEqual(nothing);
});

test("the network sees known elements without noise, and which they are", async () => {
  const sigma = 2;
  const echo = networkOf((x) => x);
  const found = await denoised(echo, x, observed, partialPreconditioning({ shape, sigmaData: 0.5 }));
  expect(found.slice(0, 2)).toEqual([0.5, -2]);
  // The clean input of a known neighbour reaches the others: here the network shifts its input by one place.
  const shifted = networkOf((x) => concat([sliceAxis(x, 2, 2, 3), sliceAxis(x, 2, 0, 2)], 2));
  const scale = 1 / Math.sqrt(sigma ** 2 + 1);
  const from = await denoised(shifted, x, observed);
  // Place 2 of channel 0 sees the known -2; place 1 of channel 1 the noisy element before it.
  const skip = (value: number, F: number) => value * scale ** 2 + sigma * scale * F;
  expect(from[2]).toBeCloseTo(skip(Number(x.data[2]), -2), 5);
  expect(from[4]).toBeCloseTo(skip(Number(x.data[4]), Number(x.data[3]) * scale), 5);
  const flags = networkOf((x, seen) => (seen ?? constant(0, x.dtype)).reshape(x.shape));
  const seen = await denoised(flags, x, observed);
  expect(seen[2]).toBeCloseTo(skip(Number(x.data[2]), 0), 5);
});

test("samples of another shape, and covariates alone, are refused", async () => {
  const network = networkOf((x) => x);
  await expect(denoised(network, normal([1, 3, 2], { seed: 0 }), observed)).rejects.toThrow(ShapeError);
  expect(() => partialPreconditioning({ shape: [2, 3], covariates: 2 })).toThrow(ArgumentError);
});

const clean = normal([1000, 2, 8], { seed: 3 });
const flagsOf = (rows: NdArray, i: number) => Array.from(rows.data.subarray(32 * i + 16, 32 * i + 32), Number);

test("masks: nothing is known of a share of samples; known values are the sample's own", () => {
  const rows = drawKnown({ shape: [2, 8], covariates: 0, masks: maskKinds }, clean, { seed: 1, step: 4, share: 0.6 });
  let none = 0;
  for (let i = 0; i < 1000; i++) {
    const flags = flagsOf(rows, i);
    if (flags.every((flag) => flag === 0)) none++;
    for (const [k, flag] of flags.entries()) {
      expect(flag === 0 || flag === 1).toBe(true);
      expect(rows.data[32 * i + k]).toBe(flag === 1 ? clean.data[16 * i + k] : 0);
    }
  }
  // 0.4, and the few masks that happen to be empty; four standard errors are 0.06.
  expect(none / 1000).toBeGreaterThan(0.34);
  expect(none / 1000).toBeLessThan(0.58);
});

test("a mask of the past is a beginning of all channels; of channels, whole ones; covariates are known as wholes", () => {
  const draws = { seed: 2, step: 0, share: 1 };
  const past = drawKnown({ shape: [2, 8], covariates: 0, masks: ["past"] }, clean, draws);
  const cuts = new Set<number>();
  for (let i = 0; i < 500; i++) {
    const flags = flagsOf(past, i);
    const cut = flags.slice(0, 8).indexOf(0);
    cuts.add(cut);
    for (let t = 0; t < 8; t++) for (const j of [0, 1]) expect(flags[8 * j + t]).toBe(t < cut ? 1 : 0);
  }
  expect([...cuts].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  const whole = drawKnown({ shape: [2, 8], covariates: 0, masks: ["channels"] }, clean, draws);
  const beside = drawKnown({ shape: [2, 8], covariates: 1, masks: ["points"] }, clean, draws);
  let known = 0;
  for (let i = 0; i < 500; i++) {
    for (const j of [0, 1]) expect(new Set(flagsOf(whole, i).slice(8 * j, 8 * j + 8)).size).toBe(1);
    const covariate = new Set(flagsOf(beside, i).slice(8));
    expect(covariate.size).toBe(1);
    if (covariate.has(1)) known++;
  }
  // 0.9, and four standard errors.
  expect(Math.abs(known / 500 - 0.9)).toBeLessThan(0.054);
});

test("absent numbers are neither known nor unknown", () => {
  const u = uniform([50, 16], { seed: 0 }).data;
  const holes = ndarray(
    Float32Array.from(clean.data.subarray(0, 800), (value, i) => (u[i]! < 0.2 ? Number.NaN : value)),
    [50, 2, 8],
  );
  const rows = drawKnown({ shape: [2, 8], covariates: 0, masks: maskKinds }, holes, { seed: 1, step: 0, share: 0.9 });
  for (let i = 0; i < 50; i++)
    for (const [k, flag] of flagsOf(rows, i).entries()) {
      expect(flag === -1).toBe(u[16 * i + k]! < 0.2);
      expect(Number.isFinite(rows.data[32 * i + k])).toBe(true);
    }
});

test("a sample's mask does not depend on its batch", () => {
  const masks = { shape: [2, 8], covariates: 0, masks: maskKinds };
  const draws = { seed: 7, step: 3, share: 0.9 };
  const all = drawKnown(masks, clean, draws);
  const few = drawKnown(masks, ndarray(clean.data.slice(0, 160), [10, 2, 8]), draws);
  expect(few.data).toEqual(all.data.subarray(0, few.data.length));
});

test("with the baseline line, a network of zeros says the line where the noise is large", async () => {
  const long = [2, 5];
  // The first channel is known at places 0 and 4, absent at 2; of the second nothing is known.
  const rows = new Float32Array(20);
  [rows[0], rows[4]] = [1, 3];
  [rows[10], rows[14], rows[12]] = [1, 1, -1];
  const y = normal([1, ...long], { seed: 2 });
  const zero: Network = { ...networkOf((x) => x.multiply(0)), observed: 20 };
  const parts = partialPreconditioning({ shape: long, baseline: "line" });
  const model = trainedModel({ process: edm(), network: zero, preconditioning: parts }, [], long);
  const f = await compile(
    (x: Tensor, t: Tensor, observed: Tensor) => model.denoise(x, t, { observed }),
    [{ shape: [1, ...long] }, { shape: [1] }, { shape: [1, 20] }],
    { runtime },
  );
  const at = async (sigma: number) =>
    (
      await f(
        ndarray(y.data.map((z) => z * sigma) as Float32Array, [1, ...long]),
        ndarray(Float32Array.of(sigma / 80), [1]),
        ndarray(rows, [1, 20]),
      )
    ).data;
  const line = [1, 1.5, 0, 2.5, 3, 0, 0, 0, 0, 0];
  for (const sigma of [80, 0.5]) {
    const found = await at(sigma);
    const skip = 1 / (1 + sigma ** 2);
    for (const [i, b] of line.entries()) {
      const settled = i === 0 || i === 2 || i === 4;
      const noisy = sigma * Number(y.data[i]);
      expect(found[i]).toBeCloseTo(settled ? b : b + skip * (noisy - b), 5);
    }
  }
  await f.dispose();
});

test("with the baseline line, the network sees the noisy residual, marks, and known values with the line between", async () => {
  const parts = partialPreconditioning({ shape, baseline: "line" });
  expect(parts.observed?.features).toBe(12);
  const seen: Record<string, number[]> = {};
  // What the network sees comes out as its output, one input at a time; c_out is divided out again.
  for (const [name, f] of [
    ["x", (x: Tensor) => x],
    ["marks", (x: Tensor, all?: Tensor) => sliceAxis(all!, 1, 0, 6).reshape(x.shape)],
    ["filled", (x: Tensor, all?: Tensor) => sliceAxis(all!, 1, 6, 12).reshape(x.shape)],
  ] as const) {
    const network: Network = { ...networkOf(f), observed: 12 };
    const found = await denoised(network, x, observed, parts);
    // sigma is 2: c_skip = 1 / 5 and c_out = 2 / sqrt(5).
    const line = [0.5, -2, -2, 0, 0, 0];
    seen[name] = found.map((value, i) => (value - line[i]! - (Number(x.data[i]) - line[i]!) / 5) / (2 / Math.sqrt(5)));
  }
  // Known places say themselves whatever the network sees; of the others:
  const line = [-2, 0, 0, 0];
  for (const [k, i] of [2, 3, 4, 5].entries()) {
    expect(seen.x![i]).toBeCloseTo((Number(x.data[i]) - line[k]!) / Math.sqrt(5), 5);
    expect(seen.marks![i]).toBeCloseTo(0, 5);
    expect(seen.filled![i]).toBeCloseTo(line[k]!, 5);
  }
});

test("without level, what the network sees of a series does not depend on where it lies; covariates keep their level", async () => {
  const parts = partialPreconditioning({ shape, covariates: 1, baseline: "line", level: false });
  const network: Network = {
    ...networkOf((x, all) => sliceAxis(all!, 1, 6, 12).reshape(x.shape)),
    observed: 12,
  };
  const at = async (shift: number) => {
    // The series is known at places 0 and 1; of the covariate nothing but place 0.
    const rows = Float32Array.of(0.5 + shift, -2 + shift, 0, 3 + shift, 0, 0, 1, 1, 0, 1, 0, 0);
    const line = [0.5, -2, -2, 3, 3, 3].map((value) => value + shift);
    const found = await denoised(network, x, ndarray(rows, [1, 12]), parts);
    return found.map((value, i) => (value - line[i]! - (Number(x.data[i]) - line[i]!) / 5) / (2 / Math.sqrt(5)));
  };
  const [near, far] = [await at(0), await at(10)];
  // The line at place 2 is -2, the mean of 0.5 and -2 is -0.75.
  expect(near[2]).toBeCloseTo(-1.25, 5);
  expect(far[2]).toBeCloseTo(-1.25, 4);
  expect(near[4]).toBeCloseTo(3, 5);
  expect(far[4]).toBeCloseTo(13, 4);
});

test("a recipe of before the baseline means what it meant: none", () => {
  const before = { kind: "partial", shape, covariates: 0, masks: ["past"], sigmaData: 1 };
  expect(preconditioningFromRecipe(before).observed?.features).toBe(6);
  expect(preconditioningFromRecipe(before).recipe).toMatchObject({ baseline: "none" });
});
