import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normal } from "@scorefield/core";
import { readSound, writeSound } from "@scorefield/data";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recogniseData } from "../built-in.ts";
import { firstSamples } from "../samples.ts";
import { fillSettings } from "../settings.ts";
import { partsOf } from "./cut-sound.ts";
import { audio } from "./domain.ts";
import { fieldsOfName, parsePattern } from "./file-names.ts";
import { spectrogramPictures } from "./spectrogram-picture.ts";

let folder: string;
const rate = 8000;
const burst = (seconds: number, hertz: number, loud = 0.5) =>
  ndarray(
    Float32Array.from(
      { length: Math.round(seconds * rate) },
      (_, t) => loud * Math.sin((2 * Math.PI * hertz * t) / rate),
    ),
    [1, Math.round(seconds * rate)],
  );
const read = (settings: Readonly<Record<string, unknown>>) =>
  audio.read(fillSettings(audio, { kind: "audio", ...settings }), { folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "scorefield-audio-"));
  await mkdir(join(folder, "words", "deep"), { recursive: true });
  for (const [n, speaker] of ["ann", "bob", "cy"].entries())
    for (const word of ["yes", "no"])
      for (const take of [0, 1])
        await writeSound(join(folder, "words", take ? "deep" : "", `${word}_${speaker}_${take}.wav`), {
          rate,
          samples: burst(0.2 + 0.05 * n, word === "yes" ? 440 : 900, 0.1 + 0.2 * n),
        });
  const silence = new Float32Array(4000);
  const parts = [burst(0.3, 500).data, silence, burst(0.5, 700).data, silence, burst(0.02, 700).data];
  const joined = Float32Array.from(parts.flatMap((part) => [...part]));
  await writeSound(join(folder, "long.wav"), { rate, samples: ndarray(joined, [1, joined.length]) });
});
afterAll(() => rm(folder, { recursive: true }));

describe("a folder of sounds", () => {
  test("is known for one by its first sound, in any sub-folder, and a file by its name", () => {
    expect(recogniseData(join(folder, "words"), { isFolder: true })).toMatchObject({ kind: "audio" });
    expect(recogniseData("a/b.flac")).toEqual({ kind: "audio", path: "a/b.flac" });
    expect(recogniseData(join(folder, "none"), { isFolder: true })?.kind).toBe("images");
  });

  test("is read as samples of one length, as loud as they go, with labels of their names", async () => {
    const { samples, settings, remarks } = await read({ path: "words", labels: "names" });
    // 95 % of the files last 0.3 s: 2400 numbers become 5 times 8 hops of 64.
    expect(samples).toMatchObject({ count: 12, shape: [1, 2560], rate, classes: ["no", "yes"] });
    expect(settings).toMatchObject({ seconds: 0.32, segments: "files", window: 128, hop: 64, rate });
    expect(remarks).toEqual([]);
    const values = (await firstSamples(samples)) as NdArray<"float32">;
    for (let i = 0; i < 12; i++) {
      const one = values.data.subarray(i * 2560, (i + 1) * 2560);
      expect(Math.max(...one.map(Math.abs))).toBe(1);
      expect([...one.subarray(2400)].every((value) => value === 0)).toBe(true);
    }
    const again = await audio.read(settings, { folder });
    expect([again.samples.sha256, again.samples.shape]).toEqual([samples.sha256, samples.shape]);
    const kept = await read({ path: "words", level: "keep" });
    expect(Math.max(...(await firstSamples(kept.samples)).data.map(Math.abs))).toBeCloseTo(0.5, 2);
  });

  test("keeps the files of a speaker together, leaves speakers out, and chooses classes", async () => {
    const { samples } = await read({ path: "words", labels: "names", apart: "speaker" });
    expect(new Set(samples.groups).size).toBe(3);
    const without = await read({ path: "words", labels: "names", leaveOut: ["speaker=bob"], only: ["yes"] });
    expect(without.samples).toMatchObject({ count: 4, classes: ["yes"] });
    await expect(read({ path: "words", leaveOut: ["speaker=dan"] })).rejects.toThrow(
      "files of speaker=dan to leave out",
    );
    await expect(read({ path: "words", leaveOut: ["who=bob"] })).rejects.toThrow("a pattern with the field {who}");
    await expect(read({ path: "words", labels: "names", pattern: "{label}-{take}" })).rejects.toThrow(
      "expected names of the pattern {label}-{take}, found deep/no_ann_1.wav",
    );
  });

  test("takes labels from a table, or from folders", async () => {
    await writeFile(
      join(folder, "labels.csv"),
      `file,label\n${["yes", "no"].flatMap((w) => ["ann", "bob", "cy"].flatMap((s) => [0, 1].map((t) => `${w}_${s}_${t},${s}`))).join("\n")}\n`,
    );
    const { samples } = await read({ path: "words", labels: "labels.csv" });
    expect(samples.classes).toEqual(["ann", "bob", "cy"]);
    await writeFile(join(folder, "short.csv"), "file,label\nyes_ann_0,a\n");
    await expect(read({ path: "words", labels: "short.csv" })).rejects.toThrow("none for 11: deep/no_ann_1.wav");
    await expect(read({ path: "words", labels: "folders" })).rejects.toThrow("no_ann_0.wav in none");
  });

  test("is resampled to the rate asked for, and says so", async () => {
    const { samples, remarks } = await read({ path: "words", rate: 4000 });
    expect(samples).toMatchObject({ rate: 4000, shape: [1, 1280] });
    expect(remarks).toEqual(["12 of 12 files are resampled to 4000 Hz"]);
  });
});

