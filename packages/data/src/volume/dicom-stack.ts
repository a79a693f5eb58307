/** How slices lie in space. */
import { DataError } from "../errors.ts";
import { affineOfSpacing } from "./affine.ts";
import type { DicomSlice } from "./dicom-header.ts";
import type { Affine, Volume } from "./volume.ts";

/** Slices in their order, and the grid that they make. */
export interface Stack extends Pick<Volume, "affine" | "affineFrom" | "spacing"> {
  readonly slices: readonly DicomSlice[];
  /** [columns, rows, slices], and how often each place was taken where this is more than once. */
  readonly shape: readonly number[];
}

type Triple = readonly [number, number, number];
const dot = (a: Triple, b: Triple): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Triple, b: Triple): Triple => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** mm and parts of a unit vector that rounding in files may take. */
const samePlace = 1e-2;
const sameDirection = 1e-3;
/** How unequal distances between slices may be, as a share of the usual one. */
const unequal = 0.1;

/** @throws DataError naming the first slice that is of another size or direction than the first one */
const checkAlike = (slices: readonly DicomSlice[]): void => {
  const [head] = slices as [DicomSlice, ...DicomSlice[]];
  const about = ({ rows, columns, across, down, spacing }: DicomSlice): number[] => [
    ...[rows, columns, spacing[0], spacing[1]],
    ...(across ?? []),
    ...(down ?? []),
  ];
  const expected = about(head);
  for (const slice of slices) {
    const found = about(slice);
    if (found.length === expected.length && found.every((x, n) => Math.abs(x - expected[n]!) < sameDirection)) continue;
    throw new DataError({
      path: slice.path,
      expected: `a slice of the size, spacing and direction of ${head.path}`,
      found: `${slice.columns} x ${slice.rows} of ${slice.spacing[1]} x ${slice.spacing[0]} mm${slice.across ? `, directions ${[...slice.across, ...slice.down!].join(", ")}` : ", without a position"}`,
      fix: "Put the slices that belong together into a folder of their own",
    });
  }
};

/** The distance from slice to slice. @throws DataError where one is missing */
const evenSpacing = (
  places: readonly { readonly place: number; readonly slices: readonly DicomSlice[] }[],
  { path, closeGaps }: { readonly path: string; readonly closeGaps: boolean },
): number => {
  const steps = places.slice(1).map(({ place }, n) => place - places[n]!.place);
  const usual = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)]!;
  const odd = steps.findIndex((step) => Math.abs(step - usual) > unequal * usual);
  if (odd < 0) return (places.at(-1)!.place - places[0]!.place) / steps.length;
  if (closeGaps) return usual;
  throw new DataError({
    path,
    expected: `slices at equal distances, ${usual.toFixed(2)} mm as most are`,
    found: `${steps[odd]!.toFixed(2)} mm between ${places[odd]!.slices[0]!.path} and ${places[odd + 1]!.slices[0]!.path}`,
    fix: 'Add the slices that are missing, or close the gap with gaps: "close"',
  });
};

/** @param step from slice to slice, which may lean where a scanner was tilted */
const affineOf = ({ across, down, position, spacing }: DicomSlice, step: Triple): Affine => {
  // DICOM counts to the left and to the back, volumes to the right and to the front.
  const row = (axis: 0 | 1 | 2, sign: 1 | -1) =>
    [
      sign * across![axis] * spacing[1] || 0,
      sign * down![axis] * spacing[0] || 0,
      sign * step[axis] || 0,
      sign * position![axis] || 0,
    ] as const;
  return [row(0, -1), row(1, -1), row(2, 1), [0, 0, 0, 1]];
};

/**
 * Orders slices by their positions along the normal of their plane (PS3.3 C.7.6.2), else by their numbers.
 * @throws DataError for slices that do not make a grid
 */
export const stackSlices = (
  given: readonly DicomSlice[],
  options: { readonly path: string; readonly closeGaps: boolean },
): Stack => {
  checkAlike(given);
  const numbered = [...given].sort((a, b) => a.number - b.number);
  const [head] = numbered as [DicomSlice, ...DicomSlice[]];
  const { rows, columns, spacing, across, down } = head;
  if (!across || !down) {
    const sizes = [spacing[1], spacing[0], spacing[2]];
    const shape = [columns, rows, numbered.length];
    return { slices: numbered, shape, affine: affineOfSpacing(sizes), affineFrom: "spacing", spacing: sizes };
  }
  const normal = cross(across, down);
  const placed = numbered
    .map((slice) => ({ slice, place: dot(slice.position!, normal) }))
    .sort((a, b) => a.place - b.place);
  const places: { place: number; slices: DicomSlice[] }[] = [];
  for (const { slice, place } of placed) {
    const last = places.at(-1);
    if (last && place - last.place < samePlace) last.slices.push(slice);
    else places.push({ place, slices: [slice] });
  }
  const times = places[0]!.slices.length;
  const other = places.find(({ slices }) => slices.length !== times);
  if (other)
    throw new DataError({
      path: options.path,
      expected: `${times} slices at every place, as at the first`,
      found: `${other.slices.length} at that of ${other.slices[0]!.path}`,
      fix: "Put the slices that belong together into a folder of their own",
    });
  const step = places.length > 1 ? evenSpacing(places, options) : spacing[2];
  for (const { slices } of places) slices.sort((a, b) => a.number - b.number);
  const ordered = Array.from({ length: times }, (_, time) => places.map(({ slices }) => slices[time]!)).flat();
  const [from, to] = [places[0]!, places.at(-1)!];
  const even = Math.abs(to.place - from.place - step * (places.length - 1)) < samePlace && places.length > 1;
  const along = (axis: 0 | 1 | 2): number =>
    even
      ? (to.slices[0]!.position![axis] - from.slices[0]!.position![axis]) / (places.length - 1)
      : normal[axis] * step;
  return {
    slices: ordered,
    shape: [columns, rows, places.length, ...(times > 1 ? [times] : [])],
    affine: affineOf(ordered[0]!, [along(0), along(1), along(2)]),
    affineFrom: "dicom",
    spacing: [spacing[1], spacing[0], step, ...(times > 1 ? [1] : [])],
  };
};
