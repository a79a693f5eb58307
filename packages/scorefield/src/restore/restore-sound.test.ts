import { ddim, edm, exact, gaussian, ouve, type ScoreModel, samplerFromRecipe, sbVe, unipc } from "@scorefield/core";
import type { SoundSource } from "@scorefield/data";
import { audio } from "@scorefield/domain/audio";
import { pairCodec, soundFaults } from "@scorefield/domain/sound-fault";
import { defaultRuntime, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LoadedRun } from "../run/load.ts";
import { restoreByPrior } from "./restore-by-prior.ts";
import { restoreSound } from "./restore-sound.ts";

beforeAll(() => setDefaultRuntime(native({ threads: 1 })));
afterAll(() => defaultRuntime().dispose());

const rate = 1000;
const stored = { kind: "sound-pair", rate, length: 256, window: 32, hop: 8, alpha: 0.5, deviation: 1 };
const shape = [2, 16, 32];
const size = 4 * 16 * 32;

/** A run whose residuals are what a function makes of their conditions. */
const bridgeRun = (residual: ScoreModel["denoise"], fault = "noise"): LoadedRun => {
  const codec = pairCodec(stored);
  return {
    path: "runs/exact",
    domain: soundFaults,
    made: { shape: [2, 256] },
    record: { model: { shape }, training: { recipe: { data: { kind: "sound-faults", fault } } } },
    step: 0,
    model: { process: sbVe(), shape, conditions: { observed: { shape: [size] } }, denoise: residual },
    sampler: unipc({ steps: 3 }),
    codec,
    toData: codec.decode,
  } as unknown as LoadedRun;
};

/** A run whose residuals are N(0, 0.1^2) whatever the condition: E[u0 | u] = a v u / (a^2 v + s^2). */
const gaussianRun = (): LoadedRun => {
  const { process } = bridgeRun((u) => u).model;
  return bridgeRun((u, t) => {
    const column = [u.shape[0]!, 1, 1, 1];
    const [a, s] = [process.alpha(t).reshape(column), process.sigma(t).reshape(column)];
    return u.multiply(a.multiply(0.01).divide(a.square().multiply(0.01).add(s.square())));
  });
};

const sourceOf = (data: Float32Array, channels = 1): SoundSource => ({
  channels,
  frames: data.length / channels,
  read: (from, count) => {
    const frames = data.length / channels;
    const n = Math.max(0, Math.min(count, frames - from));
    const part = new Float32Array(channels * n);
    for (let k = 0; k < channels; k++) part.set(data.subarray(k * frames + from, k * frames + from + n), k * n);
    return ndarray(part, [channels, n]);
  },
});

const tone = (frames: number, size = 0.3): Float32Array =>
  Float32Array.from({ length: frames }, (_, t) => size * Math.sin((2 * Math.PI * 50.3 * t) / rate + 0.2));

const collect = async (blocks: ReturnType<typeof restoreSound>, channels = 1) => {
  const all: Float32Array[][] = Array.from({ length: channels }, () => []);
  const drawn: number[] = [];
  let deviation = 0;
  for await (const { mean, deviation: own, draws } of blocks) {
    const n = mean.shape[1]!;
    drawn.push(...draws.data.slice(0, n));
    for (let k = 0; k < channels; k++) all[k]!.push(mean.data.slice(k * n, (k + 1) * n));
    for (const value of own?.data ?? []) deviation = Math.max(deviation, value);
  }
  return { sounds: all.map((parts) => Float32Array.from(parts.flatMap((part) => Array.from(part)))), deviation, drawn };
};

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

