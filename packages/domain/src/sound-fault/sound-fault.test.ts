import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError, normal } from "@scorefield/core";
import { writeSound } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recogniseData } from "../built-in.ts";
import { firstSamples } from "../samples.ts";
import { soundFaults } from "./domain.ts";
import { power } from "./faults.ts";
import { fitPairs, type PairCodec, pairCodec } from "./pair-codec.ts";

const rate = 4000;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-faults-"));
  for (const part of ["clean", "noise"]) await mkdir(join(folder, part));
  const write = (name: string, data: Float32Array) =>
    writeSound(join(folder, name), { rate, samples: ndarray(data, [1, data.length]) });
  for (let i = 0; i < 4; i++) {
    const tone = Float32Array.from({ length: 1500 + 400 * i }, (_, t) => 0.5 * Math.sin(0.1 * (i + 1) * t));
    await write(`clean/${i}_anna_0.wav`, tone);
    await write(
      `clean/${i}_otto_0.wav`,
      tone.map((value) => 0.3 * value),
    );
  }
  await write(
    "noise/hiss.wav",
    normal([20_000], { seed: 3 }).data.map((value) => 0.1 * value),
  );
});
afterAll(() => rm(folder, { recursive: true }));

const settings = (more: object) => ({ kind: "sound-faults", path: "clean", mixes: 5, ...more });
const open = (more: object) => soundFaults.open(settings(more), { folder });
const noise = { fault: "noise", noiseSounds: "noise", snr: [3, 3] };

const pairOf = (pairs: NdArray, i: number): readonly [Float32Array, Float32Array] => {
  const length = pairs.shape[2]!;
  const part = (k: number) => pairs.data.slice((2 * i + k) * length, (2 * i + k + 1) * length) as Float32Array;
  return [part(0), part(1)];
};

test("a path and a fault are clean sounds that get it; a path alone is other data", () => {
  expect(recogniseData({ path: join(folder, "clean"), fault: "clip" })?.kind).toBe("sound-faults");
  expect(recogniseData({ path: join(folder, "clean") })?.kind).toBe("audio");
});

describe("pairs", () => {
  test("of noise have the ratio that was asked for, and are the same whenever they are read", async () => {
    const { values } = await open(noise);
    const some = await values.training.read([7, 0, 7]);
    for (const i of [0, 1]) {
      const [clean, faulty] = pairOf(some, i);
      const active = Array.from(clean.keys()).filter((t) => Math.abs(clean[t]!) > 1e-4);
      const [from, to] = [active[0]!, active.at(-1)! + 1];
      const added = faulty.map((value, t) => value - clean[t]!).subarray(from, to);
      expect(10 * Math.log10(power(clean.subarray(from, to)) / power(added))).toBeCloseTo(3, 0);
    }
    expect(pairOf(some, 2)).toEqual(pairOf(some, 0));
    expect(pairOf(some, 1)).not.toEqual(pairOf(some, 0));
  });

  test("of clipping, gaps and bands differ where the fault is", async () => {
    const clip = pairOf(await (await open({ fault: "clip", clipLevel: [0.5, 0.5] })).values.training.read([1]), 0);
    const most = Math.max(...clip[0].map(Math.abs));
    expect(Math.max(...clip[1].map(Math.abs)) / most).toBeCloseTo(0.5, 5);
    const gap = pairOf(await (await open({ fault: "gap", gap: [0.02, 0.02] })).values.training.read([1]), 0);
    const changed = Array.from(gap[0].keys()).filter((t) => gap[0][t] !== gap[1][t]);
    expect(changed.length).toBeGreaterThan(60);
    expect(changed.at(-1)! - changed[0]!).toBeLessThan(0.02 * rate);
    const band = pairOf(await (await open({ fault: "band", highest: [0.01, 0.01] })).values.training.read([1]), 0);
    expect(power(band[1]) / power(band[0])).toBeLessThan(0.5);
  });

  test("of one file are all learnt from, or all held out; files can be left out", async () => {
    const { values } = await open(noise);
    const groups = (of: { readonly groups?: Int32Array }) => new Set(of.groups);
    for (const group of groups(values.training)) expect(groups(values.heldOut).has(group)).toBe(false);
    const fewer = await open({ ...noise, leaveOut: ["speaker=otto"] });
    expect(fewer.values.training.count + fewer.values.heldOut.count).toBeLessThan(
      values.training.count + values.heldOut.count,
    );
    expect(fewer.sha256).not.toBe(values.training.sha256);
  });

  test("are residuals of deviation 1 with their condition for training", async () => {
    const data = await open(noise);
    const rows = Array.from({ length: 24 }, (_, i) => i);
    const x = await data.read(rows);
    expect(x.shape).toEqual([24, ...data.shape]);
    expect(power(x.data as Float32Array)).toBeGreaterThan(0.4);
    expect(power(x.data as Float32Array)).toBeLessThan(2.5);
    const { observed } = data;
    expect(observed!.size).toBe(3.5 * data.shape.reduce((a, b) => a * b));
    expect(observed!.read([3]).shape).toEqual([1, observed!.size]);
    expect(data.heldOut.observed!.size).toBe(observed!.size);
  });
});

