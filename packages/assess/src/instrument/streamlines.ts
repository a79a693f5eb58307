/** Lines along a field in the plane, evenly spread. */

import { ArgumentError } from "@scorefield/core";
import { checkArray, checkMade, checkPositive } from "@scorefield/core/internal";
import { type NdArray, ShapeError } from "@scorefield/tensor";

/** A field on the points (x[j], y[i]). */
export interface PlanarField {
  /** Ascending, in equal steps, at least two. */
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** [y.length, x.length, 2] */
  readonly vectors: NdArray;
}

/** Options of {@link streamlines}. */
export interface StreamlineOptions {
  /** Distance between lines as a share of the greater side of the grid, default 1/30. */
  readonly separation?: number;
}

/** A line in the direction of the field: x and y of its points in turn. */
export type Streamline = readonly (readonly [x: number, y: number])[];

type Point = readonly [number, number];

/** Direction of the field between its points, of unit length; undefined outside or where it vanishes. */
const directions = ({ x, y, vectors: { data } }: PlanarField): ((at: Point) => Point | undefined) => {
  const [nx, ny] = [x.length, y.length];
  const [dx, dy] = [(x[nx - 1]! - x[0]!) / (nx - 1), (y[ny - 1]! - y[0]!) / (ny - 1)];
  return ([a, b]) => {
    const [u, v] = [(a - x[0]!) / dx, (b - y[0]!) / dy];
    if (!(u >= 0 && v >= 0 && u <= nx - 1 && v <= ny - 1)) return undefined;
    const [j, i] = [Math.min(nx - 2, Math.floor(u)), Math.min(ny - 2, Math.floor(v))];
    const [p, q] = [u - j, v - i];
    const part = (c: 0 | 1): number => {
      const value = (row: number, column: number): number => Number(data[2 * (row * nx + column) + c]);
      return (
        (1 - q) * ((1 - p) * value(i, j) + p * value(i, j + 1)) +
        q * ((1 - p) * value(i + 1, j) + p * value(i + 1, j + 1))
      );
    };
    const [vx, vy] = [part(0), part(1)];
    const length = Math.hypot(vx, vy);
    return length > 0 ? [vx / length, vy / length] : undefined;
  };
};

/** Points in square cells, to find those near another one. */
const cellsOf = (size: number) => {
  const cells = new Map<string, Point[]>();
  const key = (i: number, j: number): string => `${i},${j}`;
  return {
    add: (point: Point): void => {
      const at = key(Math.floor(point[0] / size), Math.floor(point[1] / size));
      const cell = cells.get(at);
      if (cell) cell.push(point);
      else cells.set(at, [point]);
    },
    near: ([a, b]: Point, distance: number): boolean => {
      const [i, j] = [Math.floor(a / size), Math.floor(b / size)];
      for (let p = i - 1; p <= i + 1; p++)
        for (let q = j - 1; q <= j + 1; q++)
          if (cells.get(key(p, q))?.some(([u, v]) => Math.hypot(u - a, v - b) < distance)) return true;
      return false;
    },
  };
};

const stepShare = 0.2;
const mostSteps = 2000;

/**
 * Evenly spread lines along a field (Jobard & Lefer 1997): a new line begins one separation away from an old one. It
 * ends where it leaves the grid, where the field vanishes, or half a separation from another line. Runge & Kutta's
 * fourth order in steps of a fifth of the separation; the field is interpolated linearly.
 * @throws ShapeError for vectors that do not fit the grid; ArgumentError for a grid or separation out of range
 */
export const streamlines = (field: PlanarField, { separation = 1 / 30 }: StreamlineOptions = {}): Streamline[] => {
  checkMade("streamlines field", field, ["x", "y", "vectors"], "a field with x, y and vectors");
  checkArray("streamlines vectors", field.vectors);
  const { x, y, vectors } = field;
  checkPositive("streamlines separation", separation);
  if (vectors.shape.join() !== [y.length, x.length, 2].join())
    throw new ShapeError(`streamlines: expected vectors [${y.length}, ${x.length}, 2], found [${vectors.shape}]`);
  for (const axis of [x, y])
    if (axis.length < 2 || axis.some((value, i) => !Number.isFinite(value) || (i > 0 && value <= axis[i - 1]!)))
      throw new ArgumentError(`streamlines: expected at least two ascending numbers on each axis, found ${axis}`);
  const apart = separation * Math.max(x.at(-1)! - x[0]!, y.at(-1)! - y[0]!);
  const h = stepShare * apart;
  const direction = directions(field);
  const taken = cellsOf(apart);

  const move = (from: Point, sign: 1 | -1): Point | undefined => {
    const at = (k: Point, share: number): Point => [
      from[0] + sign * share * h * k[0],
      from[1] + sign * share * h * k[1],
    ];
    const k1 = direction(from);
    const k2 = k1 && direction(at(k1, 0.5));
    const k3 = k2 && direction(at(k2, 0.5));
    const k4 = k3 && direction(at(k3, 1));
    if (!k4) return undefined;
    const mean: Point = [(k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0]) / 6, (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1]) / 6];
    // About a stagnation point the directions cancel.
    return Math.hypot(...mean) < 0.5 ? undefined : at(mean, 1);
  };

  const half = (seed: Point, sign: 1 | -1): { line: Point[]; closed: boolean } => {
    const line: Point[] = [];
    const own = cellsOf(apart);
    for (let at: Point | undefined = seed; at && line.length < mostSteps; ) {
      const next: Point | undefined = move(at, sign);
      if (!next || !direction(next) || taken.near(next, apart / 2)) break;
      // A closed line has come around when it is near its own points of long ago.
      if (line.length > 20 && own.near(next, 0.75 * h)) return { line, closed: true };
      line.push(next);
      if (line.length > 10) own.add(line[line.length - 11]!);
      at = next;
    }
    return { line, closed: false };
  };

  const lines: Streamline[] = [];
  const draw = (seed: Point): boolean => {
    if (!direction(seed) || taken.near(seed, apart)) return false;
    const onwards = half(seed, 1);
    const line = [...(onwards.closed ? [] : half(seed, -1).line.reverse()), seed, ...onwards.line];
    if (line.length < 5) return false;
    for (const point of line) taken.add(point);
    lines.push(line);
    return true;
  };

  draw([(x[0]! + x.at(-1)!) / 2 + apart / 3, (y[0]! + y.at(-1)!) / 2 + apart / 7]);
  for (let k = 0; k < lines.length; k++)
    for (const point of lines[k]!) {
      const along = direction(point);
      if (along)
        for (const side of [-1.02, 1.02])
          draw([point[0] - side * apart * along[1], point[1] + side * apart * along[0]]);
    }
  // What no line came near to, such as the far side of a saddle.
  for (const b of y) for (const a of x) if (draw([a, b])) continue;
  return lines;
};
