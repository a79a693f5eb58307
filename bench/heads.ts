/** Slices of heads for `bench/mri-prior.ts` and `bench/mri.ts`: which are trained on, and the grid that all have. */
import { join } from "node:path";
import { uniform } from "@scorefield/core";
import { readNpz } from "@scorefield/data";
import { type NdArray, zeros } from "@scorefield/tensor";
import { readSlice } from "./imaging-data.ts";

/** Rows and columns of every image: the field of view of the measured coils, 230 by 180, at 1.8 times coarser pixels. */
export const [rows, columns] = [128, 100];
export const pixels = rows * columns;
/** Pixels of `axial128.npz` are about 1.75 mm; the coronal slice has about 1 mm. */
const reduction = 230 / 128;

/** Heads that the prior has seen, and those that it has not: whole subjects. */
export const trainedOn = ["icbm152avg", "icbm2009", "cit168", "mr_gd", "PGBM-006"];
export const validationHead = "colin27";
export const testHead = "PGBM-002";

/** Subject, contrast and number of slices, in the file's order. Its names are text, which the reader of NPY files does not take. */
const order: readonly (readonly [string, string, number])[] = [
  ["colin27", "T1", 36],
  ["icbm152avg", "T1", 36],
  ["cit168", "T1-brain", 30],
  ["icbm2009", "T1", 36],
  ["mr_gd", "T1-Gd-brain", 36],
  ["PGBM-002", "T1post", 16],
  ["PGBM-002", "T1pre", 16],
  ["PGBM-002", "FLAIR", 16],
  ["PGBM-002", "T2", 16],
  ["PGBM-006", "T1post", 18],
  ["PGBM-006", "FLAIR", 18],
  ["PGBM-006", "T2", 18],
];

/** A slice from 0 to 1, [rows, columns], with what it is of. */
export interface Slice {
  readonly subject: string;
  readonly contrast: string;
  readonly image: Float32Array;
}

/** All axial slices of these subjects, the middle 100 of 128 columns. */
export const axialSlices = async (folder: string, subjects: readonly string[]): Promise<Slice[]> => {
  const { X } = await readNpz(join(folder, "brain_mri", "axial128.npz"), ["X"]);
  const names = order.flatMap(([subject, contrast, count]) => Array.from({ length: count }, () => [subject, contrast]));
  if (X!.shape[0] !== names.length) throw new Error(`expected ${names.length} slices, found ${X!.shape[0]}`);
  const all: Slice[] = [];
  for (const [k, [subject, contrast]] of names.entries()) {
    if (!subjects.includes(subject!)) continue;
    const image = new Float32Array(pixels);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) image[i * columns + j] = Number(X!.data[(k * rows + i) * 128 + j + 14]) / 255;
    all.push({ subject: subject!, contrast: contrast!, image });
  }
  return all;
};

/** The coronal slice on the grid: means over 1.8 by 1.8 pixels, its middle in the middle. */
export const coronalSlice = (folder: string): Slice => {
  const slice = readSlice(folder);
  const image = new Float32Array(pixels);
  /** Sum over [from, to) along an axis, by parts of pixels. */
  const parts = (from: number): [number, number][] => {
    const list: [number, number][] = [];
    for (let p = Math.floor(from); p < from + reduction; p++)
      list.push([p, Math.min(p + 1, from + reduction) - Math.max(p, from)]);
    return list;
  };
  // The head is in rows 46 to 166 and columns 58 to 199.
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (const [p, u] of parts(106 + (i - rows / 2) * reduction))
        for (const [q, v] of parts(129 + (j - columns / 2) * reduction)) sum += u * v * (slice[p * 256 + q] ?? 0);
      image[i * columns + j] = sum / reduction ** 2;
    }
  return { subject: "coronal", contrast: "T1", image };
};

/** Bicubic (Keys 1981) value at a point, 0 outside. */
const bicubic = (image: Float32Array, y: number, x: number): number => {
  const [top, left] = [Math.floor(y), Math.floor(x)];
  const weights = (d: number): number[] => [
    ((-0.5 * d + 1) * d - 0.5) * d,
    (1.5 * d - 2.5) * d * d + 1,
    ((-1.5 * d + 2) * d + 0.5) * d,
    (0.5 * d - 0.5) * d * d,
  ];
  const [u, v] = [weights(y - top), weights(x - left)];
  let sum = 0;
  for (let a = 0; a < 4; a++) {
    const i = top - 1 + a;
    if (i < 0 || i >= rows) continue;
    for (let b = 0; b < 4; b++) {
      const j = left - 1 + b;
      if (j >= 0 && j < columns) sum += u[a]! * v[b]! * image[i * columns + j]!;
    }
  }
  return sum;
};

/**
 * Each slice `copies` times: mirrored or not, brighter or darker, and moved by whole pixels. Of every third copy turned by up to
 * 10 degrees and scaled by up to 12 % as well, which blurs a little.
 */
export const variants = (slices: readonly Slice[], copies: number, seed: number): NdArray<"float32"> => {
  const made = zeros([slices.length * copies, 1, rows, columns]) as NdArray<"float32">;
  const draws = uniform([slices.length * copies, 6], { seed }).data;
  for (let k = 0; k < slices.length * copies; k++) {
    const { image } = slices[k % slices.length]!;
    const own = draws.subarray(6 * k, 6 * k + 6);
    const bent = Math.floor(k / slices.length) % 3 === 2;
    const mirror = own[0]! < 0.5 ? -1 : 1;
    const gain = 0.7 * 2 ** own[1]!;
    const [down, across] = [Math.round(8 * own[2]! - 4), Math.round(8 * own[3]! - 4)];
    const angle = bent ? ((own[4]! - 0.5) * 20 * Math.PI) / 180 : 0;
    const zoom = bent ? 1 + 0.24 * (own[5]! - 0.5) : 1;
    const [cosine, sine] = [Math.cos(angle) / zoom, Math.sin(angle) / zoom];
    const [middleRow, middleColumn] = [(rows - 1) / 2, (columns - 1) / 2];
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const [y, x] = [i - middleRow - down, mirror * (j - middleColumn - across)];
        const [from, beside] = [middleRow + cosine * y - sine * x, middleColumn + sine * y + cosine * x];
        const value = bent
          ? bicubic(image, from, beside)
          : beside >= 0 && beside < columns
            ? (image[from * columns + beside] ?? 0)
            : 0;
        made.data[k * pixels + i * columns + j] = gain * Math.max(0, value);
      }
  }
  return made;
};
