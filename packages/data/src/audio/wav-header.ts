/** The header of a WAV file: RIFF, RF64 and BW64, with the formats that need no decoder. No Node module is used here. */
import { DataError } from "../errors.ts";
import { mostChannels, mostRate } from "./sound.ts";

/** How one number is stored. */
export type WavFormat = "uint8" | "int16" | "int24" | "int32" | "float32" | "float64";

/** Bytes of a number of each format. */
export const formatBytes: Readonly<Record<WavFormat, number>> = {
  uint8: 1,
  int16: 2,
  int24: 3,
  int32: 4,
  float32: 4,
  float64: 8,
};

/** What a header says. */
export interface WavHeader {
  readonly rate: number;
  readonly channels: number;
  readonly format: WavFormat;
  /** Numbers of each channel. */
  readonly frames: number;
  /** The first byte of the first frame. */
  readonly from: number;
}

/** Bytes of a file from a place; fewer at its end. */
export type BytesAt = (from: number, count: number) => Promise<Uint8Array> | Uint8Array;

const textAt = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(...bytes.subarray(at, Math.min(at + 4, bytes.length)));

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const fix = "Fetch or write the file again";

/** The last 14 bytes of the identifiers of formats in WAVE_FORMAT_EXTENSIBLE; their first two are the plain format's. */
const identifier = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];

const names: Readonly<Record<number, string>> = {
  2: "ADPCM",
  6: "A-law",
  7: "mu-law",
  17: "IMA ADPCM",
  49: "GSM 6.10",
  85: "MP3",
};

interface Layout {
  readonly rate: number;
  readonly channels: number;
  readonly format: WavFormat;
}

const layoutOf = (chunk: Uint8Array, path: string | undefined): Layout => {
  const refuse = (expected: string, found: string, what = fix): never => {
    throw new DataError({ path, expected, found, fix: what });
  };
  if (chunk.length < 16) return refuse("a format chunk of at least 16 bytes", `${chunk.length}`);
  const view = viewOf(chunk);
  const bits = view.getUint16(14, true);
  let code = view.getUint16(0, true);
  if (code === 0xfffe) {
    if (chunk.length < 40) return refuse("40 bytes of an extensible format chunk", `${chunk.length}`);
    code = view.getUint16(24, true);
    if (!identifier.every((byte, i) => chunk[26 + i] === byte))
      return refuse("a format of whole or floating-point numbers", "another of WAVE_FORMAT_EXTENSIBLE", convert);
  }
  const format = (
    { 1: { 8: "uint8", 16: "int16", 24: "int24", 32: "int32" }, 3: { 32: "float32", 64: "float64" } } as const
  )[code as 1]?.[bits as 8] as WavFormat | undefined;
  if (!format)
    return refuse(
      "numbers of 8, 16, 24 or 32 bits, or floating-point ones of 32 or 64",
      `${names[code] ?? (code === 1 || code === 3 ? "numbers" : `format ${code}`)} of ${bits} bits`,
      convert,
    );
  const [channels, rate, block] = [view.getUint16(2, true), view.getUint32(4, true), view.getUint16(12, true)];
  if (!(channels >= 1 && channels <= mostChannels)) return refuse(`1 to ${mostChannels} channels`, `${channels}`);
  if (!(rate >= 1 && rate <= mostRate)) return refuse(`1 to ${mostRate} samples a second`, `${rate}`);
  if (block !== channels * formatBytes[format])
    return refuse(`${channels * formatBytes[format]} bytes for each frame of ${channels} channels`, `${block}`);
  return { rate, channels, format };
};

const convert = "Convert it to 16-bit PCM, such as by ffmpeg -i IN.wav -c:a pcm_s16le OUT.wav";

/** More chunks than any program writes. */
const mostChunks = 10_000;
/** The size that programs write who cannot go back to the header. */
const unknownSize = 0xffffffff;

/**
 * Reads the header of a WAV file.
 * @param at bytes of the file @param size of the file, in bytes
 * @throws DataError for another or a damaged file, for one that is cut off, and for formats that need a decoder
 */
export const readWavHeader = async (at: BytesAt, size: number, path?: string): Promise<WavHeader> => {
  const start = await at(0, 12);
  const kind = textAt(start, 0);
  if (start.length < 12 || !["RIFF", "RF64", "BW64"].includes(kind) || textAt(start, 8) !== "WAVE")
    throw new DataError({
      path,
      expected: "a WAV file",
      found: start.length < 12 ? `${start.length} bytes` : "other first bytes",
      fix,
    });
  let layout: Layout | undefined;
  let longSize: number | undefined;
  let place = 12;
  for (let n = 0; n < mostChunks && place + 8 <= size; n++) {
    const head = await at(place, 8);
    if (head.length < 8) break;
    const [name, stated] = [textAt(head, 0), viewOf(head).getUint32(4, true)];
    const from = place + 8;
    if (name === "ds64" && kind !== "RIFF") {
      const sizes = await at(from, 16);
      if (sizes.length === 16) longSize = Number(viewOf(sizes).getBigUint64(8, true));
    }
    if (name === "fmt ") layout = layoutOf(await at(from, Math.min(stated, 40)), path);
    if (name === "data") {
      if (!layout) break;
      const { channels, format } = layout;
      const open = stated === unknownSize && longSize === undefined;
      const bytes = open ? size - from : stated === unknownSize ? longSize! : stated;
      const width = channels * formatBytes[format];
      if (from + bytes > size)
        throw new DataError({
          path,
          expected: `${bytes} bytes of sound, as the header says`,
          found: `${Math.max(0, size - from)}: the file is cut off`,
          fix,
        });
      if (!open && bytes % width !== 0)
        throw new DataError({
          path,
          expected: `whole frames of ${width} bytes`,
          found: `${bytes} bytes of sound`,
          fix,
        });
      return { ...layout, frames: Math.floor(bytes / width), from };
    }
    // Chunks begin at even places.
    place = from + stated + (stated % 2);
  }
  throw new DataError({
    path,
    expected: "a WAV file with a format chunk and its sound after it",
    found: layout ? "no sound" : "no format chunk before the sound",
    fix,
  });
};
