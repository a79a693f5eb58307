/** Measured images for `bench/mri.ts` and `bench/ct.ts`, and what both print. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type NdArray, ndarray } from "@scorefield/tensor";
import sharp from "sharp";

/** The folder of data: an argument, the first if not said, SCOREFIELD_DATA, or beside the project. */
export const dataFolder = (argument = 2): string =>
  process.argv[argument] ?? process.env.SCOREFIELD_DATA ?? "../shared/data";

/** Whether a file is there; says so if not. */
export const isThere = (path: string): boolean => {
  if (existsSync(path)) return true;
  console.log(`${path} is missing: its part is left out.`);
  return false;
};

/** An NPY file of float64 or complex64, the latter as pairs. */
const readNpy = (path: string): NdArray => {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.subarray(10, start).toString();
  const shape = [...(/'shape': \(([\d, ]{0,100})\)/.exec(header)?.[1] ?? "").matchAll(/\d+/g)].map(Number);
  const data = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  return header.includes("<c8")
    ? ndarray(new Float32Array(data), [...shape, 2])
    : ndarray(new Float64Array(data), shape);
};

/** k-space of 8 coils, [8, 230, 180, 2]: an eighth of its points is measured, in full only in the middle. */
export const readCoils = (folder: string): NdArray => readNpy(join(folder, "mri", "cartesian_ksp.npy"));

/** A slice of a head, [256, 256], from 0 to 1. */
export const readSlice = (folder: string): Float64Array => {
  const { data } = readNpy(join(folder, "mri", "t1_coronal_slice.npy"));
  const most = (data as Float64Array).reduce((a, b) => Math.max(a, b), 0);
  return Float64Array.from(data as Float64Array, (value) => value / most);
};

/** The Shepp-Logan phantom, [400, 400], from 0 to 1. */
export const readPhantom = async (folder: string): Promise<Float64Array> => {
  const { data, info } = await sharp(join(folder, "ct", "phantom.png"))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return Float64Array.from({ length: 400 * 400 }, (_, at) => data[at * info.channels]! / 255);
};

/** A grey picture, from 0 to the largest value. */
export const writeGrey = async (path: string, values: ArrayLike<number>, columns: number): Promise<void> => {
  const list = Float64Array.from(values);
  const most = list.reduce((a, b) => Math.max(a, b), 0);
  mkdirSync(dirname(path), { recursive: true });
  await sharp(
    Uint8Array.from(list, (value) => Math.max(0, (255 * value) / most)),
    {
      raw: { width: columns, height: list.length / columns, channels: 1 },
    },
  )
    .png()
    .toFile(path);
};

/** Peak signal-to-noise ratio in dB; the peak is the range of the truth. */
export const psnr = (found: ArrayLike<number>, truth: ArrayLike<number>): number => {
  let [square, low, high] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < truth.length; i++) {
    square += (found[i]! - truth[i]!) ** 2 / truth.length;
    low = Math.min(low, truth[i]!);
    high = Math.max(high, truth[i]!);
  }
  return 10 * Math.log10((high - low) ** 2 / square);
};

/** A table in Markdown. */
export const printTable = (head: readonly string[], rows: readonly (readonly string[])[]): void => {
  console.log(`| ${head.join(" | ")} |`);
  console.log(`| ${head.map((_, i) => (i === 0 ? "---" : "---:")).join(" | ")} |`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
};
