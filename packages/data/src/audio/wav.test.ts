import { ndarray } from "@scorefield/tensor";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DataError } from "../errors.ts";
import { decodeWav, encodeWav } from "./wav.ts";
import type { WavFormat } from "./wav-header.ts";

const formats: readonly WavFormat[] = ["uint8", "int16", "int24", "int32", "float32", "float64"];
const step = { uint8: 2 ** -7, int16: 2 ** -15, int24: 2 ** -23, int32: 2 ** -31, float32: 0, float64: 0 };
const wave = (channels: number, frames: number) => ({
  rate: 11_025,
  samples: ndarray(
    Float64Array.from({ length: channels * frames }, (_, i) => 0.9 * Math.sin(0.37 * i + 0.1)),
    [channels, frames],
  ),
});

describe("a WAV file", () => {
  test.each(formats.flatMap((format) => [1, 2, 5].map((channels) => [format, channels] as const)))(
    "of %s, %d channels, holds the sound to half a step, and then exactly",
    async (format, channels) => {
      const sound = wave(channels, 101);
      const bytes = encodeWav(sound, { format });
      expect(bytes.length % 2).toBe(0);
      const read = await decodeWav(bytes);
      expect([read.rate, read.samples.shape]).toEqual([11_025, [channels, 101]]);
      expect(read.samples.dtype).toBe(["int32", "float64"].includes(format) ? "float64" : "float32");
      const error = Math.max(...sound.samples.data.map((value, i) => Math.abs(value - read.samples.data[i]!)));
      expect(error).toBeLessThanOrEqual(step[format] / 2 + (format === "float32" ? 2 ** -25 : 0));
      expect(encodeWav(read, { format })).toEqual(bytes);
    },
  );

  test("clips what is beyond full scale, except floating-point numbers", async () => {
    const loud = { rate: 8000, samples: ndarray(Float32Array.of(-2, -1, 0.5, 1, 3, Number.NaN), [1, 6]) };
    const { samples } = await decodeWav(encodeWav(loud));
    expect([...samples.data]).toEqual([-1, -1, 0.5, 1 - 2 ** -15, 1 - 2 ** -15, 0]);
    expect([...(await decodeWav(encodeWav(loud, { format: "float32" }))).samples.data]).toEqual([-2, -1, 0.5, 1, 3, 0]);
  });

  test("may be extensible, RF64, of unknown length, and hold other chunks first", async () => {
    const plain = encodeWav(wave(2, 50), { format: "int24" });
    const body = plain.subarray(44);
    const chunk = (name: string, content: Uint8Array, size = content.length) => {
      const head = new Uint8Array(8);
      for (let i = 0; i < 4; i++) head[i] = name.charCodeAt(i);
      new DataView(head.buffer).setUint32(4, size, true);
      return [...head, ...content, ...(content.length % 2 ? [0] : [])];
    };
    const extensible = new Uint8Array(40);
    extensible.set(plain.subarray(20, 36));
    extensible.set([0xfe, 0xff]);
    extensible.set([22, 0, 24, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71], 16);
    const file = (kind: string, ...chunks: readonly number[][]) =>
      Uint8Array.from([
        ...chunk(kind, new Uint8Array(0)),
        ...[..."WAVE"].map((c) => c.charCodeAt(0)),
        ...chunks.flat(),
      ]);
    const wanted = await decodeWav(plain);
    expect(
      await decodeWav(file("RIFF", chunk("LIST", new Uint8Array(7)), chunk("fmt ", extensible), chunk("data", body))),
    ).toEqual(wanted);
    const piped = file("RIFF", chunk("fmt ", extensible), chunk("data", body, 0xffffffff));
    expect(await decodeWav(piped)).toEqual(wanted);
    const sizes = new Uint8Array(28);
    new DataView(sizes.buffer).setBigUint64(8, BigInt(body.length), true);
    const long = file("RF64", chunk("ds64", sizes), chunk("fmt ", extensible), chunk("data", body, 0xffffffff));
    expect(await decodeWav(long)).toEqual(wanted);
  });

  test.each<[string, (bytes: Uint8Array) => Uint8Array, RegExp]>([
    ["empty", () => new Uint8Array(0), /expected a WAV file, found 0 bytes/],
    ["of another kind", (b) => b.fill(65, 0, 4), /expected a WAV file, found other first bytes/],
    [
      "cut off",
      (b) => b.subarray(0, 60),
      /expected 20 bytes of sound, as the header says, found 16: the file is cut off/,
    ],
    ["without a format", (b) => b.fill(0, 12, 16), /no format chunk before the sound/],
    ["of mu-law", (b) => b.fill(7, 20, 21), /found mu-law of 16 bits. Convert it to 16-bit PCM/],
    ["of 12 bits", (b) => b.fill(12, 34, 35), /found numbers of 12 bits/],
    ["of no channel", (b) => b.fill(0, 22, 24), /expected 1 to 256 channels, found 0/],
    ["of no rate", (b) => b.fill(0, 24, 28), /samples a second, found 0/],
    ["of odd frames", (b) => b.fill(5, 32, 33), /expected 2 bytes for each frame of 1 channels, found 5/],
  ])("that is %s is refused", async (_, damage, message) => {
    const bytes = damage(encodeWav(wave(1, 10)).slice());
    await expect(decodeWav(bytes, "x.wav")).rejects.toThrow(message);
    await expect(decodeWav(bytes, "x.wav")).rejects.toThrow(DataError);
  });

  test("with any bytes changed or cut off is read or refused in words, and never takes long", async () => {
    const whole = encodeWav(wave(2, 30), { format: "int16" });
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(whole.length), async (changed, length) => {
        const bytes = whole.slice();
        for (const [at, value] of changed) bytes[at % 48] = value;
        const sound = await decodeWav(bytes.subarray(0, length)).catch((error: unknown) => {
          expect(error).toBeInstanceOf(DataError);
          return undefined;
        });
        if (sound) expect(sound.samples.data.length).toBeLessThanOrEqual(length);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
