/** A folder of image files as a dataset that is decoded while it is used. */

import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { extname, join, relative } from "node:path";
import { checkPath } from "../check-call.ts";
import { DataError, describeSystemError } from "../errors.ts";
import { DamagedImageError, type DecodeOptions, decodeImage, isFileError, readImageHead } from "./decode.ts";
import { type Images, scalePixels } from "./images.ts";
import { labelsFromFolders } from "./labels.ts";

/** Options of {@link imageFolder}. */
export interface ImageFolderOptions {
  /** Side of the square images in px. Default the size of the files where it is the same for all and at most 64, else 32. */
  readonly size?: number | undefined;
  /** Grey levels instead of colours. Default where the files looked at are all grey. */
  readonly greyscale?: boolean | undefined;
  /** How other proportions become square: `crop` (default) keeps the middle, `pad` the whole with black around, `stretch` the whole. */
  readonly fit?: DecodeOptions["fit"] | undefined;
  /** Take the first sub-folder of every image as its class. Default false. */
  readonly labels?: boolean | undefined;
  /** Sub-folders to leave out, relative to the folder with `/` between names. Default none. */
  readonly exclude?: readonly string[] | undefined;
  /**
   * What to do about a file that cannot be decoded, and a link that leads to none: `error` (default), or `skip`: the next
   * image that can be, of the same class, stands in for it.
   */
  readonly damaged?: "error" | "skip" | undefined;
  /** Bytes of decoded images to keep for the next time they are asked for. Default 1 GiB. */
  readonly memory?: number | undefined;
}

/** Images of a folder. */
export interface ImageFolder extends Images {
  /** The images' files, relative to the folder, in the order of the images. */
  readonly files: readonly string[];
  /** Files found so far that could not be decoded. */
  readonly damaged: ReadonlySet<string>;
}

const ending = /\.(png|jpe?g|webp)$/i;
const hidden = (file: string): boolean => /(^|\/)\./.test(file);

/** The image files of a folder and its sub-folders, ordered by name. */
const listImages = async (path: string, exclude: readonly string[]): Promise<string[]> => {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((error) => {
    throw describeSystemError(error, path, "a folder of images");
  });
  const files = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((file) => !hidden(file) && !exclude.some((folder) => file.startsWith(`${folder}/`)));
  const images = files.filter((file) => ending.test(file)).sort();
  if (images.length > 0) return images;
  const others = [...new Set(files.map((file) => extname(file) || file))].slice(0, 5).join(", ");
  throw new DataError({
    path,
    expected: "a folder with PNG, JPEG or WebP images",
    found:
      files.length === 0
        ? `no files${exclude.length > 0 ? ` outside of ${exclude.join(", ")}` : ""}`
        : `${files.length} other files (${others})`,
    fix: files.length === 0 ? undefined : "Convert the images to one of these formats",
  });
};

const fingerprint = async (path: string, files: readonly string[], skip: boolean): Promise<string> => {
  const hash = createHash("sha256");
  for (const file of files) {
    // Reading will find that it cannot be decoded.
    const size = await stat(join(path, file)).then(
      ({ size }) => size,
      (error) => {
        if (skip && isFileError(error)) return 0;
        throw describeSystemError(error, join(path, file), "an image");
      },
    );
    hash.update(`${JSON.stringify(file)} ${size}\n`);
  }
  return hash.digest("hex");
};

const heads = 64;
const usualSize = 32;
const largestKept = 64;

/** Size and colour for images of which nobody said them, from the heads of files all over the folder. */
const guess = async (paths: readonly string[], skip: boolean): Promise<{ size: number; greyscale: boolean }> => {
  const looked = new Set(Array.from({ length: heads }, (_, i) => paths[Math.floor((i * paths.length) / heads)]!));
  const found: Awaited<ReturnType<typeof readImageHead>>[] = [];
  for (const path of looked)
    try {
      found.push(await readImageHead(path));
    } catch (error) {
      if (!(skip && error instanceof DamagedImageError)) throw error;
    }
  const sides = new Set(found.flatMap(({ width, height }) => [width, height]));
  const [side = usualSize] = sides;
  return {
    size: sides.size === 1 && side <= largestKept ? side : usualSize,
    greyscale: found.length > 0 && found.every(({ grey }) => grey),
  };
};

const parallel = 4;

/**
 * The PNG, JPEG and WebP images of a folder and its sub-folders, in the order of their names. Files are decoded when
 * they are read. They are turned as their EXIF orientation says, and transparent parts become white. Decoded images are
 * kept in memory as far as it reaches, so that later epochs cost nothing. Hidden files and those with other endings are
 * left out.
 * @param path the folder
 * @throws DataError when it has no images, or a file that was looked at is not an image; reading throws it for damaged files
 */
export const imageFolder = async (path: string, options: ImageFolderOptions = {}): Promise<ImageFolder> => {
  checkPath("imageFolder", path);
  const { fit = "crop", labels = false, damaged: whenDamaged = "error", memory = 2 ** 30 } = options;
  const files = await listImages(path, options.exclude ?? []);
  const sha256 = await fingerprint(path, files, whenDamaged === "skip");
  const paths = files.map((file) => join(path, file));
  const guessed =
    options.size === undefined || options.greyscale === undefined
      ? await guess(paths, whenDamaged === "skip")
      : undefined;
  const { size = guessed!.size, greyscale = guessed!.greyscale } = options;
  if (!Number.isInteger(size) || size < 1)
    throw new DataError({ path, expected: "size to be a positive whole number", found: `${size}` });
  const shape = [greyscale ? 1 : 3, size, size] as const;
  const labelled = labels ? labelsFromFolders(files, path) : undefined;
  const damaged = new Set<string>();
  const kept = new Map<number, Uint8Array>();
  const room = Math.floor(memory / (shape[0] * size * size));
  // Images are decoded side by side; threads within one would only slow each other and training.
  const { default: sharp } = await import("sharp");
  sharp.concurrency(1);
  // Decoded images are kept here.
  sharp.cache(false);

  const decode = async (row: number): Promise<Uint8Array> => {
    const known = kept.get(row);
    if (known) return known;
    const pixels = await decodeImage(paths[row]!, { size, greyscale, fit });
    if (kept.size < room) kept.set(row, pixels);
    return pixels;
  };
  const decodeOrNext = async (row: number): Promise<Uint8Array> => {
    if (whenDamaged === "error") return decode(row);
    for (let i = 0; i < files.length; i++) {
      const next = (row + i) % files.length;
      if (damaged.has(files[next]!) || (labelled && labelled.labels[next] !== labelled.labels[row])) continue;
      try {
        return await decode(next);
      } catch (error) {
        if (!(error instanceof DamagedImageError)) throw error;
        damaged.add(files[next]!);
      }
    }
    throw new DataError({
      path,
      expected: "at least one image that can be decoded",
      found: `none${labelled ? ` of class ${labelled.classes[labelled.labels[row]!]}` : ""}`,
    });
  };

  return {
    count: files.length,
    shape,
    ...labelled,
    files,
    damaged,
    get decodes() {
      return kept.size + damaged.size < files.length;
    },
    sha256,
    read: async (rows) => {
      const pixels: Uint8Array[] = [];
      for (let i = 0; i < rows.length; i += parallel)
        pixels.push(...(await Promise.all(rows.slice(i, i + parallel).map(decodeOrNext))));
      return scalePixels(pixels, shape);
    },
  };
};
