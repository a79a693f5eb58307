/**
 * Synthetic slices, from which a prior learns what objects are like in general: bodies with shells, ellipses, polygons, rings and bars of
 * random contrast, gradients and textures. With crops of `brain_mri` where it is there, they are what the prior of `bench/ct.ts`
 * learns from:
 *
 *     npm run bench bench/ct-scenes.ts FILE.npz [count] [side of crops] [folder of data]
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readNpz, writeNpz } from "@scorefield/data";
import { dataFolder, isThere } from "./imaging-data.ts";
import { covered, type Dice, dice, edgeOf, ellipse, polygon, type Shape } from "./random-shapes.ts";

/** Slices of the subject PGBM-006 in `brain_mri`, [from, to), are never learned from. */
const heldOutSlices = [238, 292] as const;

/** Scenes with seeds below this are never learned from. */
export const trainingSeed = 1_000_000;

const someShape = (d: Dice, cx: number, cy: number, r: number): Shape => {
  const kind = d.next();
  if (kind < 0.55) return ellipse(cx, cy, r * d.between(0.5, 1), r * d.between(0.5, 1), d.between(0, Math.PI));
  if (kind < 0.65) return ellipse(cx, cy, r, Math.max(1, r * d.between(0.05, 0.3)), d.between(0, Math.PI));
  const sides = d.whole(3, 7);
  const first = d.between(0, 2 * Math.PI);
  return polygon(
    cx,
    cy,
    Array.from({ length: sides }, (_, i) => ({
      angle: first + (2 * Math.PI * (i + d.between(-0.25, 0.25))) / sides,
      r: r * d.between(0.55, 1),
    })),
  );
};

/** A sum of waves of lengths from `shortest` to 60 pixels. */
const texture = (d: Dice, amplitude: number, shortest: number) => {
  const waves = Array.from({ length: d.whole(3, 8) }, () => {
    const [k, angle] = [(2 * Math.PI) / d.scale(shortest, 60), d.between(0, Math.PI)];
    return [k * Math.cos(angle), k * Math.sin(angle), d.between(0, 2 * Math.PI)] as const;
  });
  const each = amplitude / Math.sqrt(waves.length);
  return (x: number, y: number): number => {
    let sum = 0;
    for (const [a, b, phase] of waves) sum += Math.cos(a * x + b * y + phase);
    return each * sum;
  };
};

/** A scene of size x size pixels, from 0 to 1; most are 0 outside of a body. */
export const scene = (size: number, seed: number): Float32Array => {
  const d = dice(seed);
  const image = new Float32Array(size * size);
  // Pixels further than `reach` from (cx, cy) are not looked at.
  const paint = (
    shape: Shape,
    value: (x: number, y: number, old: number) => number,
    [cx, cy, reach]: readonly [number, number, number] = [0, 0, 2 * size],
  ): void => {
    const [low, high] = [
      (c: number) => Math.max(0, Math.floor(c - reach)),
      (c: number) => Math.min(size, c + reach + 1),
    ];
    for (let y = low(cy); y < high(cy); y++)
      for (let x = low(cx); x < high(cx); x++) {
        const share = covered(shape(x, y));
        const at = y * size + x;
        if (share > 0) image[at] = image[at]! + share * (value(x, y, image[at]!) - image[at]!);
      }
  };
  const gradient = (strength: number) => {
    const angle = d.between(0, 2 * Math.PI);
    const [a, b] = [(strength * Math.cos(angle)) / size, (strength * Math.sin(angle)) / size];
    return (x: number, y: number): number => a * (x - size / 2) + b * (y - size / 2);
  };
  const middle = () => size * d.between(0.45, 0.55);
  let body: Shape = () => -1;
  if (d.chance(0.9)) {
    body = someShape(d, middle(), middle(), size * d.between(0.38, 0.52));
    const value = d.between(0.1, 0.9);
    const slope = d.chance(0.4) ? gradient(d.between(0.1, 0.6)) : () => 0;
    paint(body, (x, y) => value + slope(x, y));
    if (d.chance(0.5)) {
      const shell = d.next();
      paint(edgeOf(body, d.scale(1.5, 12)), () => shell);
    }
  }
  const inside =
    (shape: Shape): Shape =>
    (x, y) => {
      const distance = shape(x, y);
      return distance < 1 ? Math.max(distance, body(x, y)) : distance;
    };
  if (d.chance(0.35)) {
    const wave = texture(d, d.scale(0.01, 0.15), d.scale(3, 20));
    paint(body, (x, y, old) => old + wave(x, y));
  }
  for (let k = d.whole(2, 18); k > 0; k--) {
    const [reach, angle] = [size * 0.4 * Math.sqrt(d.next()), d.between(0, 2 * Math.PI)];
    const [cx, cy] = [size / 2 + reach * Math.cos(angle), size / 2 + reach * Math.sin(angle)];
    const radius = size * d.scale(0.012, 0.25);
    const whole = someShape(d, cx, cy, radius);
    const shape = d.chance(0.12) ? edgeOf(whole, d.scale(1, 6)) : whole;
    const where = d.chance(0.8) ? inside(shape) : shape;
    const value = d.next();
    const [added, contrast] = [d.chance(0.5), d.scale(0.02, 0.3) * (d.chance(0.5) ? 1 : -1)];
    const slope = d.chance(0.15) ? gradient(d.between(0.2, 1)) : () => 0;
    const wave = d.chance(0.1) ? texture(d, d.scale(0.01, 0.1), 3) : () => 0;
    // Corners of a triangle are up to 2.5 radii away.
    paint(where, (x, y, old) => (added ? old + contrast : value) + slope(x, y) + wave(x, y), [
      cx,
      cy,
      2.5 * radius + 4,
    ]);
  }
  for (let at = 0; at < image.length; at++) image[at] = Math.min(1, Math.max(0, image[at]!));
  return image;
};

