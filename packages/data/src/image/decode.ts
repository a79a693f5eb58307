/** One image file as pixels of the size and channels asked for. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Sharp } from "sharp";
import { DataError, describeSystemError, isSystemError } from "../errors.ts";

/** How a file becomes pixels. */
export interface DecodeOptions {
  /** Side of the square result in px. */
  readonly size: number;
  readonly greyscale: boolean;
  /** `crop` keeps proportions and the middle, `pad` proportions and the whole with black around, `stretch` the whole. */
  readonly fit: "crop" | "pad" | "stretch";
}

const fix = 'Replace or remove the file, or let damaged images be passed over: data.damaged "skip"';

/** An image file that cannot be decoded, as against one that this machine cannot read now. */
export class DamagedImageError extends DataError {}

const damaged = (path: string, found: string, cause?: unknown): DamagedImageError =>
  new DamagedImageError({ path, expected: "a PNG, JPEG or WebP image", found, fix, cause });

const largestFile = 2 ** 29;
/**
 * The most pixels that a file of this many bytes may decode to. 17 megapixels are allowed for any file. More are
 * allowed at 200 pixels a byte, up to 134 megapixels, which is more than any camera's. A photograph has 2 to 10; a few
 * hundred bytes can state 100 million, and would take a gigabyte.
 */
const mostPixels = (bytes: number): number => Math.min(2 ** 27, Math.max(2 ** 24, 200 * bytes));
const mostSeconds = 60;

const fileErrors: readonly string[] = ["ENOENT", "ELOOP", "ENOTDIR", "EACCES", "EPERM", "ENXIO", "ENAMETOOLONG"];

/** True of a system's errors that are the file's own, such as a link that leads nowhere, and will be there next time. */
export const isFileError = (error: unknown): boolean => isSystemError(error) && fileErrors.includes(error.code ?? "");

/** The file's bytes. @throws DamagedImageError where there is no file or none to decode; DataError as the system refuses */
const readFileBytes = async (path: string): Promise<Uint8Array> => {
  try {
    // Without waiting for a writer, as opening a named pipe would.
    const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat();
      // A link may lead to a device that never ends.
      if (!stats.isFile()) throw damaged(path, stats.isDirectory() ? "a folder" : "a device or pipe");
      if (stats.size > largestFile) throw damaged(path, `a file of ${stats.size} bytes, more than ${largestFile}`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    const described = describeSystemError(error, path, "an image");
    throw isFileError(error) && described instanceof DataError
      ? damaged(path, described.details.found, error)
      : described;
  }
};

const starts = (bytes: Uint8Array, text: string, at = 0): boolean =>
  [...text].every((letter, i) => bytes[at + i] === letter.charCodeAt(0));

/** The format by the first bytes: the decoder would take many more, SVG with its programs of filters among them. */
const isTaken = (bytes: Uint8Array): boolean =>
  starts(bytes, "\x89PNG\r\n\x1a\n") ||
  starts(bytes, "\xff\xd8\xff") ||
  (starts(bytes, "RIFF") && starts(bytes, "WEBP", 8));

/** What the decoder says where the machine grants it no thread, memory or file: no fault of the image. */
const shortage =
  /creating thread|temporarily unavailable|too many open files|out of memory|(cannot|unable to) allocate/i;

/** Reads a file and does something with its decoder. @throws as {@link decodeImage} */
export const decoding = async <T>(path: string, use: (image: Sharp) => Promise<T>): Promise<T> => {
  const bytes = await readFileBytes(path);
  if (!isTaken(bytes)) throw damaged(path, "another format, by its first bytes, or damaged ones");
  try {
    // The decoder is native and large: it is loaded for the first image.
    const { default: sharp } = await import("sharp");
    // Warnings about harmless oddities, which many cameras write, are no reason to refuse a photo; missing rows are.
    return await use(
      sharp(bytes, { failOn: "error", limitInputPixels: mostPixels(bytes.length) }).timeout({ seconds: mostSeconds }),
    );
  } catch (cause) {
    if (isSystemError(cause)) throw describeSystemError(cause, path, "an image");
    const [reason = ""] = (cause as Error).message.split("\n");
    if (!shortage.test(reason)) throw damaged(path, `what cannot be decoded (${reason})`, cause);
    throw new DataError({
      path,
      expected: "an image that can be decoded now",
      found: `a machine without the means (${reason})`,
      fix: "Give the program more memory, threads and open files (ulimit -v, -u, -n)",
      cause,
    });
  }
};

/** What the head of an image file says: its size as it is looked at, and whether it has colours. @throws DataError */
export const readImageHead = (
  path: string,
): Promise<{ readonly width: number; readonly height: number; readonly grey: boolean }> =>
  decoding(path, async (image) => {
    const { autoOrient, space } = await image.metadata();
    return { ...autoOrient, grey: space === "b-w" || space === "grey16" };
  });

const sharpFits = { crop: "cover", pad: "contain", stretch: "fill" } as const;

/**
 * Decodes an image: turned as its EXIF orientation says, transparent parts on white, resized by Lanczos filtering.
 * @returns 8-bit sRGB or grey levels [channels, size, size]
 * @throws DamagedImageError naming a file that is missing, damaged, of another format than PNG, JPEG or WebP, or of more
 *   pixels than such a file may have; DataError for one that cannot be read now
 */
export const decodeImage = async (path: string, { size, greyscale, fit }: DecodeOptions): Promise<Uint8Array> => {
  const { data, info } = await decoding(path, (image) =>
    image
      .autoOrient()
      .flatten({ background: "#ffffff" })
      .resize(size, size, { fit: sharpFits[fit], background: "#000000" })
      .greyscale(greyscale)
      .toColourspace(greyscale ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true }),
  );
  const channels = greyscale ? 1 : 3;
  const area = size * size;
  const pixels = new Uint8Array(channels * area);
  for (let c = 0; c < channels; c++)
    // A grey file asked for in colour may come with one channel.
    for (let p = 0; p < area; p++) pixels[c * area + p] = data[p * info.channels + Math.min(c, info.channels - 1)]!;
  return pixels;
};
