/** Sounds in files: any part of a long one, and blocks in order. */
import { open } from "node:fs/promises";
import { type FloatType, type NdArray, sizeOf } from "@scorefield/tensor";
import type { Known } from "@scorefield/tensor/internal";
import { atomicWrite } from "../atomic-write.ts";
import { readWhole } from "../bytes.ts";
import { checkOptions, checkPath } from "../check-call.ts";
import { DataError, describeSystemError } from "../errors.ts";
import { type CompressedFormat, decodeCompressed } from "./compressed.ts";
import { checkRate, checkSound, mostChannels, type Sound } from "./sound.ts";
import { checkFormat, encodeWav, evenEnd, type WavOptions, wavHead } from "./wav.ts";
import { formatBytes, readWavHeader } from "./wav-header.ts";
import { fromFrames, toFrames } from "./wav-numbers.ts";

/** A sound that is read in parts. */
export interface SoundFile {
  readonly rate: number;
  readonly channels: number;
  readonly frames: number;
  /**
   * Some frames, fewer at the end: [channels, count].
   * @throws DataError when the system refuses
   */
  read(from: number, count: number): Promise<NdArray<FloatType>>;
  close(): Promise<void>;
}

/** Whether a name is one of the formats that are read. */
export const isSoundName = (name: string): boolean => /\.(wav|wave|flac|mp3|ogg|oga)$/i.test(name);

const starts = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((letter, i) => bytes[i] === letter.charCodeAt(0));

const formatOf = (bytes: Uint8Array): "wav" | CompressedFormat | undefined => {
  if (["RIFF", "RF64", "BW64"].some((name) => starts(bytes, name))) return "wav";
  if (starts(bytes, "fLaC")) return "flac";
  if (starts(bytes, "OggS")) return "ogg";
  // MP3 begins with a tag, or with the eleven bits that begin a frame, of layer 3.
  return starts(bytes, "ID3") || (bytes[0] === 0xff && (bytes[1]! & 0xe6) === 0xe2) ? "mp3" : undefined;
};

/** Some of [channels, frames]. */
const part = ({ dtype, shape, data }: NdArray<FloatType>, from: number, count: number): NdArray<FloatType> => {
  const [channels = 1, frames = 0] = shape;
  const end = Math.min(frames, from + count);
  const taken = Math.max(0, end - from);
  const values = data.slice(0, channels * taken);
  for (let k = 0; k < channels; k++)
    if (taken > 0) values.set(data.subarray(k * frames + from, k * frames + end) as Float32Array, k * taken);
  return { dtype, shape: [channels, taken], data: values } as NdArray<FloatType>;
};

/**
 * Opens a sound: WAV in any size, of which only what is asked for is read; FLAC, MP3 and OGG Vorbis, which are decoded whole, by
 * packages that are installed beside this one. An MP3 begins with the silence that its encoder put there. The format is known by
 * the first bytes.
 * @throws DataError for a file that is missing, damaged, of another format, or whose decoder is not installed
 */
export const openSound = async (path: string): Promise<SoundFile> => {
  checkPath("openSound", path);
  try {
    const handle = await open(path);
    const bytesAt = async (from: number, count: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(count);
      let filled = 0;
      while (filled < count) {
        const { bytesRead } = await handle.read(bytes, filled, count - filled, from + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    };
    try {
      const kind = formatOf(await bytesAt(0, 4));
      if (kind === undefined)
        throw new DataError({
          path,
          expected: "a WAV, FLAC, MP3 or OGG Vorbis file",
          found: "another format, by its first bytes, or a damaged file",
          fix: "Convert it to WAV, such as by ffmpeg -i IN OUT.wav",
        });
      if (kind !== "wav") {
        await handle.close();
        const { rate, samples } = await decodeCompressed(await readWhole(path), kind, path);
        const [channels = 1, frames = 0] = samples.shape;
        return {
          rate,
          channels,
          frames,
          read: async (from, count) => part(samples, from, count),
          close: async () => {},
        };
      }
      const header = await readWavHeader(bytesAt, (await handle.stat()).size, path);
      const { rate, channels, format, frames, from: first } = header;
      const width = channels * formatBytes[format];
      return {
        rate,
        channels,
        frames,
        read: async (from, count) => {
          try {
            const taken = Math.max(0, Math.min(count, frames - from));
            return fromFrames(await bytesAt(first + from * width, taken * width), format, channels);
          } catch (error) {
            throw describeSystemError(error, path, "a sound to read");
          }
        },
        close: () => handle.close(),
      };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw describeSystemError(error, path, "a sound to read");
  }
};

/** Reads a whole sound. @throws as {@link openSound}; DataError for what does not fit into memory */
export const readSound = async (path: string): Promise<Sound> => {
  checkPath("readSound", path);
  const file = await openSound(path);
  try {
    return { rate: file.rate, samples: await file.read(0, file.frames) };
  } finally {
    await file.close();
  }
};

/** Writes a sound as a WAV file, atomically. @throws DataError for what is no sound, and when the system refuses */
export const writeSound = async (path: string, sound: Sound, options: WavOptions = {}): Promise<void> => {
  checkPath("writeSound", path);
  checkSound("writeSound", sound);
  await atomicWrite(path, encodeWav(sound, options));
};

/** What is known of a sound before it is written in blocks. */
export interface SoundBlocksOptions extends WavOptions {
  readonly rate: number;
  readonly channels: number;
  /** Frames in all blocks together. */
  readonly frames: number;
}

const known = { rate: true, channels: true, frames: true, format: true } satisfies Known<SoundBlocksOptions>;

/**
 * Writes a sound as a WAV file from blocks [channels, n] in order, atomically: only a block is in memory.
 * @throws DataError for blocks of other channels, or of more or fewer frames in all
 */
export const writeSoundBlocks = async (
  path: string,
  blocks: AsyncIterable<NdArray<FloatType>> | Iterable<NdArray<FloatType>>,
  options: SoundBlocksOptions,
): Promise<void> => {
  checkPath("writeSoundBlocks", path);
  checkOptions("writeSoundBlocks", options, known);
  const { rate, channels, frames, format = "int16" } = options;
  checkRate("writeSoundBlocks rate", rate);
  checkFormat("writeSoundBlocks", format);
  if (!(Number.isInteger(channels) && channels >= 1 && channels <= mostChannels))
    throw new DataError({ path, expected: `1 to ${mostChannels} channels`, found: `${channels}` });
  async function* pieces() {
    yield wavHead(rate, channels, frames, format);
    let written = 0;
    for await (const block of blocks) {
      written += block.shape[1] ?? 0;
      if (block.shape.length !== 2 || block.shape[0] !== channels || written > frames)
        throw new DataError({
          path,
          expected: `blocks of ${channels} channels, ${frames} frames in all`,
          found: `a block of shape [${block.shape.join(", ")}] that ends at frame ${written}`,
        });
      if (sizeOf(block.shape) > 0) yield toFrames(block, format);
    }
    if (written !== frames) throw new DataError({ path, expected: `${frames} frames in all`, found: `${written}` });
    yield evenEnd(frames * channels * formatBytes[format]);
  }
  await atomicWrite(path, pieces());
};
