import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { openSound, writeSoundBlocks } from "./sound-file.ts";
import { type ChangeWindows, type StreamOptions, streamWindows } from "./stream-windows.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-windows-"));
afterAll(() => rmSync(folder, { recursive: true }));

const rate = 8000;
const toneAt = (from: number, count: number, hertz = 440) =>
  Float32Array.from({ length: count }, (_, t) => 0.5 * Math.sin((2 * Math.PI * hertz * (from + t)) / rate));

const inMemory = (samples: NdArray<"float32">) => ({
  channels: samples.shape[0]!,
  frames: samples.shape[1]!,
  read: (from: number, count: number) => {
    const frames = samples.shape[1]!;
    const taken = Math.min(count, frames - from);
    const data = Array.from({ length: samples.shape[0]! }, (_, k) => [
      ...samples.data.subarray(k * frames + from, k * frames + from + taken),
    ]).flat();
    return ndarray(Float32Array.from(data), [samples.shape[0]!, taken]);
  },
});
const all = async (sound: NdArray<"float32">, options: StreamOptions, change: ChangeWindows) => {
  const blocks: NdArray<"float32">[] = [];
  for await (const block of streamWindows(inMemory(sound), options, change)) blocks.push(block);
  const channels = sound.shape[0]!;
  return Float32Array.from(
    Array.from({ length: channels }, (_, k) =>
      blocks.flatMap(({ data, shape: [, n = 0] }) => [...data.subarray(k * n, (k + 1) * n)]),
    ).flat(),
  );
};

describe("windows of a sound", () => {
  test.each([
    [1, 1, 16, 4, 1],
    [2, 37, 16, 8, 3],
    [1, 16, 16, 4, 2],
    [2, 1000, 64, 0, 5],
    [1, 999, 50, 25, 4],
    [3, 0, 16, 4, 1],
  ])("that change nothing give it back: %d channels, %d frames, windows of %d that share %d", async (...args) => {
    const [channels, frames, window, overlap, batch] = args;
    const sound = ndarray(toneAt(0, channels * frames), [channels, frames]);
    let least = frames;
    const same = await all(sound, { window, overlap, batch }, (windows, from) => {
      expect(windows.shape).toEqual([from.length, channels, window]);
      least = Math.min(least, ...from);
      return windows;
    });
    expect(same.length).toBe(channels * frames);
    for (const [i, value] of sound.data.entries()) expect(Math.abs(same[i]! - value)).toBeLessThan(1e-7);
    expect(least).toBe(0);
  });

  test("have no seam: a gain that jumps from window to window glides in the joined tone", async () => {
    // Every other window is silent, and windows begin at all phases of the tone.
    const sound = ndarray(toneAt(0, 8000, 433), [1, 8000]);
    const jumpsOf = async (window: number, overlap: number) => {
      const joined = await all(sound, { window, overlap }, (windows, from) =>
        ndarray(
          windows.data.map((value) => (from[0]! % 1600 === 0 ? value : 0)),
          windows.shape,
        ),
      );
      return Math.max(...joined.subarray(1).map((value, t) => Math.abs(value - joined[t]!)));
    };
    const tone = 0.5 * 2 * Math.sin((Math.PI * 433) / rate);
    // The fade over 200 frames moves by at most pi / 400 in one.
    expect(await jumpsOf(1000, 200)).toBeLessThan(tone + (0.5 * Math.PI) / 400);
    expect(await jumpsOf(800, 0)).toBeGreaterThan(0.4);
  });

  test("of ten minutes take the memory of a few", async () => {
    const frames = 600 * rate;
    const path = join(folder, "long.wav");
    function* blocks() {
      for (let from = 0; from < frames; from += 80_000) yield ndarray(toneAt(from, 80_000), [1, 80_000]);
    }
    await writeSoundBlocks(path, blocks(), { rate, channels: 1, frames, format: "float32" });
    const file = await openSound(path);
    globalThis.gc?.();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    let error = 0;
    let place = 0;
    for await (const { data } of streamWindows(file, { window: 16_384, batch: 4 }, (windows) => windows)) {
      const wanted = toneAt(place, data.length);
      for (let t = 0; t < data.length; t += 97) error = Math.max(error, Math.abs(data[t]! - wanted[t]!));
      place += data.length;
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    await file.close();
    expect(place).toBe(frames);
    expect(error).toBeLessThan(1e-6);
    // The sound itself takes 19.2 MB. What was dropped and is not yet collected is counted too.
    expect(most).toBeLessThan(12e6);
  });

  test("out of range are refused", async () => {
    const sound = ndarray(toneAt(0, 100), [1, 100]);
    await expect(all(sound, { window: 1 }, (w) => w)).rejects.toThrow("expected window to be a whole number of 2");
    await expect(all(sound, { window: 16, overlap: 9 }, (w) => w)).rejects.toThrow("overlap");
    await expect(all(sound, { window: 16 }, () => ndarray(new Float32Array(8), [1, 1, 8]))).rejects.toThrow(
      "expected changed windows of shape [1, 1, 16], found [1, 1, 8]",
    );
  });
});