describe("by a bridge", () => {
  test("residuals of 0 give the sound itself, without seams, of both channels", async () => {
    const run = bridgeRun((u) => u.multiply(0));
    const sound = Float32Array.from([...tone(1511), ...tone(1511, 0.05)]);
    const { sounds } = await collect(restoreSound(run, sourceOf(sound, 2), { draws: 1, batch: 3 }), 2);
    expect(sounds.map(({ length }) => length)).toEqual([1511, 1511]);
    expect(largest(sounds[0]!, sound.subarray(0, 1511))).toBeLessThan(1e-5);
    expect(largest(sounds[1]!, sound.subarray(1511))).toBeLessThan(1e-5);
  });

  test("a residual of minus the condition takes the sound away, however loud it is", async () => {
    const run = bridgeRun((_u, _t, given) =>
      given!
        .observed!.slice([null, [0, size / 2]])
        .reshape([-1, ...shape])
        .multiply(-1),
    );
    const { sounds } = await collect(restoreSound(run, sourceOf(tone(700)), { draws: 2 }));
    expect(Math.max(...sounds[0]!.map(Math.abs))).toBeLessThan(1e-5);
  });

  test("draws differ, are the same by seed whatever the batch, and their spread is given", async () => {
    const run = gaussianRun();
    const source = sourceOf(tone(900));
    const some = await collect(restoreSound(run, source, { draws: 3, batch: 1, seed: 4 }));
    const same = await collect(restoreSound(run, source, { draws: 3, batch: 4, seed: 4 }));
    const other = await collect(restoreSound(run, source, { draws: 3, batch: 4, seed: 5 }));
    expect(largest(some.sounds[0]!, same.sounds[0]!)).toBeLessThan(1e-5);
    expect(largest(some.drawn, same.drawn)).toBeLessThan(1e-5);
    expect(largest(some.drawn, other.drawn)).toBeGreaterThan(1e-3);
    expect(some.deviation).toBeGreaterThan(1e-3);
    // The mean of such residuals is 0, and needs no draws.
    expect(largest(some.sounds[0]!, tone(900))).toBeLessThan(1e-3);
    const mean = await collect(restoreSound(run, source, { seed: 4 }));
    expect(largest(mean.sounds[0]!, some.sounds[0]!)).toBeLessThan(1e-5);
    expect(mean.drawn).toHaveLength(0);
  });

  test("a draw is the same sound whatever the number of draws and the batch", async () => {
    const run = { ...gaussianRun(), sampler: ddim({ steps: 3, eta: 1 }) };
    const source = sourceOf(Float32Array.from([...tone(900), ...tone(900, 0.1)]), 2);
    const second = async (draws: number, batch?: number) => {
      const parts: number[] = [];
      for await (const { draws: all } of restoreSound(run, source, { draws, seed: 4, ...(batch && { batch }) })) {
        const size = 2 * all.shape[2]!;
        parts.push(...all.data.slice(size, 2 * size));
      }
      return parts;
    };
    const two = await second(2);
    expect(largest(two, await second(5, 1))).toBeLessThan(1e-5);
    expect(largest(two, await second(3, 4))).toBeLessThan(1e-5);
  });

  test("draws of windows that overlap are alike there: they spread as much as in the middle of a window", async () => {
    const run = gaussianRun();
    const variances: number[] = [];
    for await (const { deviation } of restoreSound(run, sourceOf(tone(1024)), { draws: 64, batch: 2 }))
      variances.push(...deviation!.data.map((value) => value ** 2));
    // Windows of 256 begin every 128: at 128 one counts alone, at 192 two count the same. Independent draws would give a ratio of 0.5.
    const around = (first: number) => {
      const near = variances.filter((_, t) => t >= 256 && t < 768 && Math.abs((t % 128) - first) < 16);
      return near.reduce((sum, value) => sum + value, 0) / near.length;
    };
    expect(around(64) / around(0)).toBeGreaterThan(0.85);
    expect(around(64) / around(0)).toBeLessThan(1.15);
  });

  test("a process that starts where much of the sound is left has no mean without draws", async () => {
    const run = bridgeRun((u) => u.multiply(0));
    const far = { ...run, model: { ...run.model, process: ouve() } } as LoadedRun;
    await expect(restoreSound(far, sourceOf(tone(300))).next()).rejects.toThrow(/expected draws of at least 1.*ouve/);
    for await (const { mean, draws } of restoreSound(far, sourceOf(tone(300)), { draws: 1 }))
      expect(Array.from(mean.data)).toEqual(Array.from(draws.data));
  });

  test("an adaptive sampler of the run does not matter to the mean", async () => {
    const run = {
      ...bridgeRun((u) => u.multiply(0)),
      sampler: samplerFromRecipe({ kind: "dormand-prince" }),
    } as LoadedRun;
    const sound = tone(300);
    const { sounds } = await collect(restoreSound(run, sourceOf(sound)));
    expect(largest(sounds[0]!, sound)).toBeLessThan(1e-5);
    await expect(restoreSound(run, sourceOf(sound), { draws: 1 }).next()).rejects.toThrow(/grid of times/);
  });

  test("what clipping has left is put back", async () => {
    const run = bridgeRun(
      (_u, _t, given) =>
        given!
          .observed!.slice([null, [0, size / 2]])
          .reshape([-1, ...shape])
          .multiply(-1),
      "clip",
    );
    const sound = tone(600).map((value) => Math.max(-0.2, Math.min(0.2, value)));
    const { sounds } = await collect(restoreSound(run, sourceOf(sound), { draws: 1 }));
    expect(largest(sounds[0]!, sound)).toBeLessThan(1e-6);
  });

  test("a gap over the end of a window is filled as others are; a sound without gaps is refused", async () => {
    // Residuals of 1 are added to a spectrogram everywhere, so that what is restored is 0 nowhere in a gap.
    const run = bridgeRun((u) => u.multiply(0).add(1), "gap");
    const sound = tone(700);
    // Windows of 256 begin every 128: this gap begins in one and ends in another.
    const faulty = sound.slice().fill(0, 180, 300);
    const { sounds } = await collect(restoreSound(run, sourceOf(faulty), { draws: 1 }));
    for (const t of [180, 200, 254, 257, 299]) expect(Math.abs(sounds[0]![t]!)).toBeGreaterThan(1e-4);
    expect(largest(sounds[0]!.subarray(0, 180), sound.subarray(0, 180))).toBeLessThan(1e-6);
    expect(largest(sounds[0]!.subarray(300), sound.subarray(300))).toBeLessThan(1e-6);
    await expect(restoreSound(run, sourceOf(sound), { draws: 1 }).next()).rejects.toThrow(/expected gaps.*found none/);
  });

  test("other runs and options are refused", async () => {
    const run = bridgeRun((u) => u);
    const source = sourceOf(tone(300));
    await expect(restoreSound({} as never, source).next()).rejects.toThrow(/expected a run/);
    await expect(restoreSound(run, source, { draws: -1 }).next()).rejects.toThrow(/draws/);
    await expect(restoreSound(run, source, { sampler: unipc({ steps: 3 }) }).next()).rejects.toThrow(
      /expected no sampler without draws/,
    );
    await expect(restoreSound(run, source, { overlap: 0.7 }).next()).rejects.toThrow(
      /overlap: expected .* from 0 to 0.5/,
    );
    await expect(restoreSound(run, source, { steps: 3 } as never).next()).rejects.toThrow(/unknown option steps/);
    const plain = { ...run, codec: { stored: { kind: "none" } } } as unknown as LoadedRun;
    await expect(restoreSound(plain, source).next()).rejects.toThrow(/train CLEAN --fault/);
  });
});

