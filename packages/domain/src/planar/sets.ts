/**
 * Two-dimensional sets to train on. Without noise each has mean zero (except the spirals with one arm) and mean square
 * coordinate 1, E|x|^2 / 2 = 1. So one noise schedule suits them all. `noise` is the standard deviation of isotropic
 * Gaussian noise added in these units.
 */

import { ArgumentError, normal, uniform } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";

/**
 * Draws `count` points as float32 [count, 2]; row i is sample `firstSample + i` (default 0) of `seed`, in any batch.
 * @throws ShapeError, ArgumentError for a count, seed or firstSample that {@link uniform} does not take
 */
export type PlanarSampler = (count: number, seed: number, firstSample?: number) => NdArray<"float32">;

/** Three uniform and two standard normal numbers to one point. */
type Place = (u: readonly [number, number, number], z: readonly [number, number]) => readonly [number, number];

const planar = (place: Place, noise: number): PlanarSampler => {
  nonNegative("noise", noise);
  return (count, seed, firstSample = 0) => {
    const u = uniform([count, 3], { seed, firstSample, purpose: "data", dtype: "float64" }).data;
    const z = normal([count, 2], { seed, step: 1, firstSample, purpose: "data", dtype: "float64" }).data;
    const points = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) {
      const z0 = z[2 * i]!;
      const z1 = z[2 * i + 1]!;
      const [x, y] = place([u[3 * i]!, u[3 * i + 1]!, u[3 * i + 2]!], [z0, z1]);
      points[2 * i] = x + noise * z0;
      points[2 * i + 1] = y + noise * z1;
    }
    return ndarray(points, [count, 2]);
  };
};

const nonNegative = (name: string, value: number): void => {
  if (!(value >= 0 && Number.isFinite(value)))
    throw new ArgumentError(`${name}: expected a finite number of at least 0, found ${value}`);
};

const wholeNumber = (name: string, value: number, least: number): void => {
  if (!Number.isInteger(value) || value < least)
    throw new ArgumentError(`${name}: expected an integer of at least ${least}, found ${value}`);
};

/** Two interleaved half circles of radius 1.42, points uniform along them. */
export const moons = ({ noise = 0.1 }: { readonly noise?: number } = {}): PlanarSampler => {
  // Unit half circles about (0, 0), above, and (1, 1/2), below; their mean is (1/2, 1/4), E|x - mean|^2 = 21/16 - 1/pi.
  const scale = Math.sqrt(2 / (21 / 16 - 1 / Math.PI));
  return planar(([arc, side]) => {
    const x = Math.cos(Math.PI * arc) - 0.5;
    const y = Math.sin(Math.PI * arc) - 0.25;
    return side < 0.5 ? [scale * x, scale * y] : [-scale * x, -scale * y];
  }, noise);
};

/**
 * Archimedean spirals from the origin to radius 2, points nearly uniform along the arms: radius 2 sqrt(u), angle
 * 2 pi `turns` sqrt(u).
 * @throws ArgumentError unless `arms` (default 2) is a positive integer and `turns` (default 1.5) at least 0
 */
export const spirals = ({
  arms = 2,
  turns = 1.5,
  noise = 0.05,
}: {
  readonly arms?: number;
  readonly turns?: number;
  readonly noise?: number;
} = {}): PlanarSampler => {
  wholeNumber("arms", arms, 1);
  nonNegative("turns", turns);
  return planar(([along, arm]) => {
    const t = Math.sqrt(along);
    const angle = 2 * Math.PI * (turns * t + Math.floor(arm * arms) / arms);
    return [2 * t * Math.cos(angle), 2 * t * Math.sin(angle)];
  }, noise);
};

/**
 * Every second cell of a board of `cells` x `cells` on [-sqrt 3, sqrt 3]^2, lower left cell included. Without noise
 * the density is known: 1/6 on those cells and 0 elsewhere.
 * @throws ArgumentError unless `cells` (default 4) is an even positive integer
 */