describe("a long sound", () => {
  test("is cut into equal lengths, or at its silences", async () => {
    const equal = await read({ path: "long.wav", seconds: 0.25 });
    expect(equal.samples).toMatchObject({ shape: [1, 2048], count: 7 });
    const cut = await read({ path: "long.wav", seconds: 0.4, segments: "silence" });
    // 0.3 s and 0.5 s, of which the rest is too short; and what is below 0.1 s is left out.
    expect(cut.samples).toMatchObject({ shape: [1, 3072], count: 2 });
    const [first] = [(await cut.samples.read([0])).data];
    expect(first.findLastIndex((value) => value !== 0)).toBeLessThan(2400 + 160);
  });

  test("of nothing but silence has no samples between silences", () => {
    const silence = ndarray(new Float32Array(8000), [1, 8000]);
    expect(partsOf(silence, rate, 1000, "silence")).toEqual([]);
    expect(partsOf(silence, rate, 3000, "length")).toEqual([
      { from: 0, count: 3000 },
      { from: 3000, count: 3000 },
      { from: 6000, count: 2000 },
    ]);
  });
});

test("the fields of a name end where the next text begins", () => {
  const pattern = parsePattern("s{speaker}-{label}.{take}");
  expect(fieldsOfName(pattern, "sann-yes.no.1")).toEqual({ speaker: "ann", label: "yes", take: "no.1" });
  expect(fieldsOfName(pattern, "ann-yes.1")).toBeUndefined();
  expect(fieldsOfName(pattern, "sann-yes.")).toBeUndefined();
  for (const broken of ["{label", "label}", "x", "{a}{b}", "{a}_{a}", "{}"])
    expect(() => parsePattern(broken)).toThrow(/expected a pattern of fields/);
});

test("a picture of a tone is bright at its height, and 60 dB below it black", () => {
  const pictures = spectrogramPictures({ ...burst(0.256, 1000), shape: [1, 1, 2048] }, rate);
  expect(pictures.shape).toEqual([1, 1, 64, 32]);
  const column = Array.from({ length: 64 }, (_, row) => pictures.data[row * 32 + 10]!);
  // 1000 Hz is bin 16 of 64, from below.
  expect(column.indexOf(Math.max(...column))).toBe(63 - 16);
  expect(Math.min(...column)).toBe(-1);
});

describe("what a model learns", () => {
  const sounds = ndarray(normal([6 * 1024], { seed: 4 }).data, [6, 1, 1024]);
  const samples = { count: 6, shape: [1, 1024], rate, sha256: "", read: () => sounds };

  test("is a spectrogram of deviation 1, and decodes to the sound to 1e-6 of its peak", async () => {
    const codec = await audio.fit("spectrogram", samples, fillSettings(audio, { kind: "audio", path: "." }));
    const encoded = codec.encode(sounds, { seed: 0, part: 0 });
    expect(encoded.shape).toEqual([6, 2, 64, 16]);
    const square = encoded.data.reduce((sum, value) => sum + value ** 2, 0) / encoded.data.length;
    expect(square).toBeGreaterThan(0.9);
    expect(square).toBeLessThan(1.1);
    const back = codec.decode(encoded);
    const error = Math.max(...sounds.data.map((value, i) => Math.abs(value - back.data[i]!)));
    expect(error).toBeLessThan(1e-6 * Math.max(...sounds.data.map(Math.abs)) * 3);
    const compact = codec.compact!;
    expect(compact.widen(compact.encode(sounds, { seed: 0, part: 0 }))).toEqual(encoded);
    expect(codec.volume).toBeUndefined();
  });

  test("is a waveform of deviation 1, with a density", async () => {
    const codec = await audio.fit("waveform", samples);
    const encoded = codec.encode(sounds, { seed: 0, part: 0 });
    const { deviation } = codec.stored as unknown as { deviation: number };
    expect(codec.volume!(sounds, encoded).logVolume[0]).toBeCloseTo(-1024 * Math.log(deviation), 8);
    expect(() => audio.codec({ ...codec.stored, deviation: 0 }, [1, 1024])).toThrow("a deviation above 0");
    expect(() => audio.codec({ ...codec.stored, length: -1 }, [1, 1024])).toThrow("length as a whole number");
    expect(() => codec.encode(ndarray(new Float32Array(5), [1, 1, 5]), { seed: 0, part: 0 })).toThrow(
      "expected sounds [n, 1, 1024]",
    );
  });
});

test("drawn sounds are written one by one, in folders of their classes, and one after the other", async () => {
  const sounds = ndarray(
    Float64Array.from({ length: 3 * 100 }, (_, i) => Math.sin(i)),
    [3, 1, 100],
  );
  const shown = { shape: [1, 100], rate, classNames: ["a", "b"], firstSample: 1 };
  const { files, content } = audio.writing([1, 100]);
  const written: (readonly [string, string | undefined])[] = [];
  for await (const { name, folder: of } of files!(sounds, shown)) written.push([name, of]);
  expect(written).toEqual([
    ["00001.wav", "b"],
    ["00002.wav", "a"],
    ["00003.wav", "b"],
  ]);
  await writeFile(join(folder, "all.wav"), (await content(".wav", sounds, shown)) as Uint8Array);
  const all = await readSound(join(folder, "all.wav"));
  expect([all.rate, all.samples.shape]).toEqual([rate, [1, 3 * 100 + 2 * 2000]]);
});
