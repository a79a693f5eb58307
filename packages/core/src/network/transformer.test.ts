import { type NdArray, ndarray, ShapeError } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, describe, expect, test } from "vitest";
import { ArgumentError } from "../errors.ts";
import { mixedPreconditioning } from "../model/mixed/preconditioning.ts";
import { mixedDenoising } from "../objective/mixed-denoising.ts";
import { edm } from "../process/edm.ts";
import { normal } from "../random/normal.ts";
import { uniform } from "../random/uniform.ts";
import { train } from "../training/train.ts";
import {
  computed,
  countOf,
  evaluate,
  expectZeroAtFirst,
  inputs,
  leavesOf,
  oneHotRows,
  randomised,
} from "./evaluate.case.ts";
import { transformer } from "./transformer.ts";

const runtime = native({ threads: 1 });
afterAll(() => runtime.dispose());

const small = { width: 8, depth: 1, headWidth: 4 };
const columns = [1, 1, 3];
const observed = 4 + 4 + 3;

describe("the function", () => {
  test("starts at zero, for numbers alone and for mixed rows", async () => {
    await expectZeroAtFirst(runtime, transformer(small), [3]);
    await expectZeroAtFirst(runtime, transformer({ ...small, columns, observed, classes: 2 }), [5]);
  });

  test("every column sees every other, and knows itself: equal numbers have different outputs", async () => {
    const network = transformer({ ...small, columns });
    const parameters = randomised(network.initialise([5], 0));
    const noiseLevel = normal([5], { seed: 2 });
    const base = [0.3, 0.3, 0, 1, 0];
    // Row k + 1 has another number at the first coordinate of column k; all have one noise level.
    noiseLevel.data.fill(0.4);
    const rows = [base, ...[0, 1, 2].map((k) => base.map((value, i) => (i === k ? value + 0.5 : value))), base];
    const { data } = await evaluate(runtime, network, parameters, {
      x: ndarray(Float32Array.from(rows.flat()), [5, 5]),
      noiseLevel,
    });
    const row = (i: number) => Array.from(data.subarray(5 * i, 5 * i + 5), Number);
    expect(Math.abs(row(0)[0]! - row(0)[1]!)).toBeGreaterThan(1e-3);
    for (const moved of [1, 2, 3])
      for (const [j, value] of row(moved).entries()) expect(Math.abs(value - row(0)[j]!)).toBeGreaterThan(1e-5);
    expect(row(4)).toEqual(row(0));
  });

  test("what is known counts for its own column alone before attention; rows of zeros are as none", async () => {
    const network = transformer({ ...small, columns: [1, 1], observed: 8 });
    const parameters = network.initialise([2], 0);
    const { paths, leaves, unflatten } = leavesOf(randomised(parameters));
    // Without blocks' gates nothing goes from column to column.
    for (const [i, path] of paths.entries()) if (path.includes("blocks.0.modulation")) leaves[i]!.data.fill(0);
    const alone = unflatten(leaves) as ReturnType<typeof network.initialise>;
    // Features stand as hasLow of both columns, low of both, hasHigh of both, high of both.
    const known = (...at: number[]): NdArray => {
      const data = new Float32Array(8);
      for (const k of at) data[k] = 1;
      return ndarray(data, [1, 8]);
    };
    const input = { x: ndarray(Float32Array.of(0.3, -1), [1, 2]), noiseLevel: ndarray(Float32Array.of(0.2)) };
    const of = async (rows?: NdArray) =>
      Array.from((await evaluate(runtime, network, alone, { ...input, ...(rows && { observed: rows }) })).data, Number);
    const nothing = await of();
    expect(await of(known())).toEqual(nothing);
    for (const k of [0, 6]) {
      const first = await of(known(k));
      expect(Math.abs(first[0]! - nothing[0]!)).toBeGreaterThan(1e-4);
      expect(first[1]).toBe(nothing[1]);
      const second = await of(known(k + 1));
      expect(second[0]).toBe(nothing[0]);
      expect(Math.abs(second[1]! - nothing[1]!)).toBeGreaterThan(1e-4);
    }
  });

  test("a class that is given changes the output", async () => {
    const network = transformer({ ...small, classes: 2 });
    const parameters = randomised(network.initialise([2], 0));
    const given = await evaluate(runtime, network, parameters, { ...inputs(2, [2]), class: oneHotRows(2, 0, 1) });
    const none = await evaluate(runtime, network, parameters, inputs(2, [2]));
    for (const [i, value] of none.data.entries())
      expect(Math.abs(Number(value) - Number(given.data[i]))).toBeGreaterThan(1e-4);
  });
});