describe("by the posterior of a prior of waveforms", () => {
  const length = 64;
  const deviation = 0.2;
  // An autoregressive process: covariance 0.98^|i - j| in units of its deviation.
  const covariance = Array.from({ length }, (_, i) => Array.from({ length }, (_, j) => 0.98 ** Math.abs(i - j)));
  const run = (() => {
    const density = gaussian({ mean: new Array<number>(length).fill(0), covariance });
    const flat = exact(density, edm());
    const model: ScoreModel = {
      process: flat.process,
      shape: [1, length],
      denoise: (x, t) => flat.denoise(x.reshape([-1, length]), t).reshape(x.shape),
    };
    const codec = audio.codec({ kind: "waveform", rate, channels: 1, length, deviation }, [1, length]);
    return {
      path: "runs/prior",
      domain: audio,
      made: { shape: [1, length], rate },
      record: { model: { shape: [1, length] } },
      step: 0,
      model,
      sampler: unipc({ steps: 8 }),
      codec,
      toData: codec.decode,
    } as unknown as LoadedRun;
  })();
  const walk = (() => {
    const values = new Float32Array(200);
    let state = 12345;
    for (let t = 1; t < values.length; t++) {
      state = (state * 1103515245 + 12345) % 2147483648;
      values[t] = 0.98 * values[t - 1]! + 0.2 * (state / 2147483648 - 0.5) * 0.7;
    }
    return values;
  })();
  const root = (a: ArrayLike<number>, b: ArrayLike<number>, of: (t: number) => boolean) => {
    const places = Array.from(b as Float32Array, (_, t) => t).filter(of);
    return Math.sqrt(places.reduce((sum, t) => sum + (a[t]! - b[t]!) ** 2, 0) / places.length);
  };

  test("a gap is filled nearer to the truth than silence, and the rest stays", async () => {
    const [from, to] = [100, 106];
    const faulty = walk.slice().fill(0, from, to);
    const { sounds } = await collect(restoreByPrior(run, sourceOf(faulty), { fault: "gap", draws: 8 }));
    const inside = (t: number) => t >= from && t < to;
    expect(root(sounds[0]!, walk, inside)).toBeLessThan(0.5 * root(faulty, walk, inside));
    expect(root(sounds[0]!, walk, (t) => !inside(t))).toBeLessThan(1e-6);
    await expect(restoreByPrior(run, sourceOf(walk), { fault: "gap" }).next()).rejects.toThrow(/expected gaps/);
  });

  test("clipping is undone in part", async () => {
    const limit = 0.6 * Math.max(...walk.map(Math.abs));
    const faulty = walk.map((value) => Math.max(-limit, Math.min(limit, value)));
    const { sounds } = await collect(restoreByPrior(run, sourceOf(faulty), { fault: "clip", draws: 8 }));
    const inside = (t: number) => Math.abs(faulty[t]!) >= 0.999 * limit;
    expect(root(sounds[0]!, walk, inside)).toBeLessThan(root(faulty, walk, inside));
  });

  test("clipping is undone on both sides where its limits differ, as those of 8 bits", async () => {
    const [low, high] = [0.6 * Math.min(...walk), 0.55 * Math.max(...walk)];
    const faulty = walk.map((value) => Math.max(low, Math.min(high, value)));
    const { sounds } = await collect(restoreByPrior(run, sourceOf(faulty), { fault: "clip", draws: 2 }));
    for (const limit of [low, high].map(Math.fround)) {
      const clipped = [...faulty.keys()].filter((t) => faulty[t] === limit);
      expect(clipped.length).toBeGreaterThan(0);
      expect(Math.max(...clipped.map((t) => Math.abs(sounds[0]![t]! / limit)))).toBeGreaterThan(1.01);
    }
    expect(largest(sounds[0]!, faulty)).toBeLessThan(1);
    for (const t of faulty.keys())
      if (faulty[t]! > 0.99 * low && faulty[t]! < 0.99 * high) expect(sounds[0]![t]).toBeCloseTo(faulty[t]!, 6);
  });

  test("what is said of the fault is checked", async () => {
    await expect(restoreByPrior(run, sourceOf(walk), { fault: "band" }).next()).rejects.toThrow(/highest frequency/);
    await expect(restoreByPrior(run, sourceOf(walk), {} as never).next()).rejects.toThrow(
      /expected noise, clip, gap, band/,
    );
    await expect(
      restoreByPrior(
        bridgeRun((u) => u),
        sourceOf(walk),
        { fault: "gap" },
      ).next(),
    ).rejects.toThrow(/waveforms of one channel/);
  });
});
