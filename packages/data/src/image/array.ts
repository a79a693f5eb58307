/** Arrays of images: IDX, NPY and NPZ files, and arrays in memory. */

import { createHash } from "node:crypto";
import type { NdArray } from "@scorefield/tensor";
import { checkArray } from "../check-call.ts";
import { DataError } from "../errors.ts";
import { readNpz } from "../npz.ts";
import { readArray } from "../read.ts";
import { type Images, scalePixels } from "./images.ts";
import { type Labels, labelsFromArray } from "./labels.ts";

/** Where count, channels, rows and columns stand in an array. */
interface Layout {
  readonly count: number;
  readonly shape: Images["shape"];
  /** Whether channels vary fastest. */
  readonly channelsLast: boolean;
}

const layoutOf = (axes: readonly number[], path: string | undefined): Layout => {
  const [count = 0, a = 0, b = 0, c = 0] = axes;
  const isChannels = (size: number): boolean => size === 1 || size === 3;
  if (count > 0 && a * b > 0) {
    if (axes.length === 3) return { count, shape: [1, a, b], channelsLast: false };
    if (axes.length === 4 && isChannels(c)) return { count, shape: [c, a, b], channelsLast: true };
    if (axes.length === 4 && isChannels(a) && c > 0) return { count, shape: [a, b, c], channelsLast: false };
  }
  throw new DataError({
    path,
    expected: "images of shape [n, h, w], [n, h, w, c] or [n, c, h, w] with 1 or 3 channels",
    found: `an array of shape [${axes.join(", ")}]`,
  });
};

/** Numbers as 8-bit levels: whole ones from 0 to 255 as they are, floating-point ones from 0 to 1. */
const bytesOf = ({ dtype, data }: NdArray, path: string | undefined): Uint8Array => {
  const values = data as ArrayLike<number | bigint>;
  const scale = dtype === "int32" || dtype === "int64" ? 1 : 255;
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) {
    const level = Number(values[i]) * scale;
    if (!(level >= 0 && level <= 255))
      throw new DataError({
        path,
        expected: scale === 1 ? "whole numbers from 0 to 255" : "floating-point numbers from 0 to 1",
        found: `${values[i]}`,
        fix: "Scale the images to that range",
      });
    bytes[i] = Math.round(level);
  }
  return bytes;
};

/** Pixels with channels first. */
const channelsFirst = (pixels: Uint8Array, { count, shape: [channels, height, width] }: Layout): Uint8Array => {
  if (channels === 1) return pixels;
  const area = height * width;
  const result = new Uint8Array(pixels.length);
  for (let i = 0; i < count; i++)
    for (let p = 0; p < area; p++)
      for (let c = 0; c < channels; c++) result[(i * channels + c) * area + p] = pixels[(i * area + p) * channels + c]!;
  return result;
};

/**
 * Images of an array [n, h, w], [n, h, w, c] or [n, c, h, w], c = 1 or 3. The numbers are whole from 0 to 255, or
 * floating-point from 0 to 1, which are rounded to 8 bits.
 * @param options `labels` with their classes; `path` for errors
 * @throws DataError for other shapes and numbers
 */
export const imageArray = (
  array: NdArray,
  { labels: given, path }: { readonly labels?: Labels; readonly path?: string } = {},
): Images => {
  checkArray("imageArray", array);
  const layout = layoutOf(array.shape, path);
  const { count, shape, channelsLast } = layout;
  const raw = bytesOf(array, path);
  const pixels = channelsLast ? channelsFirst(raw, layout) : raw;
  const size = pixels.length / count;
  const hash = createHash("sha256").update(`${count} ${shape.join()}\n`).update(pixels);
  if (given) hash.update(JSON.stringify(given.classes)).update(given.labels);
  return {
    count,
    shape,
    ...given,
    decodes: false,
    sha256: hash.digest("hex"),
    read: async (rows) =>
      scalePixels(
        rows.map((row) => pixels.subarray(row * size, (row + 1) * size)),
        shape,
      ),
  };
};

const isArchive = (path: string): boolean => /\.npz$/i.test(path);

/**
 * Images of an IDX, NPY or NPZ file, as {@link imageArray}.
 * @param options `labels`, the path of a file of labels or of an NPZ file the name of its array; `array`, the name of the
 *   images in an NPZ file
 * @throws DataError for files that cannot be read or hold something else
 */
export const readImageArray = async (
  path: string,
  { labels, array }: { readonly labels?: string | undefined; readonly array?: string | undefined } = {},
): Promise<Images> => {
  const images = await readArray(path, { ...(array !== undefined && { array }) });
  if (labels === undefined) return imageArray(images, { path });
  const given = isArchive(path) ? (await readNpz(path, [labels]))[labels]! : await readArray(labels);
  const source = isArchive(path) ? `${path}:${labels}` : labels;
  return imageArray(images, { path, labels: labelsFromArray(given, images.shape[0]!, source) });
};
