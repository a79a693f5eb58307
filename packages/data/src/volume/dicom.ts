/** DICOM slices, of one file or a folder, as volumes. */
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type NdArray, sizeOf } from "@scorefield/tensor";
import { checkOptions, checkPath } from "../check-call.ts";
import { allocate, type Elements } from "../elements.ts";
import { DataError, describeSystemError } from "../errors.ts";
import { toRowMajor } from "../row-major.ts";
import { type DicomSlice, isDicom, readDicomFile, slicesOf } from "./dicom-header.ts";
import { framePixels, type PixelFormat, pixelFormat } from "./dicom-pixels.ts";
import { type Stack, stackSlices } from "./dicom-stack.ts";
import type { Volume } from "./volume.ts";

/** Slices that were taken together. */
export interface DicomSeries {
  /** Its unique identifier, or the file's name where there is none. */
  readonly uid: string;
  readonly description: string;
  /** CT, MR, PT, ... */
  readonly modality: string;
  /** In no order. */
  readonly slices: readonly DicomSlice[];
}

/** Options of {@link readDicom}. */
export interface DicomOptions {
  /** The series to read, by its unique identifier or description; needed where there are several. */
  readonly series?: string;
  /** What to do where slices are missing between others: stop (default), or put the others together. */
  readonly gaps?: "error" | "close";
}

/** Whether a file starts as DICOM files do; false for what cannot be read. */
export const looksLikeDicom = async (path: string): Promise<boolean> => {
  try {
    const handle = await open(path);
    try {
      const start = new Uint8Array(132);
      return (await handle.read(start, 0, 132, 0)).bytesRead === 132 && isDicom(start);
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
};

const filesOf = async (path: string): Promise<string[]> => {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && entry.name !== "DICOMDIR")
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const dicom: string[] = [];
  for (const file of files) if (await looksLikeDicom(file)) dicom.push(file);
  return dicom;
};

/**
 * The series of a DICOM file, or of a folder and its sub-folders, by the order of their first files. Files that are not DICOM,
 * and those without pixels, are passed over.
 * @throws DataError for a folder without slices, and for damaged files
 */
export const dicomSeries = async (path: string): Promise<DicomSeries[]> => {
  checkPath("dicomSeries", path);
  try {
    const groups = new Map<string, DicomSlice[]>();
    const files = await filesOf(path);
    for (const file of files)
      for (const slice of slicesOf(await readDicomFile(file)))
        groups.set(slice.series, [...(groups.get(slice.series) ?? []), slice]);
    if (groups.size === 0)
      throw new DataError({
        path,
        expected: "DICOM slices",
        found: files.length === 0 ? "no DICOM files" : `${files.length} DICOM files without pixels`,
      });
    return [...groups].map(([uid, slices]) => {
      const { description, modality } = slices[0]!;
      return { uid, description, modality, slices };
    });
  } catch (error) {
    throw describeSystemError(error, path, "DICOM slices");
  }
};

const nameOf = ({ uid, description, modality, slices }: DicomSeries): string =>
  `${JSON.stringify(description || uid)} (${modality}, ${slices.length} slices, ${uid})`;

const choose = (found: readonly DicomSeries[], name: string | undefined, path: string): DicomSeries => {
  const named =
    name === undefined ? found : found.filter(({ uid, description }) => uid === name || description === name);
  if (named.length === 1) return named[0]!;
  throw new DataError({
    path,
    expected: name === undefined ? "one series of slices" : `one series ${JSON.stringify(name)}`,
    found: found.map(nameOf).join("; "),
    fix: "Name one by its unique identifier with the option series, or the folder that holds it alone",
  });
};

/** Pixels of all slices, as the file has them: columns vary fastest, slices slowest. */
const readStack = async ({ slices, shape }: Stack, path: string) => {
  const rescaled = slices.some(({ slope, intercept }) => slope !== 1 || intercept !== 0);
  let format: PixelFormat | undefined;
  let all: Elements | undefined;
  let done = 0;
  let file: Awaited<ReturnType<typeof readDicomFile>> | undefined;
  for (const { path: from, frame, slope, intercept } of slices) {
    if (file?.path !== from) file = await readDicomFile(from);
    const own = pixelFormat(file);
    format ??= own;
    const dtype = rescaled ? "float64" : own.type.dtype;
    all ??= allocate({ dtype }, sizeOf(shape) * own.samples, path);
    if (
      own.samples !== format.samples ||
      own.inverted !== format.inverted ||
      (!rescaled && dtype !== format.type.dtype)
    )
      throw new DataError({
        path: from,
        expected: "pixels as in the other slices of its series",
        found: "another kind",
      });
    const pixels = framePixels(file, frame, own);
    if (rescaled) for (let i = 0; i < pixels.length; i++) all[done + i] = slope * Number(pixels[i]) + intercept;
    else (all as unknown as { set(values: Elements, at: number): void }).set(pixels, done);
    done += pixels.length;
  }
  return { data: all!, dtype: rescaled ? "float64" : format!.type.dtype, ...format! } as const;
};

/** A series as a volume. @param path what was asked for, for errors */
export const seriesVolume = async (
  { slices, description }: DicomSeries,
  path: string,
  { gaps = "error" }: Pick<DicomOptions, "gaps"> = {},
): Promise<Volume> => {
  const stack = stackSlices(slices, { path, closeGaps: gaps === "close" });
  const { data, dtype, samples, inverted } = await readStack(stack, path);
  const { shape, affine, affineFrom, spacing } = stack;
  const values = toRowMajor(data, { dtype }, { shape, lanes: samples, path });
  return {
    values: { dtype, shape: samples === 3 ? [...shape, 3] : shape, data: values } as unknown as NdArray,
    voxels: samples === 3 ? "rgb" : "real",
    affine,
    affineFrom,
    space: affineFrom === "dicom" ? "scanner" : "unknown",
    spacing,
    unit: "mm",
    timeUnit: "unknown",
    description: description.slice(0, 80),
    ...(inverted && { inverted }),
  };
};

/**
 * Reads a DICOM file, or the slices of a folder and its sub-folders as one volume. Axes are i along the columns, j down the
 * rows, k from slice to slice, ordered by their positions; slices without positions go by their numbers. Where every position
 * occurs several times, such as at several times, there is a fourth axis in the order of the slices' numbers. Values are
 * slope * stored + intercept in float64 where a slice states such, and as stored else: int32, or int64 for 32 bits without
 * sign. A series in RGB has a trailing axis of 3.
 * @throws DataError for compressed pixels, several series, slices that are missing or do not belong together, and damaged files
 */
export const readDicom = async (path: string, options: DicomOptions = {}): Promise<Volume> => {
  checkPath("readDicom", path);
  checkOptions("readDicom", options, { series: true, gaps: true });
  try {
    return await seriesVolume(choose(await dicomSeries(path), options.series, path), path, options);
  } catch (error) {
    throw describeSystemError(error, path, "DICOM slices");
  }
};
