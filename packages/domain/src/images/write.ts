/** Images as files of 8-bit pixels: a folder of PNG files, or one array. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, realpath, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { describeSystemError, npyBytes, pixelLevel } from "@scorefield/data";
import type { FloatType, NdArray } from "@scorefield/tensor";
import { UsageError } from "../errors.ts";

/** 8-bit pixels with channels last, [n, h, w, c]. */
const bytesOf = ({ data, shape }: NdArray<FloatType>): Uint8Array => {
  const [n, c, h, w] = shape as [number, number, number, number];
  const area = h * w;
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < c; k++)
      for (let p = 0; p < area; p++) bytes[(i * area + p) * c + k] = pixelLevel(data[(i * c + k) * area + p]!);
  return bytes;
};

/** Images [n, c, h, w] in [-1, 1] as the content of an NPY file of uint8, [n, h, w] or with colours [n, h, w, 3]. */
export const imageArrayBytes = (images: NdArray<FloatType>): Iterable<Uint8Array> => {
  const [n, c, h, w] = images.shape as [number, number, number, number];
  return npyBytes({ dtype: "uint8", shape: c === 1 ? [n, h, w] : [n, h, w, c], data: bytesOf(images) });
};

/** @throws UsageError when there is something in the folder, or at its place */
export const checkImageFolder = async (path: string): Promise<void> => {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new UsageError(`--out ${path}: expected a new or empty folder, found ${error.code}`, { cause: error });
  });
  if (entries.length > 0)
    throw new UsageError(`--out ${path}: expected a new or empty folder, found ${entries.length} files in it`);
};

/**
 * Writes images [n, c, h, w], c = 1 or 3, in [-1, 1] as PNG files 00000.png, 00001.png, ..., which appear all at once.
 * A symbolic link is followed, and an empty folder's permissions are kept.
 * @param path a new or empty folder
 * @param folderOf the sub-folder of each image, if any: a safe name
 * @throws UsageError as {@link checkImageFolder}; DataError when the system refuses
 */
export const writeImageFolder = async (
  path: string,
  images: NdArray<FloatType>,
  folderOf: (i: number) => string = () => "",
): Promise<void> => {
  await checkImageFolder(path);
  const { default: sharp } = await import("sharp");
  const [n, c, h, w] = images.shape as [number, 1 | 3, number, number];
  const bytes = bytesOf(images);
  const size = c * h * w;
  const target = await realpath(path).catch(() => resolve(path));
  let temporary: string | undefined;
  try {
    // Not by mkdtemp: its folder would stay closed to all but its owner.
    const name = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
    await mkdir(name);
    temporary = name;
    for (let i = 0; i < n; i++) {
      const png = sharp(bytes.subarray(i * size, (i + 1) * size), { raw: { width: w, height: h, channels: c } })
        .toColourspace(c === 1 ? "b-w" : "srgb")
        .png();
      const folder = join(temporary, folderOf(i));
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${`${i}`.padStart(5, "0")}.png`), await png.toBuffer());
    }
    const old = await stat(target).catch(() => undefined);
    if (old) await chmod(temporary, old.mode & 0o777);
    await rmdir(target).catch(() => {});
    await rename(temporary, target);
  } catch (cause) {
    if (temporary) await rm(temporary, { recursive: true, force: true });
    throw describeSystemError(cause, path, "to write this folder", "Nothing of it was kept");
  }
};