test("parameters are the same for the same seed, others for another", () => {
  const network = transformer({ ...small, columns, observed });
  const [first, same, other] = [4, 4, 5].map((seed) => network.initialise([5], seed));
  expect(same).toEqual(first);
  expect(other).not.toEqual(first);
  // Tokens of two numbers and a category of three levels, with what is known, and their read-outs.
  const more = transformer({ ...small, depth: 2, columns, observed });
  const block = 8 * 48 + 48 + (8 * 24 + 24) + (8 * 8 + 8) + (8 * 16 + 16) + (16 * 8 + 8);
  expect(countOf(more.initialise([5], 0)) - countOf(network.initialise([5], 0))).toBe(block);
  const tokens = 2 * (5 * 8 + 8) + (6 * 8 + 8) + 2 * (8 + 1) + 3 * (8 + 1);
  expect(countOf(network.initialise([5], 0))).toBe(tokens + block + (32 * 8 + 8) + (8 * 8 + 8) + (8 * 16 + 16));
});

test("it learns which number goes with which level, conditioned on what is known", async () => {
  const n = 1_000;
  const [z, u] = [normal([n], { seed: 1 }).data, uniform([n], { seed: 2 }).data];
  const rows = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) {
    const level = u[i]! < 0.5 ? 0 : 1;
    rows[3 * i] = (level === 0 ? -0.9 : 0.9) + 0.4 * z[i]!;
    rows[3 * i + 1 + level] = 1;
  }
  const layout = { columns: [1, 2], scale: 1 };
  const model = await train({
    data: ndarray(rows, [n, 3]),
    process: edm(),
    network: transformer({ ...layout, ...small, observed: 6 }),
    preconditioning: mixedPreconditioning(layout),
    objective: mixedDenoising(layout),
    steps: 200,
    knownShare: 1,
    batch: 64,
    learningRate: 2e-2,
    seed: 1,
    runtime,
  }).result;
  // All levels but one are excluded, and noise of 2.5 deviations says little.
  const known = ndarray(Float32Array.of(0, 0, 0, 1, 0, 0, 1, 0), [2, 4]);
  const { data } = await computed(
    runtime,
    (x, t, observed) => model.denoise(x!, t!, { observed: observed! }),
    ndarray(new Float32Array(6), [2, 3]),
    ndarray(new Float32Array(2).fill(0.5)),
    known,
  );
  // The means are -0.9 and 0.9; so short a training comes near.
  expect(data[0]).toBeLessThan(-0.4);
  expect(data[3]).toBeGreaterThan(0.4);
});

test("recipe and settings that do not fit", async () => {
  expect(transformer({ columns, observed }).recipe).toEqual({
    kind: "transformer",
    columns,
    scale: 1,
    width: 64,
    depth: 2,
    headWidth: 16,
    expansion: 2,
    classes: 0,
    observed,
  });
  expect(() => transformer({ width: 0 })).toThrow(ArgumentError);
  expect(() => transformer({ depth: 1e9 })).toThrow(/transformer depth: expected at most 10000/);
  expect(() => transformer({ columns }).initialise([4], 0)).toThrow(
    /expected columns of 4 coordinates in all, found 5/,
  );
  expect(() => transformer({ columns, observed: 3 }).initialise([5], 0)).toThrow(/expected 11 for these columns, or 0/);
  const network = transformer({ ...small, columns, observed });
  const known = { ...inputs(2, [5]), observed: normal([2, 10], { seed: 1 }) };
  await expect(evaluate(runtime, network, network.initialise([5], 0), known)).rejects.toThrow(ShapeError);
});
