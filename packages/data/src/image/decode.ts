/** One image file as pixels of the size and channels asked for. */
import { DataError } from "../errors.ts";

/** How a file becomes pixels. */
export interface DecodeOptions {
  /** Side of the square result in px. */
  readonly size: number;
  readonly greyscale: boolean;
  /** `crop` keeps proportions and the middle, `stretch` the whole. */
  readonly fit: "crop" | "stretch";
}

const unreadable = (path: string, cause: unknown): DataError => {
  const { message } = cause as Error;
  const reason = /missing|ENOENT/.test(message) ? "no such file" : `what cannot be decoded (${message.split("\n")[0]})`;
  return new DataError({
    path,
    expected: "a PNG, JPEG or WebP image",
    found: reason,
    fix: 'Replace or remove the file, or let damaged images be passed over: data.damaged "skip"',
    cause,
  });
};

// Warnings about harmless oddities, which many cameras write, are no reason to refuse a photo; missing rows are.
// The decoder is native and large: it is loaded for the first image.
const open = async (path: string) => (await import("sharp")).default(path, { failOn: "error" });

/** What the head of an image file tells: its size as it is looked at, and whether it has colours. @throws DataError */
export const readImageHead = async (
  path: string,
): Promise<{ readonly width: number; readonly height: number; readonly grey: boolean }> => {
  try {
    const { autoOrient, space } = await (await open(path)).metadata();
    return { ...autoOrient, grey: space === "b-w" || space === "grey16" };
  } catch (cause) {
    throw unreadable(path, cause);
  }
};

/**
 * Decodes an image: turned as its EXIF orientation says, transparent parts on white, resized by Lanczos filtering.
 * @returns 8-bit sRGB or grey levels [channels, size, size]
 * @throws DataError naming a file that is missing, damaged or no image
 */
export const decodeImage = async (path: string, { size, greyscale, fit }: DecodeOptions): Promise<Uint8Array> => {
  let decoded: { readonly data: Uint8Array; readonly info: { readonly channels: number } };
  try {
    decoded = await (await open(path))
      .autoOrient()
      .flatten({ background: "#ffffff" })
      .resize(size, size, { fit: fit === "crop" ? "cover" : "fill" })
      .greyscale(greyscale)
      .toColourspace(greyscale ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    throw unreadable(path, cause);
  }
  const { data, info } = decoded;
  const channels = greyscale ? 1 : 3;
  const area = size * size;
  const pixels = new Uint8Array(channels * area);
  for (let c = 0; c < channels; c++)
    // A grey file asked for in colour may come with one channel.
    for (let p = 0; p < area; p++) pixels[c * area + p] = data[p * info.channels + Math.min(c, info.channels - 1)]!;
  return pixels;
};
