import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { gaussian } from "../density/gaussian.ts";
import { ArgumentError } from "../errors.ts";
import { conditional } from "../model/conditional.ts";
import { exactClasses } from "../model/exact-classes.ts";
import { edm } from "../process/edm.ts";
import { vp } from "../process/variance-preserving.ts";
import { normal } from "../random/normal.ts";
import { annealedImportance } from "./annealed-importance.ts";
import { bitsPerDimension } from "./bits-per-dimension.ts";
import { decode, encode, interpolate } from "./encode.ts";
import { evaluate } from "./evaluate.case.ts";
import { logDensity, logDensityDetails } from "./log-density.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const process = edm({ sigmaMin: 0.01, sigmaMax: 1e3 });
const classes = [
  { mean: [2, 0], deviation: 0.5 },
  { mean: [-1, 1], deviation: 1 },
  { mean: [0, -3], deviation: 0.8 },
] as const;
const densities = classes.map(({ mean, deviation }) => gaussian({ mean, covariance: deviation ** 2 }));
const model = exactClasses(densities, process);

/** The class of row i, or none: by no pattern that a batch could share. */
const labelsOf = (count: number): (number | null)[] =>
  Array.from({ length: count }, (_, i) => [0, 1, 2, null][(i * i + 3 * Math.floor(i / 7)) % 4]!);

/** Rows of an array, as one. */
const rowsOf = (x: NdArray<"float64">, rows: readonly number[]): NdArray<"float64"> => {
  const size = x.data.length / x.shape[0]!;
  const data = Float64Array.from(rows.flatMap((i) => Array.from(x.data.subarray(i * size, (i + 1) * size))));
  return { ...x, shape: [rows.length, ...x.shape.slice(1)], data };
};

/** Points of rather different ease, so that slots are refilled out of step. */
const pointsOf = (count: number): NdArray<"float64"> => {
  const x = normal([count, 2], { seed: 1, dtype: "float64" });
  for (let i = 0; i < x.data.length; i++) x.data[i]! *= i % 10 === 3 ? 12 : 2;
  return x;
};

/** The largest difference of two lists from each other. */
const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
};

/** What each row should be: the rows of each class alone, put back in their places. */
const byClass = async (
  x: NdArray<"float64">,
  labels: readonly (number | null)[],
  one: (model: ReturnType<typeof conditional>, x: NdArray<"float64">) => Promise<NdArray>,
): Promise<Float64Array> => {
  const count = labels.length;
  let result = new Float64Array();
  for (const label of new Set(labels)) {
    const rows = labels.flatMap((other, i) => (other === label ? [i] : []));
    const { data } = await one(conditional(model, label), rowsOf(x, rows));
    const size = data.length / rows.length;
    if (result.length === 0) result = new Float64Array(count * size);
    for (const [k, i] of rows.entries())
      result.set((data as Float64Array).subarray(k * size, (k + 1) * size), i * size);
  }
  return result;
};

