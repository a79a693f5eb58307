/** Clipped sounds by spectra of few frequencies. No Node module is used here. */
import { type RealFft, realFft } from "../audio/fft.ts";

/** How frames are declipped. */
export interface SparseOptions {
  /** Numbers of a frame, a power of two: about 64 ms. */
  readonly frame: number;
  /** Numbers from frame to frame; default a quarter of one. */
  readonly hop?: number | undefined;
}

/** The number that `count` others are at least as large as. `values` are put into another order (Hoare 1961). */
const nthLargest = (values: Float64Array, count: number): number => {
  let [low, high] = [0, values.length - 1];
  const wanted = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! > pivot) i++;
      while (values[j]! < pivot) j--;
      if (i > j) break;
      const other = values[i]!;
      values[i++] = values[j]!;
      values[j--] = other;
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return values[wanted]!;
};

// Frames are filled up with as many zeros before they are transformed: with twice as many frequencies fewer of them suffice. Frequencies become
// more by 4 in each round, from 8. One by one takes four times as long and is no better.
const redundancy = 2;
const begun = 8;
const added = 4;
/** Frames whose spectra are as near as this to sparse ones, in units of their energy, are done. */
const nearEnough = 1e-5;

/** Declips frames of a length, with memory of its own. */
const frameDeclipper = (length: number) => {
  const size = redundancy * length;
  const half = size / 2;
  const fft: RealFft = realFft(size);
  const arrays = () => new Float64Array(half);
  const [re, im, ur, ui, zr, zi, sizes, spare] = [
    ...[arrays(), arrays(), arrays(), arrays(), arrays(), arrays(), arrays(), arrays()],
  ] as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  const long = new Float64Array(size);

  /** A-SPADE (Kitić, Bertin & Gribonval 2015) of one frame, in place. */
  return (x: Float64Array, faulty: Float64Array, side: Int8Array): void => {
    ur.fill(0);
    ui.fill(0);
    long.fill(0);
    long.set(x);
    fft.forward(long, re, im);
    for (let count = begun; count < half / 2; count += added) {
      // The first place holds two real numbers, the lowest and the highest frequency: they are kept together.
      for (let k = 0; k < half; k++) {
        zr[k] = re[k]! + ur[k]!;
        zi[k] = im[k]! + ui[k]!;
        sizes[k] = zr[k]! ** 2 + zi[k]! ** 2;
      }
      spare.set(sizes);
      const least = nthLargest(spare, count);
      let [distance, energy] = [0, 0];
      for (let k = 0; k < half; k++) {
        if (sizes[k]! < least) {
          zr[k] = 0;
          zi[k] = 0;
        }
        distance += (re[k]! - zr[k]!) ** 2 + (im[k]! - zi[k]!) ** 2;
        energy += re[k]! ** 2 + im[k]! ** 2;
      }
      if (distance <= nearEnough * energy) break;
      for (let k = 0; k < half; k++) {
        re[k] = zr[k]! - ur[k]!;
        im[k] = zi[k]! - ui[k]!;
      }
      fft.inverse(re, im, long);
      for (let t = 0; t < length; t++) {
        const y = faulty[t]!;
        x[t] = side[t] === 0 ? y : side[t]! > 0 ? Math.max(long[t]!, y) : Math.min(long[t]!, y);
      }
      long.fill(0);
      long.set(x);
      fft.forward(long, re, im);
      for (let k = 0; k < half; k++) {
        ur[k]! += re[k]! - zr[k]!;
        ui[k]! += im[k]! - zi[k]!;
      }
    }
  };
};

const declippers = new Map<number, ReturnType<typeof frameDeclipper>>();
const declipperOf = (length: number) => {
  const known = declippers.get(length);
  if (known) return known;
  const made = frameDeclipper(length);
  declippers.set(length, made);
  return made;
};

/**
 * A clipped sound by A-SPADE in frames that overlap, faded into each other: within each the numbers that clipping allows whose spectrum, twice
 * as fine as that of the frame, has as few frequencies as these allow. What is not clipped stays.
 * @param side 1 for numbers that are clipped above, -1 below, else 0
 */
export const sparselyDeclipped = (
  sound: ArrayLike<number>,
  side: Int8Array,
  { frame, hop = frame / 4 }: SparseOptions,
): Float64Array => {
  const declip = declipperOf(frame);
  const [sum, weights] = [new Float64Array(sound.length), new Float64Array(sound.length)];
  for (let from = hop - frame; from < sound.length; from += hop) {
    const [first, last] = [Math.max(0, from), Math.min(sound.length, from + frame)];
    const faulty = new Float64Array(frame);
    const sides = new Int8Array(frame);
    for (let t = first; t < last; t++) faulty[t - from] = sound[t]!;
    sides.set(side.subarray(first, last), first - from);
    const x = faulty.slice();
    if (sides.some((value) => value !== 0)) declip(x, faulty, sides);
    for (let t = first; t < last; t++) {
      const weight = Math.sin((Math.PI * (t - from + 0.5)) / frame) ** 2;
      sum[t]! += weight * x[t - from]!;
      weights[t]! += weight;
    }
  }
  return sum.map((value, t) => (side[t] === 0 ? sound[t]! : value / weights[t]!));
};
