/** Volumes as pictures, slice by slice. No Node module is used here. */
import type { NdArray } from "@scorefield/tensor";
import { checkArray, checkMade, checkOptions } from "../check-call.ts";
import { DataError } from "../errors.ts";
import { type Affine, gridOf, lanesOf, type Volume } from "./volume.ts";

/** The axis that slices follow each other along: one of the file's own, or by the plane that they lie in. */
export const sliceAxes = ["i", "j", "k", "axial", "coronal", "sagittal"] as const;
export type SliceAxis = (typeof sliceAxes)[number];
export type Plane = "sagittal" | "coronal" | "axial";

/** Planes by the direction across them: to the right, to the front, to the head. */
const planes: readonly Plane[] = ["sagittal", "coronal", "axial"];

/** Which way each of a volume's axes goes: along x, y or z (0, 1 or 2), up it or down it. */
interface Direction {
  readonly world: 0 | 1 | 2;
  readonly sign: 1 | -1;
}

/** The nearest direction of every axis; each is taken once. */
export const directionsOf = (affine: Affine): readonly [Direction, Direction, Direction] => {
  const axes = [0, 1, 2] as const;
  const pairs = axes.flatMap((axis) => {
    const length = Math.hypot(affine[0][axis], affine[1][axis], affine[2][axis]) || 1;
    return axes.map((world) => ({ axis, world, cosine: affine[world][axis] / length }));
  });
  pairs.sort((a, b) => Math.abs(b.cosine) - Math.abs(a.cosine));
  const found: Direction[] = [];
  const taken = new Set<number>();
  for (const { axis, world, cosine } of pairs)
    if (!found[axis] && !taken.has(world)) {
      found[axis] = { world, sign: cosine < 0 ? -1 : 1 };
      taken.add(world);
    }
  return found as unknown as [Direction, Direction, Direction];
};

/** The slices of a volume as pictures. */
export interface Slices {
  readonly plane: Plane;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** 1, or 3 for red, green, blue. */
  readonly channels: 1 | 3;
  /** Height and width of a pixel in the volume's unit. */
  readonly pixel: readonly [height: number, width: number];
  /** One slice's values, [channels, height, width]. */
  read(slice: number): Float64Array;
  /**
   * A volume of the same grid with other values: [count, channels, height, width], as `read` gives them.
   * @throws DataError for another number of values
   */
  volume(values: ArrayLike<number>): Volume;
}

/**
 * The slices of a volume along an axis, in the order of the file, those of later times after those of earlier ones. They lie as
 * radiologists look at them: the front on top where they are axial, the head on top else; the patient's right, or in sagittal ones
 * the front, on the left. Where the file states no directions, columns are i and rows are j, from the top.
 * @throws DataError for complex numbers, and colours that may be transparent
 */
export const volumeSlices = (
  volume: Volume,
  options: { readonly axis?: SliceAxis; readonly path?: string } = {},
): Slices => {
  checkMade("volumeSlices", volume, ["values", "voxels", "affine"], "a volume, such as readNifti gives");
  checkArray("volumeSlices values", volume.values);
  checkOptions("volumeSlices", options, { axis: true, path: true });
  const { axis: asked = "k", path } = options;
  const { values, voxels, affineFrom } = volume;
  if (voxels === "complex" || voxels === "rgba")
    throw new DataError({
      path,
      expected: "a volume of real numbers or RGB, for pictures of its slices",
      found: voxels === "complex" ? "complex numbers" : "colours that may be transparent",
      fix: voxels === "complex" ? "Save their magnitudes as a volume" : "Save it as RGB",
    });
  const channels = lanesOf[voxels] as 1 | 3;
  const [ni = 1, nj = 1, nk = 1, ...more] = gridOf(volume);
  const sizes = [ni, nj, nk];
  const times = more.reduce((product, size) => product * size, 1);
  const strides = [nj * nk * times * channels, nk * times * channels, times * channels];
  const spacing = [0, 1, 2].map((axis) => volume.spacing[axis] || 1);
  const directions =
    affineFrom === "spacing"
      ? ([0, 1, 2] as const).map((world) => ({ world, sign: world === 2 ? 1 : -1 }) as const)
      : directionsOf(volume.affine);
  const axis = asked.length === 1 ? "ijk".indexOf(asked) : directions.findIndex(({ world }) => planes[world] === asked);
  const plane = planes[directions[axis]!.world]!;
  const along = (world: 0 | 1 | 2) => {
    const at = directions.findIndex((direction) => direction.world === world);
    // Pictures go down and to the right, which is to the feet or the back, and to the left or the back.
    const turned = directions[at]!.sign === 1;
    return {
      size: sizes[at]!,
      spacing: spacing[at]!,
      start: turned ? (sizes[at]! - 1) * strides[at]! : 0,
      step: turned ? -strides[at]! : strides[at]!,
    };
  };
  const down = along(plane === "axial" ? 1 : 2);
  const right = along(plane === "sagittal" ? 1 : 0);
  const [height, width] = [down.size, right.size];
  const area = height * width;
  const perTime = sizes[axis]!;
  const count = perTime * times;
  /** Calls `use` with the places of a slice's numbers in the picture and in the volume. */
  const each = (slice: number, use: (pixel: number, voxel: number) => void): void => {
    const base = (slice % perTime) * strides[axis]! + Math.floor(slice / perTime) * channels + down.start + right.start;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++) use(c * area + y * width + x, base + y * down.step + x * right.step + c);
  };
  return {
    plane,
    count,
    height,
    width,
    channels,
    pixel: [down.spacing, right.spacing],
    read: (slice) => {
      const picture = new Float64Array(channels * area);
      each(slice, (pixel, voxel) => {
        picture[pixel] = Number(values.data[voxel]);
      });
      return picture;
    },
    volume: (given) => {
      if (given.length !== count * channels * area)
        throw new DataError({
          path,
          expected: `${count} slices of ${channels} x ${height} x ${width} values`,
          found: `${given.length} values`,
        });
      const data = new Float32Array(given.length);
      for (let slice = 0; slice < count; slice++)
        each(slice, (pixel, voxel) => {
          data[voxel] = given[slice * channels * area + pixel]!;
        });
      return { ...volume, values: { dtype: "float32", shape: values.shape, data } as NdArray };
    },
  };
};

const mostLooked = 1 << 20;

/**
 * From where to where most of a volume's values go: the quantiles 0.1 % and 99.9 % of its finite ones, of a million spread evenly
 * where there are more.
 * @returns undefined where all are the same, or none is finite
 */
export const usualRange = (volume: Pick<Volume, "values">): readonly [number, number] | undefined => {
  checkMade("usualRange", volume, ["values"], "a volume, such as readNifti gives");
  checkArray("usualRange values", volume.values);
  const { data } = volume.values;
  const step = Math.max(1, Math.ceil(data.length / mostLooked));
  const looked: number[] = [];
  for (let i = 0; i < data.length; i += step) {
    const value = Number(data[i]);
    if (Number.isFinite(value)) looked.push(value);
  }
  const sorted = Float64Array.from(looked).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
  if (sorted.length === 0) return undefined;
  const [low, high] = [at(0.001), at(0.999)];
  if (low < high) return [low, high];
  const [least, most] = [at(0), at(1)];
  return least < most ? [least, most] : undefined;
};
