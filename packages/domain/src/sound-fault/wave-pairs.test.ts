import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ArgumentError } from "@scorefield/core";
import { writeSound } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { soundFaults } from "./domain.ts";
import type { EstimatedWindow } from "./estimate.ts";
import { fitWavePairs, type WavePairCodec, wavePairCodec } from "./wave-pair-codec.ts";

const rate = 4000;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-waves-"));
  await mkdir(join(folder, "clean"));
  for (let i = 0; i < 4; i++) {
    const tone = Float32Array.from({ length: 1500 + 400 * i }, (_, t) => 0.5 * Math.sin(0.1 * (i + 1) * t) ** 3);
    await writeSound(join(folder, `clean/${i}_anna_0.wav`), { rate, samples: ndarray(tone, [1, tone.length]) });
  }
});
afterAll(() => rm(folder, { recursive: true }));

const open = (more: object) => soundFaults.open({ kind: "sound-faults", path: "clean", mixes: 6, ...more }, { folder });

/** Clean window, faulty one, estimate and what is not known, of sample i. */
const partsOf = (samples: NdArray, i: number): readonly Float32Array[] => {
  const length = samples.shape[2]!;
  return [0, 1, 2, 3].map((k) => samples.data.slice((4 * i + k) * length, (4 * i + k + 1) * length) as Float32Array);
};

const windowOf = ([, faulty, estimate, unknown]: readonly Float32Array[]): EstimatedWindow => ({
  faulty: Float64Array.from(faulty!),
  estimate: Float64Array.from(estimate!),
  unknown: Int8Array.from(unknown!),
});

describe("samples", () => {
  test.each(["gap", "clip"])(
    "of %s are the same whenever they are read, and differ where something is not known",
    async (fault) => {
      const { values } = await open({ fault });
      const some = await values.training.read([7, 0, 7]);
      expect(some.shape).toEqual([3, 4, 512]);
      expect(partsOf(some, 2)).toEqual(partsOf(some, 0));
      expect(partsOf(some, 1)).not.toEqual(partsOf(some, 0));
      for (const i of [0, 1]) {
        const [clean, faulty, estimate, unknown] = partsOf(some, i) as [
          Float32Array,
          Float32Array,
          Float32Array,
          Float32Array,
        ];
        expect(unknown.some((value) => value !== 0)).toBe(true);
        for (const t of clean.keys()) {
          if (unknown[t] === 0) expect([faulty[t], estimate[t]]).toEqual([clean[t], clean[t]]);
          else if (fault === "clip")
            expect(unknown[t]! * clean[t]!).toBeGreaterThanOrEqual(0.998 * unknown[t]! * faulty[t]!);
          else expect(faulty[t]).toBe(0);
        }
      }
    },
  );

  test("have gaps in their middle, as long as was asked for", async () => {
    const { values } = await open({ fault: "gap", gap: [0.02, 0.02] });
    const [, , , unknown] = partsOf(await values.training.read([3]), 0);
    expect(unknown!.indexOf(1)).toBe((512 - 80) / 2);
    expect(unknown!.lastIndexOf(1)).toBe((512 + 80) / 2 - 1);
    // A longer gap has a longer window.
    expect((await open({ fault: "gap", gap: [0.1, 0.1] })).values.training.shape).toEqual([4, 1280]);
  });

  test("are errors of deviation 1 where something is not known, with their condition, for training", async () => {
    const data = await open({ fault: "gap" });
    const x = await data.read(Array.from({ length: 24 }, (_, i) => i % data.count));
    expect(x.shape).toEqual([Math.min(24, x.shape[0]!), 1, 512]);
    const errors = Array.from(x.data as Float32Array).filter((value) => value !== 0);
    const square = errors.reduce((sum, value) => sum + value ** 2, 0) / errors.length;
    expect(square).toBeGreaterThan(0.2);
    expect(square).toBeLessThan(5);
    expect(data.observed!.size).toBe(5 * 512);
  });

  test("take no settings of spectrograms", async () => {
    await expect(open({ fault: "gap", hop: 32 })).rejects.toThrow(/no hop with the fault gap/);
  });

  test("of a run before there were such are pairs of spectrograms", async () => {
    const { samples, settings } = await soundFaults.read(
      { ...soundFaults.recognises({ path: join(folder, "clean"), fault: "clip" })!, mixes: 2, ...rest },
      { like: { shape: [2, 2048] } },
    );
    expect(samples.shape[0]).toBe(2);
    expect(settings.window).toBe(128);
    expect((await soundFaults.fit("sound-pair", samples, settings)).stored.kind).toBe("sound-pair");
  });
});

