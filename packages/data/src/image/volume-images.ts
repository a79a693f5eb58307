/** Slices of volumes as pictures to learn from. */
import { createHash } from "node:crypto";
import { ndarray, sizeOf } from "@scorefield/tensor";
import { checkPath } from "../check-call.ts";
import { DataError } from "../errors.ts";
import { type FoundVolume, findVolumes } from "../volume/find-volumes.ts";
import { type Plane, type SliceAxis, type Slices, usualRange, volumeSlices } from "../volume/slices.ts";
import type { Volume } from "../volume/volume.ts";
import type { Images } from "./images.ts";
import { labelsFromFolders } from "./labels.ts";
import { type ResampleOptions, resampler } from "./resample.ts";

/** Options of {@link volumeImages}. */
export interface VolumeImageOptions {
  /** What slices follow each other along: an axis of the file, or the plane they lie in. Default `k`, the third axis. */
  readonly axis?: SliceAxis | undefined;
  /** Values that become -1 and 1; those beyond are clipped. Default each volume's own, between its quantiles 0.1 % and 99.9 %. */
  readonly range?: readonly [number, number] | undefined;
  /** Side of the square pictures in px. Default the slices' own height and width where these are at most 64 px of equal sides, else 64. */
  readonly size?: number | undefined;
  /** How other proportions become square: `pad` (default) keeps all with the lowest value around, `crop` the middle, `stretch` all. */
  readonly fit?: ResampleOptions["fit"] | undefined;
  /** The share of a slice's pixels that have to be above a tenth of the range; slices with fewer are left out. Default 0.02. */
  readonly filled?: number | undefined;
  /** Only this series of DICOM slices, by its description or unique identifier. */
  readonly series?: string | undefined;
  /** Take the first sub-folder of every volume as the class of its slices. Default false. */
  readonly labels?: boolean | undefined;
  /** Sub-folders to leave out, relative to the folder with `/` between names. Default none. */
  readonly exclude?: readonly string[] | undefined;
}

/** What became of a volume. */
export interface ReadVolume {
  readonly name: string;
  readonly plane: Plane;
  /** Slices taken, and left out for lack of anything in them. */
  readonly taken: number;
  readonly leftOut: number;
  /** Values that became -1 and 1. */
  readonly range: readonly [number, number];
  /** Of its slices, before they were made square. */
  readonly height: number;
  readonly width: number;
  readonly pixel: readonly [height: number, width: number];
  /** Values that were no numbers, and became -1. */
  readonly notFinite: number;
}

/** Slices as images in [-1, 1], and where they come from. */
export interface VolumeImages extends Images {
  readonly volumes: readonly ReadVolume[];
  readonly groups: Int32Array;
}

const largestKept = 64;
const usualSize = 64;
const alike = 0.01;

const keepsOwn = ({ height, width, pixel }: Slices): boolean =>
  Math.max(height, width) <= largestKept && Math.abs(pixel[0] / pixel[1] - 1) < alike;

const rangeOf = (volume: Volume, told: VolumeImageOptions["range"], path: string): readonly [number, number] => {
  if (told) return told;
  if (volume.voxels === "rgb") return [0, 255];
  const found = usualRange(volume);
  if (found) return found;
  throw new DataError({
    path,
    expected: "values that differ",
    found: "a volume of one value",
    fix: "Leave the file out",
  });
};

/** Values on a scale from 0 to 1; what is no number becomes 0. @returns how many these were */
const scale = (picture: Float64Array, [low, high]: readonly [number, number], inverted: boolean): number => {
  let notFinite = 0;
  for (let i = 0; i < picture.length; i++) {
    const value = picture[i]!;
    if (Number.isNaN(value)) notFinite++;
    const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
    picture[i] = Number.isNaN(value) ? 0 : inverted ? 1 - share : share;
  }
  return notFinite;
};

const something = 0.1;
const isFilled = (picture: Float64Array, least: number): boolean => {
  let count = 0;
  for (const share of picture) if (share > something) count++;
  return count >= least * picture.length;
};

/** A picture in [-1, 1] of the shape asked for. */
const finish = (
  picture: Float64Array,
  channels: number,
  resample: ReturnType<typeof resampler> | undefined,
): Float32Array => {
  const area = picture.length / channels;
  const planes = Array.from({ length: channels }, (_, c) => picture.subarray(c * area, (c + 1) * area));
  const made = resample ? planes.map(resample) : planes;
  return Float32Array.from(made.flatMap((plane) => Array.from(plane, (share) => 2 * share - 1)));
};

