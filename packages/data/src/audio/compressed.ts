/** Compressed sounds, by decoders in WebAssembly that are optional peers: one package for each format. */
import type { NdArray } from "@scorefield/tensor";
import { DataError } from "../errors.ts";
import { mostChannels, mostRate, type Sound } from "./sound.ts";

/** Formats that need a decoder. */
export type CompressedFormat = "flac" | "mp3" | "ogg";

/** What all decoders give. */
interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

interface Decoder {
  readonly ready: Promise<void>;
  free(): void;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  decodeFile?(bytes: Uint8Array): Promise<Decoded>;
}

const packages = {
  flac: { name: "@wasm-audio-decoders/flac", title: "FLAC", decoder: "FLACDecoder" },
  mp3: { name: "mpg123-decoder", title: "MP3", decoder: "MPEGDecoder" },
  ogg: { name: "@wasm-audio-decoders/ogg-vorbis", title: "OGG Vorbis", decoder: "OggVorbisDecoder" },
} as const;

type Module = Readonly<Record<string, new () => Decoder>>;

// Bundlers pass over a package that is not installed where its error is caught beside its name.
const imports: Readonly<Record<CompressedFormat, () => Promise<unknown>>> = {
  flac: () => import("@wasm-audio-decoders/flac").catch((cause: unknown) => Promise.reject(cause)),
  mp3: () => import("mpg123-decoder").catch((cause: unknown) => Promise.reject(cause)),
  ogg: () => import("@wasm-audio-decoders/ogg-vorbis").catch((cause: unknown) => Promise.reject(cause)),
};

/** A decoder of a format. @throws DataError where its package is not installed */
export const loadDecoder = async (
  format: CompressedFormat,
  path: string,
  find: () => Promise<unknown> = imports[format],
): Promise<Decoder> => {
  const { name, title, decoder } = packages[format];
  const module = (await find().catch((cause: unknown) => {
    throw new DataError({
      path,
      expected: `the package ${name}, which reads ${title} files`,
      found: "none that can be loaded",
      fix: `Install it beside scorefield: npm install ${name}`,
      cause,
    });
  })) as Module;
  const made = new module[decoder]!();
  await made.ready;
  return made;
};

/** The decoder of MP3 gives the one channel of a file twice. */
const asInFile = (channels: readonly Float32Array[], format: CompressedFormat): readonly Float32Array[] => {
  const [left, right] = channels;
  const twice = format === "mp3" && channels.length === 2 && left!.every((value, t) => value === right![t]);
  return twice ? [left!] : channels;
};

/** More seconds of silence can hardly be packed into a byte. */
const mostFramesForByte = 50_000;

/** The frames that the first block of a FLAC file says it has (RFC 9639, section 8.2); 0 where it says none. */
const statedFrames = (bytes: Uint8Array): number => {
  if (bytes.length < 26) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (bytes[21]! & 0xf) * 2 ** 32 + view.getUint32(22);
};

/** The sound of the bytes of a compressed file, float32. @throws DataError for a damaged file, or without its decoder */
export const decodeCompressed = async (bytes: Uint8Array, format: CompressedFormat, path: string): Promise<Sound> => {
  const { title } = packages[format];
  const decoder = await loadDecoder(format, path);
  const refuse = (found: string, cause?: unknown): never => {
    throw new DataError({
      path,
      expected: `a complete ${title} file`,
      found,
      fix: "Fetch or write the file again",
      cause,
    });
  };
  try {
    const decoded = await (decoder.decodeFile ? decoder.decodeFile(bytes) : decoder.decode(bytes));
    const { samplesDecoded: frames, sampleRate: rate, errors } = decoded;
    const channelData = asInFile(decoded.channelData, format);
    const channels = channelData.length;
    if (errors.length > 0) return refuse(`damaged data (${errors[0]!.message})`);
    if (frames === 0 || channels === 0 || channels > mostChannels || !(rate >= 1 && rate <= mostRate))
      return refuse("no sound in it");
    const stated = format === "flac" ? statedFrames(bytes) : 0;
    if (stated > 0 && frames < stated) return refuse(`${frames} of ${stated} frames: the file is cut off`);
    if (frames > mostFramesForByte * bytes.length) return refuse(`${frames} frames in ${bytes.length} bytes`);
    const data = new Float32Array(channels * frames);
    for (const [k, channel] of channelData.entries()) data.set(channel.subarray(0, frames), k * frames);
    return { rate, samples: { dtype: "float32", shape: [channels, frames], data } as NdArray<"float32"> };
  } catch (error) {
    if (error instanceof DataError) throw error;
    return refuse(`damaged data (${(error as Error).message})`, error);
  } finally {
    decoder.free();
  }
};
