/** Numbers and shapes that synthetic scenes are made of. Coordinates count in pixels. */
import { uniform } from "@scorefield/core";

/** Random numbers of one scene, in the order they are asked for. */
export const dice = (seed: number) => {
  const block = 512;
  let [step, at] = [0, block];
  let values: ArrayLike<number> = [];
  const next = (): number => {
    if (at === block) {
      values = uniform([block], { seed, step: step++ }).data;
      at = 0;
    }
    return values[at++]!;
  };
  const between = (low: number, high: number): number => low + (high - low) * next();
  return {
    next,
    between,
    /** Evenly in the logarithm. */
    scale: (low: number, high: number): number => Math.exp(between(Math.log(low), Math.log(high))),
    whole: (low: number, high: number): number => Math.floor(between(low, high + 1)),
    chance: (share: number): boolean => next() < share,
  };
};

export type Dice = ReturnType<typeof dice>;

/** How far a point lies outside of a shape; less than 0 within. */
export type Shape = (x: number, y: number) => number;

export const ellipse = (cx: number, cy: number, rx: number, ry: number, angle: number): Shape => {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => {
    const [u, v] = [(x - cx) * cos + (y - cy) * sin, (y - cy) * cos - (x - cx) * sin];
    const q = Math.hypot(u / rx, v / ry);
    // The distance to first order. At the centre any will do.
    return q < 1e-6 ? -Math.min(rx, ry) : (q * (q - 1)) / Math.hypot(u / rx ** 2, v / ry ** 2);
  };
};

/** A convex polygon whose sides touch a circle of radius r, at increasing angles. */
export const polygon = (cx: number, cy: number, sides: readonly { angle: number; r: number }[]): Shape => {
  const planes = sides.map(({ angle, r }) => [Math.cos(angle), Math.sin(angle), r] as const);
  return (x, y) => planes.reduce((most, [a, b, r]) => Math.max(most, (x - cx) * a + (y - cy) * b - r), -1e9);
};

/** What is within `width` of a shape's edge. */
export const edgeOf =
  (shape: Shape, width: number): Shape =>
  (x, y) =>
    Math.abs(shape(x, y)) - width / 2;

/** The share of a pixel that a shape covers, from its distance. */
export const covered = (distance: number): number => Math.min(1, Math.max(0, 0.5 - distance));