describe("the codec", () => {
  const codecOf = async () => (await open(noise)).codec as PairCodec;

  test("gives the clean sound back from the residual and the faulty one, and survives JSON", async () => {
    const { values, codec } = await open(noise);
    const own = pairCodec(JSON.parse(JSON.stringify(codec.stored)));
    const pairs = await values.training.read([0, 5, 9]);
    const length = own.length;
    const faulty = new Float64Array(3 * length);
    for (let i = 0; i < 3; i++) faulty.set(pairOf(pairs, i)[1], i * length);
    const { observed, gains } = own.observe(ndarray(faulty, [3, length]));
    const { x, observed: again } = own.conditioned!.encode(pairs);
    expect(again.data).toEqual(observed.data);
    const restored = own.restored(x, observed, gains);
    for (let i = 0; i < 3; i++) {
      const clean = pairOf(pairs, i)[0];
      for (let t = 0; t < length; t++) expect(Math.abs(restored.data[i * length + t]! - clean[t]!)).toBeLessThan(2e-5);
    }
    // Nothing is taken away and nothing added.
    const same = own.restored(ndarray(new Float32Array(x.data.length), x.shape), observed, gains);
    for (let t = 0; t < faulty.length; t++) expect(Math.abs(same.data[t]! - faulty[t]!)).toBeLessThan(2e-5);
  });

  test("is as loud as the sound: ten times as loud a sound has the same condition", async () => {
    const codec = await codecOf();
    const faulty = normal([1, codec.length], { seed: 5, dtype: "float64" });
    const louder = ndarray(
      faulty.data.map((value) => 10 * value),
      faulty.shape,
    );
    const [a, b] = [codec.observe(faulty), codec.observe(louder)];
    for (const [i, value] of a.observed.data.entries()) expect(b.observed.data[i]).toBeCloseTo(value, 4);
    expect(a.gains[0]! / b.gains[0]!).toBeCloseTo(10, 6);
  });

  test("refuses what no fit stores, and windows of another length", async () => {
    const codec = await codecOf();
    for (const other of [{ kind: "none" }, { hop: 3 }, { window: 100 }, { length: 1 }, { alpha: 2 }, { deviation: 0 }])
      expect(() => pairCodec({ ...codec.stored, ...other })).toThrow(ArgumentError);
    expect(() => codec.observe(ndarray(new Float64Array(10), [1, 10]))).toThrow(/expected \[n, /);
    expect(fitPairs(await (await open(noise)).values.training.read([0, 1, 2]), codec.stored as never).rate).toBe(rate);
  });
});

test("settings that do not go together are refused, and so are folders without sounds", async () => {
  await expect(open({ fault: "noise" })).rejects.toThrow(/--noise-sounds/);
  await expect(open({ fault: "clip", noiseSounds: "noise" })).rejects.toThrow(/no noiseSounds with clip/);
  await expect(open({ ...noise, snr: [5, 0] })).rejects.toThrow(/the lower first/);
  await expect(open({ fault: "clip", snr: [0, 10] })).rejects.toThrow(
    /no snr with the fault clip.*for the fault noise/,
  );
  await expect(open({ ...noise, noiseSounds: "nowhere" })).rejects.toThrow(/nowhere/);
  expect(() => soundFaults.codec({ kind: "none" }, [2, 4, 4])).toThrow(/sound-pair/);
  const { values } = await open(noise);
  expect((await firstSamples(values.heldOut, 2)).shape).toEqual([2, 2, values.heldOut.shape[1]]);
});

test("gains are learnt of noise alone: what is missing in a gap is no multiple of what is there", () => {
  expect(soundFaults.defaultsOf!({ kind: "sound-faults", fault: "noise" }).preconditioning).toBe("gain");
  expect(soundFaults.defaultsOf!({ kind: "sound-faults", fault: "gap" }).preconditioning).toBeUndefined();
});
