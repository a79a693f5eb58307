import { type ScoreModel, sbVe, unipc } from "@scorefield/core";
import type { SoundSource } from "@scorefield/data";
import { soundFaults, type WaveFault, wavePairCodec } from "@scorefield/domain/sound-fault";
import { defaultRuntime, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LoadedRun } from "../run/load.ts";
import { faultOf, type RestoreSoundOptions, restoreSound } from "./restore-sound.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const rate = 4000;
const length = 256;

/** A run whose errors of estimates are what a function makes of noise. */
const waveRun = (fault: WaveFault, errors: ScoreModel["denoise"]): LoadedRun => {
  const codec = wavePairCodec({ kind: "sound-wave-pair", fault, rate, length, deviation: 1 });
  const shape = [1, length];
  return {
    path: "runs/exact",
    domain: soundFaults,
    made: { shape: [4, length] },
    record: { model: { shape }, training: { recipe: { data: { kind: "sound-faults", fault } } } },
    step: 0,
    model: { process: sbVe(), shape, conditions: { observed: { shape: [5 * length] } }, denoise: errors },
    sampler: unipc({ steps: 3 }),
    codec,
    toData: codec.decode,
  } as unknown as LoadedRun;
};

const none: ScoreModel["denoise"] = (u) => u.multiply(0);

/** Errors N(0, 0.3^2): E[u0 | u] = a v u / (a^2 v + s^2). */
const some = (fault: WaveFault): LoadedRun => {
  const { process } = waveRun(fault, none).model;
  return waveRun(fault, (u, t) => {
    const column = [u.shape[0]!, 1, 1];
    const [a, s] = [process.alpha(t).reshape(column), process.sigma(t).reshape(column)];
    return u.multiply(a.multiply(0.09).divide(a.square().multiply(0.09).add(s.square())));
  });
};

const sourceOf = (...all: Float32Array[]): SoundSource => ({
  channels: all.length,
  frames: all[0]!.length,
  read: (from, count) => {
    const parts = all.map((data) => data.subarray(from, from + count));
    return ndarray(Float32Array.from(parts.flatMap((part) => Array.from(part))), [all.length, parts[0]!.length]);
  },
});

const tone = (frames: number, size = 0.3): Float32Array =>
  Float32Array.from({ length: frames }, (_, t) => size * Math.sin(0.131 * t + 0.2) + 0.4 * size * Math.sin(0.33 * t));

const collect = async (run: LoadedRun, source: SoundSource, options: RestoreSoundOptions) => {
  const sounds: number[][] = Array.from({ length: source.channels }, () => []);
  let deviation = 0;
  let progress = 0;
  const drawn: number[] = [];
  const onProgress = (done: number) => {
    progress = done;
  };
  for await (const { mean, deviation: own, draws } of restoreSound(run, source, { ...options, onProgress })) {
    const n = mean.shape[1]!;
    drawn.push(...draws.data.slice(0, n));
    for (const [k, sound] of sounds.entries()) sound.push(...mean.data.slice(k * n, (k + 1) * n));
    for (const value of own?.data ?? []) deviation = Math.max(deviation, value);
  }
  expect(progress).toBe(source.frames);
  return { sounds, deviation, drawn };
};

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

const withGaps = (sound: Float32Array, ...gaps: [from: number, to: number][]): Float32Array => {
  const faulty = sound.slice();
  for (const gap of gaps) faulty.fill(0, ...gap);
  return faulty;
};