/** The slices of `brain_mri`, each 128 x 128 from 0 to 1, of the subject that is held out, or of the others. */
export const brainSlices = async (folder: string, heldOut: boolean): Promise<Float32Array[]> => {
  const { X } = await readNpz(join(folder, "brain_mri", "axial128.npz"), ["X"]);
  const pixels = 128 * 128;
  const data = X!.data as Uint8Array;
  const slices: Float32Array[] = [];
  for (let i = 0; i < X!.shape[0]!; i++)
    if ((i >= heldOutSlices[0] && i < heldOutSlices[1]) === heldOut)
      slices.push(Float32Array.from(data.subarray(i * pixels, (i + 1) * pixels), (value) => value / 255));
  return slices;
};

/** A square of `side` pixels of a picture of size x size, turned and mirrored at random, as bytes. */
const crop = (d: Dice, image: Float32Array, size: number, side: number): Uint8Array => {
  const [top, left] = [d.whole(0, size - side), d.whole(0, size - side)];
  const [mirror, swap] = [d.chance(0.5), d.chance(0.5)];
  return Uint8Array.from({ length: side * side }, (_, at) => {
    const [i, j] = [Math.floor(at / side), mirror ? side - 1 - (at % side) : at % side];
    const value = image[(top + (swap ? j : i)) * size + left + (swap ? i : j)]!;
    return Math.round(255 * value);
  });
};

const write = async (path: string, count: number, side: number, folder: string): Promise<void> => {
  const d = dice(1);
  const brains = isThere(join(folder, "brain_mri", "axial128.npz")) ? await brainSlices(folder, false) : [];
  const data = new Uint8Array(count * side * side);
  // Few crops of any one scene, and a quarter of heads.
  let image: Float32Array = new Float32Array(0);
  let size = 128;
  for (let i = 0; i < count; i++) {
    const head = brains.length > 0 && i % 4 === 3;
    if (!head && i % 4 !== 1) {
      size = d.whole(96, 168);
      image = scene(size, trainingSeed + i);
    }
    const from = head ? brains[d.whole(0, brains.length - 1)]! : image;
    let part = crop(d, from, head ? 128 : size, side);
    for (let again = 0; again < 4 && part.every((value) => value < 8); again++)
      part = crop(d, from, head ? 128 : size, side);
    data.set(part, i * side * side);
  }
  await writeNpz(path, { X: { dtype: "uint8", shape: [count, side, side], data } });
  console.log(`${path}: ${count} crops of ${side} x ${side}, ${brains.length > 0 ? "a quarter" : "none"} of heads`);
};

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path, count = "12000", side = "48", folder = dataFolder(5)] = process.argv.slice(2);
  if (!path)
    throw new Error("expected a file to write: npm run bench bench/ct-scenes.ts FILE.npz [count] [side] [data]");
  await write(path, Number(count), Number(side), folder);
}