const check = ({ range, size, filled }: VolumeImageOptions, path: string): void => {
  if (range !== undefined && !(range.length === 2 && range[0]! < range[1]! && range.every(Number.isFinite)))
    throw new DataError({
      path,
      expected: "a range of two numbers, the lower one first",
      found: JSON.stringify(range),
    });
  if (size !== undefined && (!Number.isInteger(size) || size < 1))
    throw new DataError({ path, expected: "size to be a positive whole number", found: `${size}` });
  if (filled !== undefined && !(filled >= 0 && filled <= 1))
    throw new DataError({ path, expected: "filled between 0 and 1", found: `${filled}` });
};

const chosen = (
  found: readonly FoundVolume[],
  { series }: VolumeImageOptions,
  path: string,
): readonly FoundVolume[] => {
  const volumes = series === undefined ? found : found.filter((volume) => volume.series.includes(series));
  if (volumes.length > 0) return volumes;
  const names = [...new Set(found.flatMap((volume) => volume.series.slice(0, 1).map((name) => JSON.stringify(name))))];
  throw new DataError({
    path,
    expected: series === undefined ? "NIfTI files or DICOM slices" : `a series ${JSON.stringify(series)}`,
    found: names.join(", ") || "none",
  });
};

/**
 * The slices of a NIfTI file, a DICOM file, or of all in a folder and its sub-folders, as grey images: see `volumeSlices` for how
 * they lie. All are read and kept.
 * @throws DataError for damaged files, volumes of complex numbers, and options that do not fit
 */
export const volumeImages = async (path: string, options: VolumeImageOptions = {}): Promise<VolumeImages> => {
  checkPath("volumeImages", path);
  check(options, path);
  const { axis = "k", fit = "pad", filled = 0.02, exclude = [] } = options;
  const found = chosen(await findVolumes(path, exclude), options, path);
  const pictures: Float32Array[] = [];
  const groups: number[] = [];
  const volumes: ReadVolume[] = [];
  let shape: Images["shape"] | undefined;
  const hash = createHash("sha256");
  for (const [group, file] of found.entries()) {
    const volume = await file.read();
    const slices = volumeSlices(volume, { axis, path: file.path });
    const { height, width, pixel, channels, plane, count } = slices;
    const size = options.size ?? (shape ? undefined : keepsOwn(slices) ? undefined : usualSize);
    shape ??= size === undefined ? [channels, height, width] : [channels, size, size];
    const resized = shape[1] !== height || shape[2] !== width || !keepsOwn(slices);
    if (channels !== shape[0] || (resized && shape[1] !== shape[2]))
      throw new DataError({
        path: file.path,
        expected: `slices of ${shape[2]} x ${shape[1]}, ${shape[0] === 1 ? "grey" : "in colour"}, as in ${found[0]!.name}`,
        found: `${width} x ${height}, ${channels === 1 ? "grey" : "in colour"}`,
        fix: "Set data.size, to which all are brought, or leave the file out",
      });
    const resample = resized ? resampler({ height, width, pixel, size: shape[1], fit }) : undefined;
    const range = rangeOf(volume, options.range, file.path);
    let [taken, notFinite] = [0, 0];
    for (let slice = 0; slice < count; slice++) {
      const picture = slices.read(slice);
      notFinite += scale(picture, range, volume.inverted === true);
      if (!isFilled(picture, filled)) continue;
      const made = finish(picture, channels, resample);
      hash.update(new Uint8Array(made.buffer, made.byteOffset, made.byteLength));
      pictures.push(made);
      groups.push(group);
      taken++;
    }
    volumes.push({ name: file.name, plane, taken, leftOut: count - taken, range, height, width, pixel, notFinite });
  }
  if (pictures.length === 0)
    throw new DataError({
      path,
      expected: `slices with at least ${100 * filled} % of their pixels above a tenth of the range`,
      found: "none",
      fix: "Set data.range and data.filled",
    });
  const labelled = options.labels
    ? labelsFromFolders(
        found.map(({ name }) => name),
        path,
      )
    : undefined;
  const labels = labelled && Int32Array.from(groups, (group) => labelled.labels[group]!);
  hash.update(JSON.stringify([shape, labelled?.classes ?? []])).update(labels ?? "");
  const area = sizeOf(shape!);
  return {
    count: pictures.length,
    shape: shape!,
    ...(labelled && { labels: labels!, classes: labelled.classes }),
    decodes: false,
    sha256: hash.digest("hex"),
    volumes,
    groups: Int32Array.from(groups),
    read: async (rows) => {
      const data = new Float32Array(rows.length * area);
      for (const [i, row] of rows.entries()) data.set(pictures[row]!, i * area);
      return ndarray(data, [rows.length, ...shape!]);
    },
  };
};
