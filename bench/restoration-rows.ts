/** Rows of `inverse-digits.ts`: what is kept of a method on a task, and what it is worth. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { intervalCoverage, psnr, ssim } from "@scorefield/assess";
import { normal } from "@scorefield/core";
import { type NdArray, ndarray, type Shape, sizeOf } from "@scorefield/tensor";
import type { Restored } from "./restoration-methods.ts";

/** One method on one task; lists have a number for each image. */
export interface Row {
  readonly task: string;
  readonly method: string;
  /** The setting that was chosen on other images, such as `weight 0.01`. */
  readonly setting?: string;
  /** Images, by their place among those held out. */
  readonly images: readonly number[];
  /** Of the mean of the draws, or the point. */
  readonly psnr: readonly number[];
  readonly ssim: readonly number[];
  /** Shares of pixels, and of random directions, whose truth is within the 90 % interval of the draws. */
  readonly pixels?: readonly number[];
  readonly directions?: readonly number[];
  /** PSNR of the draw that fits the measurement best. */
  readonly best?: readonly number[];
  /** Draws of each image; left out for a point. */
  readonly draws?: number;
  readonly evaluations: number;
  /** CPU time of one thread for an image, compilation included. */
  readonly seconds: number;
  readonly change?: number;
  /** Means, and for the first images 3 draws and the deviation, as float32 in base64. */
  readonly means: string;
  readonly shown?: string;
}

const range = [-1, 1] as const;
const directions = 64;

const imageOf = (array: NdArray, i: number, shape: Shape): NdArray => {
  const size = sizeOf(shape);
  return ndarray(Float64Array.from((array.data as Float64Array).subarray(i * size, (i + 1) * size)), [...shape]);
};

/** Images as text. */
export const packed = (values: ArrayLike<number>): string =>
  Buffer.from(Float32Array.from(values).buffer).toString("base64");

/** Images of such a text. */
export const unpacked = (text: string): Float32Array => {
  const bytes = Buffer.from(text, "base64");
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

/** An image with numbers beyond [-1, 1] put to the ends. */
export const clipped = ({ data, shape }: NdArray): NdArray =>
  ndarray(
    Float64Array.from(data as Float64Array, (v) => Math.min(1, Math.max(-1, v))),
    shape,
  );

/** Draws and truths along random directions, so that each pixel counts by its uncertainty. */
const projected = (array: NdArray, shape: Shape): NdArray => {
  const size = sizeOf(shape);
  const n = array.data.length / size;
  const along = normal([directions, size], { seed: 11, dtype: "float64" }).data;
  const values = new Float64Array(n * directions);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < directions; k++)
      for (let j = 0; j < size; j++)
        values[i * directions + k]! += along[k * size + j]! * Number(array.data[i * size + j]);
  return ndarray(values, n === 1 ? [directions] : [n, directions]);
};

/** @param truths [n, ...shape] in [-1, 1] */
export const rowOf = (
  about: Pick<Row, "task" | "method" | "images" | "seconds"> & { readonly setting: string | undefined },
  restored: Restored,
  truths: NdArray,
  shown: number,
): Row => {
  const shape = truths.shape.slice(1);
  const of = <T>(f: (i: number, truth: NdArray) => T): T[] =>
    about.images.map((_, i) => f(i, imageOf(truths, i, shape)));
  const { means, draws, misfits, evaluations, change } = restored;
  const deviations = (array: NdArray): Float64Array => {
    const size = sizeOf(shape);
    const n = array.shape[0]!;
    return Float64Array.from({ length: size }, (_, j) => {
      let [sum, square] = [0, 0];
      for (let i = 0; i < n; i++) {
        sum += Number(array.data[i * size + j]) / n;
        square += Number(array.data[i * size + j]) ** 2 / n;
      }
      return Math.sqrt((Math.max(0, square - sum ** 2) * n) / Math.max(1, n - 1));
    });
  };
  return {
    task: about.task,
    method: about.method,
    ...(about.setting && { setting: about.setting }),
    images: about.images,
    psnr: of((i, truth) => psnr(clipped(imageOf(means, i, shape)), truth, range)),
    ssim: of((i, truth) => ssim(clipped(imageOf(means, i, shape)), truth, range)),
    ...(draws && {
      draws: draws[0]!.shape[0]!,
      pixels: of((i, truth) => intervalCoverage(draws[i]!, truth).found),
      directions: of((i, truth) => intervalCoverage(projected(draws[i]!, shape), projected(truth, shape)).found),
      best: of((i, truth) => {
        const fits = misfits![i]!;
        const at = fits.indexOf(Math.min(...fits));
        return psnr(clipped(imageOf(draws[i]!, at, shape)), truth, range);
      }),
      shown: packed(
        draws
          .slice(0, shown)
          .flatMap((array) => [
            ...Array.from((array.data as Float32Array).subarray(0, 3 * sizeOf(shape))),
            ...deviations(array),
          ]),
      ),
    }),
    evaluations,
    seconds: about.seconds,
    ...(change !== undefined && { change }),
    means: packed(means.data as Float32Array),
  };
};

/** Adds a row to a file of JSON lines. */
export const keepRow = (path: string, row: Row): void => appendFileSync(path, `${JSON.stringify(row)}\n`);

/** The rows of a file, the last of each method and task. */
export const readRows = (path: string): Row[] => {
  const rows = new Map<string, Row>();
  if (existsSync(path))
    for (const line of readFileSync(path, "utf8").split("\n").filter(Boolean)) {
      const row = JSON.parse(line) as Row;
      rows.set(`${row.task}/${row.method}`, row);
    }
  return [...rows.values()];
};
