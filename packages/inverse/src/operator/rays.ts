/**
 * Where the rays of a tomograph run through an image, and the sparse matrices that follow. Lengths count in pixels. Pixel (i, j)
 * of [rows, columns] is at x = j - (columns - 1) / 2, y = i - (rows - 1) / 2.
 */
import { type SparseMatrix, sparseMatrix } from "@scorefield/tensor";

/** How views are taken. Angles are in degrees. */
export interface Scan {
  readonly image: readonly [rows: number, columns: number];
  readonly views: number;
  /** Angle of the first view, and the range that the views divide evenly; its end is not a view. */
  readonly first: number;
  readonly range: number;
  readonly detectors: number;
  /** Distance of two detectors. */
  readonly spacing: number;
  /** Where the centre of rotation is on the detector, from its middle, in detectors. */
  readonly offset: number;
  /** From the source to the centre of rotation, and from there to the detector; absent for parallel rays. */
  readonly fan?: { readonly source: number; readonly detector: number };
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Cosine and sine of a view's angle, exact at multiples of 90 degrees. */
const direction = ({ first, range, views }: Scan, view: number): [cos: number, sin: number] => {
  const degrees = first + (range * view) / views;
  const turn = ((degrees % 360) + 360) % 360;
  const exact = { 0: [1, 0], 90: [0, 1], 180: [-1, 0], 270: [0, -1] }[turn] as [number, number] | undefined;
  return exact ?? [Math.cos(radians(degrees)), Math.sin(radians(degrees))];
};

/** Place of detector d along the detector: its distance from the centre of rotation. */
const placeOf = ({ detectors, spacing, offset }: Scan, d: number): number =>
  (d - (detectors - 1) / 2 - offset) * spacing;

/** A point of a ray and its unit direction. */
type Ray = readonly [x: number, y: number, dx: number, dy: number];

/**
 * The ray of a view at angle theta. Parallel: x cos(theta) + y sin(theta) = s. Fan: from the source at
 * source (sin(theta), -cos(theta)) to the flat detector, whose line runs along (cos(theta), sin(theta)).
 */
const rayOf = (scan: Scan, view: number, d: number): Ray => {
  const [cos, sin] = direction(scan, view);
  const s = placeOf(scan, d);
  if (!scan.fan) return [s * cos, s * sin, -sin, cos];
  const { source, detector } = scan.fan;
  const [dx, dy] = [s * cos - (source + detector) * sin, s * sin + (source + detector) * cos];
  const length = Math.hypot(dx, dy);
  return [source * sin, -source * cos, dx / length, dy / length];
};

/** Entries of a sparse matrix, as they come. */
const collect = (shape: readonly [number, number]) => {
  let [row, column, value] = [new Int32Array(1024), new Int32Array(1024), new Float64Array(1024)];
  let count = 0;
  return {
    add: (r: number, c: number, v: number): void => {
      if (count === value.length) {
        [row, column, value] = [row, column, value].map((old) => {
          const next = new (old.constructor as typeof Float64Array)(2 * count);
          next.set(old as Float64Array);
          return next;
        }) as unknown as [typeof row, typeof column, typeof value];
      }
      row[count] = r;
      column[count] = c;
      value[count++] = v;
    },
    matrix: (): SparseMatrix =>
      sparseMatrix(shape, {
        row: row.subarray(0, count),
        column: column.subarray(0, count),
        value: value.subarray(0, count),
      }),
  };
};

/**
 * Line integrals along rays, [views * detectors, rows * columns]: a ray is followed along the axis it is closer to, and at each
 * row (or column) the image is interpolated between the two pixels beside it (Joseph 1982). Outside of the image it is 0.
 */
export const projectionMatrix = (scan: Scan): SparseMatrix => {
  const [rows, columns] = scan.image;
  const entries = collect([scan.views * scan.detectors, rows * columns]);
  for (let view = 0; view < scan.views; view++)
    for (let d = 0; d < scan.detectors; d++) {
      const ray = view * scan.detectors + d;
      const [x, y, dx, dy] = rayOf(scan, view, d);
      const steep = Math.abs(dy) >= Math.abs(dx);
      const [steps, across] = steep ? [rows, columns] : [columns, rows];
      // Along the axis that is followed, the other coordinate changes by `slope` a pixel.
      const [from, start, slope] = steep ? [y, x, dx / dy] : [x, y, dy / dx];
      const length = 1 / Math.abs(steep ? dy : dx);
      for (let k = 0; k < steps; k++) {
        const place = start + (k - (steps - 1) / 2 - from) * slope + (across - 1) / 2;
        const below = Math.floor(place);
        if (below < -1 || below >= across) continue;
        for (const [at, share] of [
          [below, 1 - (place - below)],
          [below + 1, place - below],
        ] as const)
          if (at >= 0 && at < across && share > 0)
            entries.add(ray, steep ? k * columns + at : at * columns + k, share * length);
      }
    }
  return entries.matrix();
};

/**
 * Back-projection of filtered views, [rows * columns, views * detectors]: at each pixel the values of the views, interpolated
 * between two detectors, times the step of the angle. With a fan they are weighted by 1 / U^2, U being the pixel's distance
 * from the source along the central ray, over the source's distance from the centre (Kak & Slaney 1988, equation 3.88).
 */
export const backProjectionMatrix = (scan: Scan): SparseMatrix => {
  const [rows, columns] = scan.image;
  const { views, detectors, spacing, offset, range, fan } = scan;
  const entries = collect([rows * columns, views * detectors]);
  // Half a turn sees every line once; what is seen more often counts less.
  const step = (radians(range) / views) * Math.min(1, 180 / range);
  for (let view = 0; view < views; view++) {
    const [cos, sin] = direction(scan, view);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const [x, y] = [j - (columns - 1) / 2, i - (rows - 1) / 2];
        const along = x * cos + y * sin;
        const depth = fan ? (fan.source - x * sin + y * cos) / fan.source : 1;
        const s = fan ? (along / depth) * ((fan.source + fan.detector) / fan.source) : along;
        const place = s / spacing + offset + (detectors - 1) / 2;
        const below = Math.floor(place);
        for (const [at, share] of [
          [below, 1 - (place - below)],
          [below + 1, place - below],
        ] as const)
          if (at >= 0 && at < detectors && share > 0)
            entries.add(i * columns + j, view * detectors + at, (share * step) / depth ** 2);
      }
  }
  return entries.matrix();
};

/** What each detector's value is multiplied by before filtering: the cosine of the ray's angle to the central ray. [detectors] */
export const rayWeights = (scan: Scan): Float64Array =>
  Float64Array.from({ length: scan.detectors }, (_, d) => {
    if (!scan.fan) return 1;
    const whole = scan.fan.source + scan.fan.detector;
    return whole / Math.hypot(whole, placeOf(scan, d));
  });

/** Distance of two detectors, as seen at the centre of rotation. */
export const spacingAtCentre = ({ spacing, fan }: Scan): number =>
  fan ? (spacing * fan.source) / (fan.source + fan.detector) : spacing;