describe.each([
  [600, 256],
  [41, 256],
  [41, 7],
])("a class for each of %i rows, %i at once: each row is its class's own", (count, batch) => {
  const x = pointsOf(count);
  const labels = labelsOf(count);
  const given = { class: labels };
  const options = { batch, tolerance: 1e-5, runtime };
  const rounding = 1e-9;

  test("log-density, its errors, and the mismatch of the prior", async () => {
    const found = await logDensityDetails(model, x, { ...options, given });
    const keys = ["logDensity", "errorEstimate", "priorMismatch", "evaluations"] as const;
    const columns = (details: typeof found): Float64Array =>
      Float64Array.from(keys.flatMap((key) => Array.from(details[key].data as Float64Array, Number)));
    // A row of each sample: its four numbers.
    const rowsIn = (details: typeof found, n: number): NdArray =>
      ndarray(
        columns(details).map((_, i, all) => all[(i % 4) * n + Math.floor(i / 4)]!),
        [n, 4],
      );
    const expected = await byClass(x, labels, async (alone, rows) =>
      rowsIn(await logDensityDetails(alone, rows, options), rows.shape[0]!),
    );
    expect(difference(expected, rowsIn(found, count).data as Float64Array)).toBeLessThan(rounding);
    const oneHot = new Float64Array(3 * count);
    for (const [i, label] of labels.entries()) if (label !== null) oneHot[3 * i + label] = 1;
    const rows = ndarray(oneHot, [count, 3]);
    const again = await logDensity(model, x, { ...options, given: { class: rows } });
    expect(again).toEqual(found.logDensity);
    const known = await evaluate((at, t) => model.logDensity(at, t), x, process.times.first, runtime);
    // Not what the model says without a class.
    expect(difference(known.data as Float64Array, found.logDensity.data)).toBeGreaterThan(1);
  });

  test("with Hutchinson's probes, which are the row's own too", async () => {
    const probed = { ...options, tolerance: 1e-3, divergence: { probes: 2, seed: 3 } };
    // A Gaussian of equal deviations has no variance under signs, whichever row's they are; the mixture of all has.
    const named = labels.map((label) => label ?? 1);
    const found = await logDensity(model, x, { ...probed, given: { class: named } });
    const expected = await byClass(x, named, (alone, rows) => logDensity(alone, rows, probed));
    expect(difference(expected, found.data)).toBeLessThan(rounding);
  });

  test("codes, and data of codes", async () => {
    const code = await encode(model, x, { ...options, given });
    expect(difference(await byClass(x, labels, (alone, rows) => encode(alone, rows, options)), code.data)).toBeLessThan(
      rounding,
    );
    const back = await decode(model, code, { ...options, given });
    expect(difference(x.data, back.data)).toBeLessThan(0.02);
    const expected = await byClass(code, labels, (alone, rows) => decode(alone, rows, options));
    expect(difference(expected, back.data)).toBeLessThan(rounding);
  });
});

test("log-densities of every class in closed form, in float32 as well", async () => {
  for (const [label, { mean, deviation }] of classes.entries()) {
    const x = ndarray(Float32Array.of(0.3, -0.2, 1, 1), [2, 2]);
    const found = await logDensity(model, x, { given: { class: label }, runtime });
    const v = deviation ** 2 + 0.01 ** 2;
    for (const i of [0, 1]) {
      const square = (x.data[2 * i]! - mean[0]) ** 2 + (x.data[2 * i + 1]! - mean[1]) ** 2;
      // The prior leaves out the data's mean, up to 3 of 1,000.
      expect(Math.abs(found.data[i]! + square / (2 * v) + Math.log(2 * Math.PI * v))).toBeLessThan(0.02);
    }
  }
});

test("every point of a path is given what its ends are", async () => {
  const [a, b] = [pointsOf(4), normal([4, 2], { seed: 9, dtype: "float64" })];
  const options = { count: 3, batch: 5, tolerance: 1e-5, runtime };
  const labels = [2, null, 0, 2];
  const found = await interpolate(model, a, b, { ...options, given: { class: labels } });
  expect(found.shape).toEqual([4, 3, 2]);
  for (const [i, label] of labels.entries()) {
    const alone = await interpolate(conditional(model, label), rowsOf(a, [i]), rowsOf(b, [i]), options);
    expect(difference(alone.data, found.data.subarray(6 * i, 6 * i + 6))).toBeLessThan(1e-9);
  }
});

test("bits per dimension of each row are its class's own", async () => {
  const values = ndarray(
    Int32Array.from({ length: 20 }, (_, i) => (i * 37) % 256),
    [10, 2],
  );
  const options = { dtype: "float64", batch: 3, runtime } as const;
  const labels = labelsOf(10);
  const { bits } = await bitsPerDimension(model, values, { ...options, given: { class: labels } });
  for (const label of new Set(labels)) {
    const alone = await bitsPerDimension(conditional(model, label), values, options);
    for (const [i, other] of labels.entries())
      if (other === label) expect(Math.abs(bits.data[i]! - alone.bits.data[i]!)).toBeLessThan(1e-8);
  }
});