describe("gaps", () => {
  test("are filled in each channel, over the ends of blocks and beside each other; all else stays", async () => {
    const [left, right] = [tone(1400), tone(1400, 0.1)];
    const gapsLeft: [number, number][] = [
      [245, 275],
      [600, 620],
      [660, 690],
    ];
    const source = sourceOf(withGaps(left, ...gapsLeft), withGaps(right, [700, 730]));
    for (const batch of [1, 3]) {
      const { sounds } = await collect(waveRun("gap", none), source, { draws: 1, batch });
      expect(sounds.map((sound) => sound.length)).toEqual([1400, 1400]);
      expect(largest(sounds[0]!, left)).toBeLessThan(0.15 * 0.42);
      expect(largest(sounds[1]!, right)).toBeLessThan(0.15 * 0.14);
      const outside = [...left.keys()].filter((t) => gapsLeft.every(([from, to]) => t < from || t >= to));
      for (const t of outside) expect(sounds[0]![t]).toBe(left[t]);
    }
  });

  test("have draws that differ, and are the same by seed whatever the batch", async () => {
    const source = sourceOf(withGaps(tone(900), [300, 330], [500, 520]));
    const first = await collect(some("gap"), source, { draws: 3, batch: 1, seed: 4 });
    const again = await collect(some("gap"), source, { draws: 3, batch: 2, seed: 4 });
    const other = await collect(some("gap"), source, { draws: 3, batch: 1, seed: 5 });
    expect(largest(first.sounds[0]!, again.sounds[0]!)).toBeLessThan(1e-6);
    expect(largest(first.drawn, again.drawn)).toBeLessThan(1e-6);
    expect(largest(first.drawn, other.drawn)).toBeGreaterThan(1e-6);
    expect(largest(first.drawn, first.sounds[0]!)).toBeGreaterThan(1e-6);
    expect(first.deviation).toBeGreaterThan(0);
  });

  test("of more than half a window are none that it can fill", async () => {
    const source = sourceOf(withGaps(tone(900), [300, 300 + length / 2 + 1]));
    await expect(collect(waveRun("gap", none), source, {})).rejects.toThrow(/expected gaps.*to 128 zeros.*found none/);
  });
});

describe("clipping", () => {
  const clip = (sound: Float32Array, level: number) => sound.map((value) => Math.max(-level, Math.min(level, value)));

  test("is undone beyond its limits alone", async () => {
    const sound = tone(1100);
    const level = Math.fround(0.25);
    const faulty = clip(sound, level);
    const { sounds } = await collect(waveRun("clip", none), sourceOf(faulty), { draws: 2 });
    const errors = (of: ArrayLike<number>) => sound.reduce((sum, value, t) => sum + (value - of[t]!) ** 2, 0);
    expect(errors(sounds[0]!)).toBeLessThan(0.3 * errors(faulty));
    for (const [t, value] of faulty.entries())
      if (Math.abs(value) < 0.99 * level) expect(sounds[0]![t]).toBeCloseTo(value, 6);
      else expect(Math.sign(value) * sounds[0]![t]!).toBeGreaterThanOrEqual(0.989 * level);
  });

  test.each([4000, 5500])("has draws that are the same whatever the batch, at %s Hz", async (at) => {
    const run = some("clip");
    const codec = wavePairCodec({ ...run.codec.stored, rate: at, length: 352 } as never);
    const sized = {
      ...run,
      codec,
      model: { ...run.model, shape: [1, 352], conditions: { observed: { shape: [5 * 352] } } },
    };
    const source = sourceOf(clip(tone(2500), Math.fround(0.25)), clip(tone(2500, 0.4), Math.fround(0.25)));
    const of = async (batch: number, draws = 2) =>
      collect(sized as unknown as LoadedRun, source, {
        draws,
        batch,
        ...(draws > 0 && { sampler: unipc({ steps: 3 }) }),
      });
    const first = await of(1);
    const other = await of(5);
    expect(largest(first.drawn, other.drawn)).toBeLessThan(1e-6);
    expect(largest(first.sounds[1]!, other.sounds[1]!)).toBeLessThan(1e-6);
    expect(largest(first.sounds[1]!, (await of(3, 0)).sounds[1]!)).toBeLessThan(1e-6);
  });

  test("takes time where it is: windows without it stay", async () => {
    let windows = 0;
    const run = waveRun("clip", none);
    const observe = wavePairCodec(run.codec.stored).observe;
    const counted = {
      ...run,
      codec: {
        ...run.codec,
        observe: (all: Parameters<typeof observe>[0]) => {
          windows += all.length;
          return observe(all);
        },
      },
    } as unknown as LoadedRun;
    const sound = tone(4000, 0.05);
    sound.set(clip(tone(300, 0.6), 0.25), 2000);
    const { sounds } = await collect(counted, sourceOf(sound), { draws: 1, batch: 1 });
    expect(windows).toBeGreaterThan(1);
    expect(windows).toBeLessThan(8);
    expect(largest(sounds[0]!.slice(0, 1700), sound.subarray(0, 1700))).toBeLessThan(1e-7);
  });
});

test("the run says which fault it was trained for", () => {
  expect(faultOf(waveRun("gap", none))).toBe("gap");
  expect(faultOf(waveRun("clip", none))).toBe("clip");
});
