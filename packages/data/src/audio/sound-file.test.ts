import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ndarray } from "@scorefield/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { loadDecoder } from "./compressed.ts";
import { resample } from "./resample.ts";
import { mixDown } from "./sound.ts";
import { isSoundName, openSound, readSound, writeSound, writeSoundBlocks } from "./sound-file.ts";
import { flacTone, mp3Tone, oggTone } from "./tone.case.ts";

const folder = mkdtempSync(join(tmpdir(), "scorefield-sound-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const tone = (rate: number, frames: number, hertz = 440) => ({
  rate,
  samples: ndarray(
    Float32Array.from({ length: frames }, (_, t) => 0.5 * Math.sin((2 * Math.PI * hertz * t) / rate)),
    [1, frames],
  ),
});

describe("a file of a sound", () => {
  test("is read in parts, as it was written in blocks", async () => {
    const whole = tone(8000, 1000);
    await writeSound(at("a.wav"), whole, { format: "float32" });
    const file = await openSound(at("a.wav"));
    expect([file.rate, file.channels, file.frames]).toEqual([8000, 1, 1000]);
    expect([...(await file.read(990, 50)).data]).toEqual([...whole.samples.data.subarray(990)]);
    expect((await file.read(2000, 5)).shape).toEqual([1, 0]);
    const blocks = [await file.read(0, 700), await file.read(700, 300)];
    await file.close();
    await writeSoundBlocks(at("b.wav"), blocks, { rate: 8000, channels: 1, frames: 1000, format: "float32" });
    expect(await readSound(at("b.wav"))).toEqual(whole);
    const short = writeSoundBlocks(at("c.wav"), blocks, { rate: 8000, channels: 1, frames: 1001 });
    await expect(short).rejects.toThrow("expected 1001 frames in all, found 1000");
  });

  test.each([
    ["flac", flacTone, 2 ** -15, 0],
    // An MP3 begins with the silence that its encoder and decoder need: here 576 + 529 frames.
    ["mp3", mp3Tone, 0.05, 1105],
    ["ogg", oggTone, 0.05, 0],
  ])("of %s is decoded", async (ending, text, tolerance, delay) => {
    // The name says nothing: the first bytes do.
    writeFileSync(at(`${ending}.sound`), Buffer.from(text, "base64"));
    const { rate, samples } = await readSound(at(`${ending}.sound`));
    expect(rate).toBe(8000);
    expect(samples.shape[0]).toBe(1);
    const wanted = tone(8000, 1600).samples.data;
    // The ends of a lossy code are less like the sound.
    const from = 200;
    const error = wanted.subarray(from, 1400).map((value, t) => Math.abs(value - samples.data[delay + from + t]!));
    expect(Math.max(...error)).toBeLessThan(tolerance);
    writeFileSync(at(`cut.${ending}`), Buffer.from(text, "base64").subarray(0, 40));
    await expect(readSound(at(`cut.${ending}`))).rejects.toThrow(/expected a complete .* file, found/);
  });

  test("of FLAC that lacks frames of those that its beginning says is refused", async () => {
    const bytes = Buffer.from(flacTone, "base64");
    expect(bytes.readUInt32BE(22)).toBe(1600);
    bytes.writeUInt32BE(2000, 22);
    writeFileSync(at("short.flac"), bytes);
    await expect(readSound(at("short.flac"))).rejects.toThrow("found 1600 of 2000 frames: the file is cut off");
  });

  test("of which the decoder is not installed says what to install", async () => {
    const none = () => Promise.reject(new Error("Cannot find package"));
    await expect(loadDecoder("mp3", "x.mp3", none)).rejects.toThrow(
      "x.mp3: expected the package mpg123-decoder, which reads MP3 files, found none that can be loaded. Install it beside scorefield: npm install mpg123-decoder.",
    );
  });

  test("that is missing, or of another kind, is refused", async () => {
    await expect(readSound(at("none.wav"))).rejects.toThrow("no such file");
    writeFileSync(at("text.wav"), "some words");
    await expect(readSound(at("text.wav"))).rejects.toThrow("expected a WAV, FLAC, MP3 or OGG Vorbis file");
    expect(["a.WAV", "b.flac", "c.txt"].map(isSoundName)).toEqual([true, true, false]);
  });
});

test("channels are mixed to their mean", () => {
  const stereo = { rate: 8000, samples: ndarray(Float32Array.of(1, 0, 0.5, -1), [2, 2]) };
  expect([...mixDown(stereo).samples.data]).toEqual([0.75, -0.5]);
});

describe("another rate", () => {
  test.each([
    [8000, 16_000],
    [44_100, 8000],
    [16_000, 11_025],
  ])("keeps a tone: %d to %d Hz", async (from, to) => {
    const frames = 3000;
    const { samples, rate } = await resample(tone(from, frames), to);
    const wanted = tone(to, Math.round((frames * to) / from)).samples;
    expect([rate, samples.shape]).toEqual([to, wanted.shape]);
    // Both ends sound as if silence were around them.
    for (let t = 150; t < samples.shape[1]! - 150; t++)
      expect(Math.abs(samples.data[t]! - wanted.data[t]!)).toBeLessThan(1e-4);
  });

  test("filters out what it cannot hold, and gives the same sound for its own rate", async () => {
    const high = await resample(tone(16_000, 4000, 6000), 8000);
    expect(Math.max(...high.samples.data.subarray(300, 1700).map(Math.abs))).toBeLessThan(1e-4);
    const sound = tone(8000, 10);
    expect(await resample(sound, 8000)).toBe(sound);
    await expect(resample(sound, 8000 * 300)).rejects.toThrow("between a 256th and 256 times 8000 Hz");
  });

  test("a long sound has the wanted number of frames, which the library takes in pieces", async () => {
    const { samples } = await resample(tone(8000, 1_500_000), 4000);
    expect(samples.shape).toEqual([1, 750_000]);
    expect(Math.abs(samples.data[749_000]! - 0.5 * Math.sin((2 * Math.PI * 440 * 749_000) / 4000))).toBeLessThan(1e-4);
  });
});
