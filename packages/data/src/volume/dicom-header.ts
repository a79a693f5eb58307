/** What DICOM files (PS3.10) say of their slices. */
import { inflateRawSync } from "node:zlib";
import type { DataSet } from "dicom-parser";
import { mostUnpacked, readWhole } from "../bytes.ts";
import { DataError } from "../errors.ts";

type Triple = readonly [number, number, number];

/** A slice of a DICOM file: one of its frames. */
export interface DicomSlice {
  readonly path: string;
  /** From 0 in the file. */
  readonly frame: number;
  /** The unique identifier of its series, and what the series is called. */
  readonly series: string;
  readonly description: string;
  /** CT, MR, PT, ... */
  readonly modality: string;
  /** Its number in the series. */
  readonly number: number;
  readonly rows: number;
  readonly columns: number;
  /** The centre of its first pixel in mm, to the patient's left, back and head (LPS+). */
  readonly position?: Triple;
  /** Directions of growing column and row numbers. */
  readonly across?: Triple;
  readonly down?: Triple;
  /** Distances in mm between rows, between columns, and to the next slice as the file states it. */
  readonly spacing: readonly [rows: number, columns: number, slices: number];
  readonly slope: number;
  readonly intercept: number;
}

/** A parsed file. */
export interface DicomFile {
  readonly path: string;
  readonly data: DataSet;
  readonly syntax: string;
}

const utf8 = new TextDecoder();

/** Whether bytes look like a DICOM file: `DICM` after 128 bytes. */
export const isDicom = (start: Uint8Array): boolean => utf8.decode(start.subarray(128, 132)) === "DICM";

const pixelTags = ["x7fe00010", "x7fe00008", "x7fe00009"] as const;

/** The element that holds the pixels. */
export const pixelElement = (data: DataSet) =>
  pixelTags.map((tag) => data.elements[tag]).find((element) => element !== undefined);

/** The bytes with all from a place on unpacked (deflated transfer syntax). */
const inflate = (bytes: Uint8Array, at: number): Uint8Array => {
  const packed = bytes.subarray(at);
  const rest = inflateRawSync(packed, { maxOutputLength: mostUnpacked(packed.length) });
  const all = new Uint8Array(at + rest.length);
  all.set(bytes.subarray(0, at));
  all.set(rest, at);
  return all;
};

/**
 * Reads a file.
 * @throws DataError for what is no DICOM file, or a damaged one
 */
export const readDicomFile = async (path: string): Promise<DicomFile> => {
  const bytes = await readWhole(path);
  if (!isDicom(bytes))
    throw new DataError({
      path,
      expected: "a DICOM file, with DICM after 128 bytes",
      found: "another format, or a file without that head",
      fix: "Export it again as a DICOM file (Part 10)",
    });
  const { default: parser } = (await import("dicom-parser")) as unknown as { default: typeof import("dicom-parser") };
  try {
    const data = parser.parseDicom(bytes, { inflater: (all: Uint8Array, at: number) => inflate(all, at) } as object);
    return { path, data, syntax: (data.string("x00020010") ?? "").trim() };
  } catch (thrown) {
    if (thrown instanceof DataError) throw thrown;
    // The parser throws texts, and objects that hold them.
    const { message, exception } = thrown as { message?: string; exception?: unknown };
    const found = `what cannot be parsed (${message ?? exception ?? thrown})`;
    throw new DataError({ path, expected: "a DICOM file", found, fix: "Fetch or export it again", cause: thrown });
  }
};

const numbers = (data: DataSet | undefined, tag: string): number[] | undefined => {
  const text = data?.string(tag);
  if (text === undefined || text.trim() === "") return undefined;
  const values = text.split("\\").map(Number);
  return values.every(Number.isFinite) ? values : undefined;
};

/** The first item of a sequence. */
const item = (data: DataSet | undefined, tag: string): DataSet | undefined => data?.elements[tag]?.items?.[0]?.dataSet;

/** The first that states a tag, of data sets from the nearest to the farthest. */
const first = <T>(sets: readonly (DataSet | undefined)[], read: (data: DataSet) => T | undefined): T | undefined => {
  for (const data of sets) {
    const found = data && read(data);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** What one frame says, where a file of many frames keeps it: in its functional groups, else in those of all (PS3.3 C.7.6.16). */
const frameOf = (data: DataSet, frame: number) => {
  const own = data.elements.x52009230?.items?.[frame]?.dataSet;
  const shared = item(data, "x52009229");
  const at = (group: string, tag: string) =>
    first([item(own, group), item(shared, group), data], (set) => numbers(set, tag));
  return {
    position: at("x00209113", "x00200032"),
    orientation: at("x00209116", "x00200037"),
    spacing: at("x00289110", "x00280030"),
    thickness: at("x00289110", "x00180050"),
    between: at("x00289110", "x00180088"),
    slope: at("x00289145", "x00281053")?.[0] ?? 1,
    intercept: at("x00289145", "x00281052")?.[0] ?? 0,
    placed: own !== undefined,
  };
};

const tripleOf = (values: readonly number[] | undefined, from = 0): Triple | undefined =>
  values && values.length >= from + 3 ? [values[from]!, values[from + 1]!, values[from + 2]!] : undefined;

/**
 * The slices of a file; none where it holds no pixels, such as a report or a plan.
 * @throws DataError for pixels without rows and columns
 */
export const slicesOf = ({ path, data }: DicomFile): DicomSlice[] => {
  if (!pixelElement(data)) return [];
  const rows = data.uint16("x00280010");
  const columns = data.uint16("x00280011");
  if (!rows || !columns)
    throw new DataError({
      path,
      expected: "numbers of rows and columns of at least 1",
      found: `${rows ?? "none"} and ${columns ?? "none"}`,
      fix: "Fetch or export it again",
    });
  const frames = data.intString("x00280008") || 1;
  const offsets = numbers(data, "x3004000c");
  return Array.from({ length: frames }, (_, frame) => {
    const { position, orientation, spacing, thickness, between, slope, intercept, placed } = frameOf(data, frame);
    const across = tripleOf(orientation);
    const down = tripleOf(orientation, 3);
    // Frames that are not placed each for itself would all lie at the file's one position.
    const place = frames === 1 || placed ? tripleOf(position) : undefined;
    return {
      path,
      frame,
      series: data.string("x0020000e")?.trim() || path,
      description: (data.string("x0008103e") ?? "").trim(),
      modality: (data.string("x00080060") ?? "").trim(),
      number: (data.intString("x00200013") ?? 0) + frame,
      rows,
      columns,
      ...(place && across && down && { position: place, across, down }),
      spacing: [
        spacing?.[0] || 1,
        spacing?.[1] || 1,
        between?.[0] || (offsets && frames > 1 ? Math.abs(offsets[1]! - offsets[0]!) : 0) || thickness?.[0] || 1,
      ],
      slope,
      intercept,
    };
  });
};