/** What settings are where nothing is said. */
const rest = {
  ...{ snr: [-5, 15], clipLevel: [0.1, 0.6], gap: [0.005, 0.04], highest: [0.2, 0.6], speed: 0.15, alpha: 0.5 },
  pattern: "{label}_{speaker}_{take}",
};

describe("the codec", () => {
  test.each(["gap", "clip"])("of %s gives the clean window back from its errors, and survives JSON", async (fault) => {
    const { values, codec } = await open({ fault });
    const own = wavePairCodec(JSON.parse(JSON.stringify(codec.stored)));
    const samples = await values.training.read([0, 5, 9]);
    const windows = [0, 1, 2].map((i) => windowOf(partsOf(samples, i)));
    const { observed, scales } = own.observe(windows);
    const { x, observed: again } = own.conditioned!.encode(samples);
    expect(again.data).toEqual(observed.data);
    const { data } = own.restored(x, windows, scales);
    for (const i of [0, 1, 2])
      for (const [t, value] of partsOf(samples, i)[0]!.entries())
        expect(Math.abs(data[i * own.length + t]! - value)).toBeLessThan(1e-6);
    // No error is the estimate; what is known stays whatever the error is.
    const nothing = own.restored(ndarray(new Float32Array(x.data.length), x.shape), windows, scales);
    const much = own.restored(ndarray(new Float32Array(x.data.length).fill(9), x.shape), windows, scales);
    for (const [i, { faulty, estimate, unknown }] of windows.entries())
      for (const t of faulty.keys()) {
        expect(Math.abs(nothing.data[i * own.length + t]! - estimate[t]!)).toBe(0);
        if (unknown[t] === 0) expect(Math.abs(much.data[i * own.length + t]! - faulty[t]!)).toBe(0);
      }
  });

  test("is as loud as the sound: ten times as loud a window has the same condition, and errors ten times as large", async () => {
    const { values, codec } = await open({ fault: "gap" });
    const own = codec as WavePairCodec;
    const window = windowOf(partsOf(await values.training.read([2]), 0));
    const times = (values: Float64Array) => values.map((value) => 10 * value);
    const louder = { ...window, faulty: times(window.faulty), estimate: times(window.estimate) };
    const [a, b] = [own.observe([window]), own.observe([louder])];
    for (const [i, value] of a.observed.data.entries())
      expect(Math.abs(b.observed.data[i]! - value)).toBeLessThan(1e-3 * (1 + Math.abs(value)));
    const at = window.unknown.indexOf(1) + 20;
    expect(b.scales[at]! / a.scales[at]!).toBeCloseTo(10, 2);
  });

  test("refuses what no fit stores, windows of another length, and data of another fault", async () => {
    const { values, codec } = await open({ fault: "gap" });
    const own = codec as WavePairCodec;
    for (const other of [{ kind: "none" }, { fault: "noise" }, { rate: 0 }, { length: 1.5 }, { deviation: 0 }])
      expect(() => wavePairCodec({ ...own.stored, ...other })).toThrow(ArgumentError);
    const short = { faulty: new Float64Array(9), estimate: new Float64Array(9), unknown: new Int8Array(9) };
    expect(() => own.observe([short])).toThrow(/windows of 512 numbers/);
    expect(() => own.encode(ndarray(new Float64Array(20), [1, 2, 10]), { seed: 0, part: 0 })).toThrow(
      /expected \[n, 4/,
    );
    await expect(
      soundFaults.fit("sound-pair", values.training, { kind: "sound-faults", fault: "gap" }),
    ).rejects.toThrow(/sound-wave-pair/);
    const few = await values.training.read([0, 1, 2]);
    expect(fitWavePairs(few, { fault: "gap", rate, length: 512 }).rate).toBe(rate);
  });
});
