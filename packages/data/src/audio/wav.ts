/** WAV files in memory. No Node module is used here: pages read and play them too. */
import type { FloatType, NdArray } from "@scorefield/tensor";
import type { Known } from "@scorefield/tensor/internal";
import { checkBytes, checkOptions } from "../check-call.ts";
import { DataError } from "../errors.ts";
import { checkSound, type Sound } from "./sound.ts";
import { formatBytes, readWavHeader, type WavFormat } from "./wav-header.ts";
import { fromFrames, toFrames } from "./wav-numbers.ts";

/**
 * The sound of the bytes of a WAV file: whole numbers of 8, 16, 24 and 32 bits, floating-point ones of 32 and 64, any rate, any
 * channels, plain, WAVE_FORMAT_EXTENSIBLE and RF64. The numbers are exact: float64 for 32-bit and 64-bit ones, else float32.
 * @param path names the file in errors
 * @throws DataError for another or a damaged file, and formats that need a decoder
 */
export const decodeWav = async (bytes: Uint8Array, path?: string): Promise<Sound> => {
  checkBytes("decodeWav", bytes);
  const header = await readWavHeader((from, count) => bytes.subarray(from, from + count), bytes.length, path);
  const { rate, channels, format, frames, from } = header;
  const end = from + frames * channels * formatBytes[format];
  return { rate, samples: fromFrames(bytes.subarray(from, end), format, channels) };
};

/** Options of {@link encodeWav}. */
export interface WavOptions {
  /** How numbers are stored; default int16. */
  readonly format?: WavFormat | undefined;
}

/** A header of plain WAV holds sizes below this. */
const mostBytes = 2 ** 32 - 64;

/** @throws DataError for an unknown format */
export const checkFormat = (name: string, format: unknown): void => {
  if (!Object.hasOwn(formatBytes, format as string))
    throw new DataError({
      expected: `${name} format to be ${Object.keys(formatBytes).join(" or ")}`,
      found: `${format}`,
    });
};

/** The first 44 bytes of a WAV file. @throws DataError for more than 4 GiB of sound */
export const wavHead = (rate: number, channels: number, frames: number, format: WavFormat): Uint8Array => {
  const width = formatBytes[format];
  const size = channels * frames * width;
  if (size > mostBytes)
    throw new DataError({
      expected: "at most 4 GiB of sound in a WAV file",
      found: `${(size / 2 ** 30).toFixed(1)} GiB`,
      fix: "Write it in several files",
    });
  const bytes = new Uint8Array(44);
  const view = new DataView(bytes.buffer);
  const text = (at: number, name: string): void => {
    for (let i = 0; i < 4; i++) bytes[at + i] = name.charCodeAt(i);
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + size + (size % 2), true);
  text(8, "WAVE");
  text(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, format.startsWith("float") ? 3 : 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, Math.min(2 ** 32 - 1, rate * channels * width), true);
  view.setUint16(32, channels * width, true);
  view.setUint16(34, 8 * width, true);
  text(36, "data");
  view.setUint32(40, size, true);
  return bytes;
};

/** The byte that makes the size of the sound even. */
export const evenEnd = (size: number): Uint8Array => new Uint8Array(size % 2);

/** A sound as the bytes of a WAV file. @throws DataError for what is no sound, or too long for one file */
export const encodeWav = (sound: Sound, options: WavOptions = {}): Uint8Array => {
  checkSound("encodeWav", sound);
  checkOptions("encodeWav", options, { format: true } satisfies Known<WavOptions>);
  const { format = "int16" } = options;
  checkFormat("encodeWav", format);
  const { rate, samples } = sound;
  const [channels = 1, frames = 0] = samples.shape;
  const body = toFrames(samples as NdArray<FloatType>, format);
  const parts = [wavHead(rate, channels, frames, format), body, evenEnd(body.length)];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