test("chains of annealed importance sampling are of one class: log Z is 0, and the chains are its draws", async () => {
  const shifted = exactClasses(densities, vp());
  for (const label of [0, 1]) {
    const found = await annealedImportance(shifted, {
      given: { class: label },
      chains: 400,
      levels: 60,
      seed: 2,
      runtime,
    });
    expect(Math.abs(found.logNormaliser.at(-1)!)).toBeLessThan(4 * found.standardError.at(-1)! + 1e-3);
    const weights = found.logWeights.map(Math.exp);
    const total = weights.reduce((sum, w) => sum + w, 0);
    const { mean, deviation } = classes[label]!;
    let first = 0;
    for (let i = 0; i < 400; i++) first += (weights[i]! / total) * found.x.data[2 * i]!;
    expect(Math.abs(first - mean[0])).toBeLessThan(
      4 * (deviation / Math.sqrt(found.effectiveSampleSize.at(-1)!)) + 0.02,
    );
  }
  const list = annealedImportance(shifted, { given: { class: [0, 1] }, chains: 2, levels: 2, runtime });
  await expect(list).rejects.toThrow(/given class: expected one value/);
});

describe("what is refused", () => {
  const x = pointsOf(3);
  const never = (value: unknown): never => value as never;

  test("classes that the model does not have, lists of another length", async () => {
    for (const [call, name] of [
      [logDensity, "logDensity"],
      [encode, "encode"],
      [decode, "decode"],
    ] as const) {
      await expect(call(model, x, { given: { class: 3 } })).rejects.toThrow(
        `${name} given class: expected a class from 0 to 2`,
      );
      await expect(call(model, x, { given: { class: [0, 1] } })).rejects.toThrow(/a list of 2/);
      await expect(call(model, x, { given: { clas: 1 } })).rejects.toThrow(/did you mean class\?/);
      await expect(call(conditional(model, 1), x, { given: { class: 1 } })).rejects.toThrow(/takes none/);
    }
    await expect(interpolate(model, x, x, { given: { class: [0] } })).rejects.toThrow(/list of one for each of the 3/);
    const wide = ndarray(new Float64Array(8), [2, 4]);
    await expect(logDensity(model, x, { given: { class: wide } })).rejects.toThrow(ShapeError);
  });

  test("unknown options, lists in place of arrays, and values that are not models", async () => {
    const nested = never([[0, 1]]);
    const calls = [
      ["logDensity", (m: never, p: never, o: never) => logDensity(m, p, o)],
      ["encode", (m: never, p: never, o: never) => encode(m, p, o)],
      ["decode", (m: never, p: never, o: never) => decode(m, p, o)],
      ["interpolate", (m: never, p: never, o: never) => interpolate(m, p, p, o)],
      ["bitsPerDimension", (m: never, p: never, o: never) => bitsPerDimension(m, p, o)],
    ] as const;
    for (const [name, call] of calls) {
      const refused = async (m: unknown, p: unknown, o: unknown, message: RegExp) => {
        const error = await call(never(m), never(p), never(o)).then(
          () => undefined,
          (reason: Error) => reason,
        );
        expect(error, name).toBeInstanceOf(ArgumentError);
        expect(error!.message).toMatch(message);
        expect(error!.message.startsWith(name)).toBe(true);
      };
      await refused(model, x, { tolerence: 1 }, /unknown option tolerence; .* did you mean tolerance\?/);
      await refused(model, x, 18, /expected options as an object/);
      await refused(model, nested, {}, /expected an NdArray, found a nested list; make it one with fromNested/);
      await refused(model, new Float64Array(2), {}, /found a Float64Array; make it one with ndarray/);
      await refused("model", x, {}, /expected a score model .*found "model"/);
    }
    await expect(logDensity(model, never(ndarray(new Int32Array(2), [1, 2])), {})).rejects.toThrow(/castArray/);
    await expect(logDensity(model, x, { divergence: never({ probe: 3 }) })).rejects.toThrow(/did you mean probes/);
    await expect(annealedImportance(model, never({ chain: 3 }))).rejects.toThrow(/did you mean chains/);
    await expect(annealedImportance(never(undefined))).rejects.toThrow(ArgumentError);
  });
});
