/** Numbers on a regular grid in space. No Node module is used here. */
import type { NdArray } from "@scorefield/tensor";

/** Rows of a 4 x 4 matrix that takes indices (i, j, k, 1) to a place (x, y, z, 1); the last row is 0, 0, 0, 1. */
export type Affine = readonly [Row, Row, Row, Row];
type Row = readonly [number, number, number, number];

/** What the places are relative to, as NIfTI-1 names it. */
export type Space = "unknown" | "scanner" | "aligned" | "Talairach" | "MNI" | "template";

/** What stands at each place: a real number, the pair (real, imaginary), or 8-bit colours. */
export type VoxelKind = "real" | "complex" | "rgb" | "rgba";

/** Numbers that stand at each place, in a trailing axis where there are several. */
export const lanesOf: Readonly<Record<VoxelKind, number>> = { real: 1, complex: 2, rgb: 3, rgba: 4 };

/** An image in space, from a NIfTI file or from DICOM slices. */
export interface Volume {
  /**
   * [i, j, k], with more axes such as time after them, the last varying fastest; a file of fewer axes has fewer. Complex
   * numbers and colours have a trailing axis of 2, 3 or 4: see `voxels`.
   */
  readonly values: NdArray;
  readonly voxels: VoxelKind;
  /** x goes to the patient's right, y to the front, z to the head (RAS+), in `unit`. */
  readonly affine: Affine;
  /** Where the affine comes from. `spacing`: the file states distances only, so directions and the origin are unknown. */
  readonly affineFrom: "sform" | "qform" | "spacing" | "dicom" | "given";
  readonly space: Space;
  /** Distances between neighbours along each axis, in `unit`, and along a fourth axis in `timeUnit`. */
  readonly spacing: readonly number[];
  readonly unit: "unknown" | "m" | "mm" | "um";
  readonly timeUnit: "unknown" | "s" | "ms" | "us";
  /** What the file says of itself: up to 80 letters. */
  readonly description: string;
  /** Set where low values are bright, as on the film of an X-ray (DICOM's MONOCHROME1). */
  readonly inverted?: true;
}

/** The shape without the axis of pairs or colours. */
export const gridOf = ({ values: { shape }, voxels }: Pick<Volume, "values" | "voxels">): readonly number[] =>
  voxels === "real" ? shape : shape.slice(0, -1);
