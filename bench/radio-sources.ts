/**
 * Synthetic extended radio sources, from 0 to 1: clouds of Gaussian blobs, a ring with a jet, inclined discs with spiral arms, and double
 * lobes. The prior of `bench/radio.ts` learns from them:
 *
 *     npm run bench bench/radio-sources.ts FILE.npz [count] [side]
 */
import { pathToFileURL } from "node:url";
import { writeNpz } from "@scorefield/data";
import { type Dice, dice } from "./random-shapes.ts";

export const sourceKinds = ["blobs", "ring with a jet", "disc", "double"] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** Sources with seeds below this are never learned from. */
export const trainingSeed = 1_000_000;

type Brightness = (x: number, y: number) => number;

/** Places and sizes are in units of half the picture. */
const blob = (cx: number, cy: number, long: number, short: number, angle: number, height: number): Brightness => {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => {
    const [u, v] = [((x - cx) * cos + (y - cy) * sin) / long, ((y - cy) * cos - (x - cx) * sin) / short];
    return height * Math.exp(-(u * u + v * v) / 2);
  };
};

const anyAngle = (d: Dice): number => d.between(0, 2 * Math.PI);

/** Knots along a line from a place, that widen and fade. */
const jet = (d: Dice, x: number, y: number, angle: number, length: number, height: number): Brightness[] =>
  Array.from({ length: 5 }, (_, k) => {
    const share = (k + d.between(0.2, 0.8)) / 5;
    const [cx, cy] = [x + length * share * Math.cos(angle), y + length * share * Math.sin(angle)];
    return blob(cx, cy, length * 0.16, 0.035 + 0.06 * share, angle, height * d.between(0.4, 1) * (1 - 0.6 * share));
  });

const parts: Record<SourceKind, (d: Dice) => Brightness[]> = {
  blobs: (d) =>
    Array.from({ length: d.whole(2, 7) }, () => {
      const long = d.scale(0.06, 0.3);
      return blob(
        d.between(-0.5, 0.5),
        d.between(-0.5, 0.5),
        long,
        long * d.between(0.4, 1),
        anyAngle(d),
        d.scale(0.15, 1),
      );
    }),
  "ring with a jet": (d) => {
    const [cx, cy, r, width] = [
      d.between(-0.25, 0.25),
      d.between(-0.25, 0.25),
      d.between(0.18, 0.42),
      d.scale(0.04, 0.11),
    ];
    const [bright, share, squash, turn] = [anyAngle(d), d.between(0.2, 0.9), d.between(0.7, 1), anyAngle(d)];
    const ring: Brightness = (x, y) => {
      const [u, v] = [
        (x - cx) * Math.cos(turn) + (y - cy) * Math.sin(turn),
        ((y - cy) * Math.cos(turn) - (x - cx) * Math.sin(turn)) / squash,
      ];
      const around = 1 + share * Math.cos(Math.atan2(v, u) - bright);
      return (around / (1 + share)) * Math.exp(-((Math.hypot(u, v) - r) ** 2) / (2 * width * width));
    };
    const angle = anyAngle(d);
    const away = jet(
      d,
      cx + r * Math.cos(angle),
      cy + r * Math.sin(angle),
      angle,
      d.between(0.25, 0.6),
      d.between(0.2, 0.8),
    );
    return [ring, ...(d.chance(0.8) ? away : [])];
  },
  disc: (d) => {
    const [cx, cy, scale, squash, turn] = [
      d.between(-0.15, 0.15),
      d.between(-0.15, 0.15),
      d.between(0.14, 0.32),
      d.between(0.3, 1),
      anyAngle(d),
    ];
    const [arms, wound, phase, depth, bulge] = [
      d.whole(1, 3),
      d.between(2, 6),
      anyAngle(d),
      d.between(0.2, 0.95),
      d.next(),
    ];
    return [
      (x, y) => {
        const [u, v] = [
          (x - cx) * Math.cos(turn) + (y - cy) * Math.sin(turn),
          ((y - cy) * Math.cos(turn) - (x - cx) * Math.sin(turn)) / squash,
        ];
        const r = Math.hypot(u, v);
        const wave = 1 + depth * Math.cos(arms * Math.atan2(v, u) - wound * Math.log(r + 0.05) + phase);
        return (wave / (1 + depth)) * Math.exp(-r / scale) + bulge * Math.exp(-((r / (0.3 * scale)) ** 2));
      },
    ];
  },
  double: (d) => {
    const [angle, bend] = [anyAngle(d), d.between(-0.4, 0.4)];
    const lobe = (direction: number): Brightness[] => {
      const [reach, size] = [d.between(0.35, 0.65), d.between(0.08, 0.18)];
      const [x, y] = [reach * Math.cos(direction), reach * Math.sin(direction)];
      const [back, spot] = [d.between(0.6, 0.9), d.between(0.3, 1)];
      return [
        blob(back * x, back * y, 1.6 * size, size, direction, d.between(0.2, 0.7)),
        blob(x, y, 0.06, 0.06, 0, spot),
        ...(d.chance(0.5) ? jet(d, 0, 0, direction, reach, d.between(0.1, 0.4)) : []),
      ];
    };
    return [...lobe(angle), ...lobe(angle + Math.PI + bend), blob(0, 0, 0.05, 0.05, 0, d.between(0, 1))];
  },
};

/** A source of side x side pixels, row by row; its brightest pixel is between 0.6 and 1, and 0 is the empty sky. */
export const source = (kind: SourceKind, side: number, seed: number): Float32Array => {
  const d = dice(seed);
  const all = parts[kind](d);
  const image = new Float32Array(side * side);
  // Means of 2 x 2 points within each pixel.
  for (let i = 0; i < 2 * side; i++)
    for (let j = 0; j < 2 * side; j++) {
      const [x, y] = [(j + 0.5) / side - 1, (i + 0.5) / side - 1];
      for (const part of all) image[(i >> 1) * side + (j >> 1)]! += part(x, y) / 4;
    }
  const factor = d.between(0.6, 1) / image.reduce((a, b) => Math.max(a, b), 1e-9);
  return image.map((value) => factor * value);
};

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path, count = "12000", side = "32"] = process.argv.slice(2);
  if (!path) throw new Error("expected a file to write: npm run bench bench/radio-sources.ts FILE.npz [count] [side]");
  const [n, s] = [Number(count), Number(side)];
  const data = new Uint8Array(n * s * s);
  for (let i = 0; i < n; i++) {
    const image = source(sourceKinds[i % sourceKinds.length]!, s, trainingSeed + i);
    data.set(
      image.map((value) => Math.round(255 * value)),
      i * s * s,
    );
  }
  await writeNpz(path, { X: { dtype: "uint8", shape: [n, s, s], data } });
  console.log(`${path}: ${n} sources of ${s} x ${s}`);
}