export const checkerboard = ({
  cells = 4,
  noise = 0,
}: {
  readonly cells?: number;
  readonly noise?: number;
} = {}): PlanarSampler => {
  wholeNumber("cells", cells, 2);
  if (cells % 2) throw new ArgumentError(`cells: expected an even number, found ${cells}`);
  const board = (cell: number) => Math.sqrt(3) * ((2 * cell) / cells - 1);
  return planar(([across, up]) => {
    const column = across * cells;
    const pair = Math.floor((up * cells) / 2);
    return [board(column), board((up * cells) / 2 + pair + (Math.floor(column) % 2))];
  }, noise);
};

/**
 * Concentric circles of radii proportional to 1 ... `rings`, each with the same share of the points. The density is
 * known: uniform in angle, and about a circle of radius R the distance r from the origin has Rice's distribution,
 * r / noise^2 exp(-(r^2 + R^2) / (2 noise^2)) I0(r R / noise^2).
 * @throws ArgumentError unless `rings` (default 3) is a positive integer
 */
export const rings = ({
  rings: count = 3,
  noise = 0.08,
}: {
  readonly rings?: number;
  readonly noise?: number;
} = {}): PlanarSampler => {
  wholeNumber("rings", count, 1);
  const gap = Math.sqrt(12 / ((count + 1) * (2 * count + 1)));
  return planar(([turn, ring]) => {
    const radius = gap * (Math.floor(ring * count) + 1);
    return [radius * Math.cos(2 * Math.PI * turn), radius * Math.sin(2 * Math.PI * turn)];
  }, noise);
};

/**
 * Gaussian blades bent into a wheel (Johnson et al. 2016, "Composing graphical models with neural networks for
 * structured representations and fast inference"): (1 + `radial` z0, `tangential` z1) turned by the blade's angle plus
 * `rate` exp(1 + `radial` z0), then scaled. The blades are noise themselves, so there is no `noise`.
 * @throws ArgumentError unless `blades` (default 5) is an integer of at least 2, the standard deviations `radial`
 *   (default 0.3) and `tangential` (default 0.1) at least 0, `rate` (default 0.25) finite
 */
export const pinwheel = ({
  blades = 5,
  radial = 0.3,
  tangential = 0.1,
  rate = 0.25,
}: {
  readonly blades?: number;
  readonly radial?: number;
  readonly tangential?: number;
  readonly rate?: number;
} = {}): PlanarSampler => {
  wholeNumber("blades", blades, 2);
  nonNegative("radial", radial);
  nonNegative("tangential", tangential);
  if (!Number.isFinite(rate)) throw new ArgumentError(`rate: expected a finite number, found ${rate}`);
  const scale = Math.sqrt(2 / (1 + radial ** 2 + tangential ** 2));
  return planar(([blade], [z0, z1]) => {
    const along = 1 + radial * z0;
    const across = tangential * z1;
    const angle = (2 * Math.PI * Math.floor(blade * blades)) / blades + rate * Math.exp(along);
    const cosine = scale * Math.cos(angle);
    const sine = scale * Math.sin(angle);
    return [along * cosine - across * sine, along * sine + across * cosine];
  }, 0);
};

/** The Swiss roll seen from its end: (t cos t, t sin t) with t uniform on [3 pi / 2, 9 pi / 2], centred and scaled. */
export const swissRoll = ({ noise = 0.05 }: { readonly noise?: number } = {}): PlanarSampler => {
  // Means 2 and 2 / (3 pi), E t^2 = 39 pi^2 / 4, by parts.
  const mean = [2, 2 / (3 * Math.PI)] as const;
  const scale = Math.sqrt(2 / (9.75 * Math.PI ** 2 - mean[0] ** 2 - mean[1] ** 2));
  return planar(([along]) => {
    const t = 1.5 * Math.PI * (1 + 2 * along);
    return [scale * (t * Math.cos(t) - mean[0]), scale * (t * Math.sin(t) - mean[1])];
  }, noise);
};

/** The planar sets by name, each a function of its options. */
export const planarSets = { moons, spirals, checkerboard, rings, pinwheel, "swiss-roll": swissRoll } as const;
