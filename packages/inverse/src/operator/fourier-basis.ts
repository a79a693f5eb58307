/** Fourier transforms of samples along their last axes, and an orthonormal basis of real numbers that goes with them. */
import {
  concat,
  dft,
  inverseDft,
  type NdArray,
  ndarray,
  type Shape,
  sizeOf,
  sliceAxis,
  type Tensor,
} from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";
import { toPairs } from "./complex-pairs.ts";
import { coordinates, placeAt } from "./coordinates.ts";

/** Complex numbers known on the host. */
export interface HostComplex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

const lastAxes = (rank: number): number[] => Array.from({ length: rank }, (_, i) => i - rank);

/** The transform of real samples along their last `rank` axes: [...] to [..., 2], not scaled. */
export const transform = (x: Tensor, rank: number): Tensor => dft(toPairs(x), lastAxes(rank));

/** The inverse of {@link transform}, of complex samples: [..., 2] to [..., 2]. */
export const inverseTransform = (x: Tensor, rank: number): Tensor => inverseDft(x, lastAxes(rank));

/** The entries along an axis moved so that entry `by` comes first; with n - by they move back. */
export const roll = (x: Tensor, axis: number, by: number): Tensor =>
  by % x.shape[axis]! === 0 ? x : concat([sliceAxis(x, axis, by, x.shape[axis]!), sliceAxis(x, axis, 0, by)], axis);

const signs = ndarray(Float64Array.of(1, -1));

/**
 * Coordinates in the basis of Hartley, cas(2 pi j k / n) / sqrt(n) with cas = cos + sin, along the last `rank` axes (Hartley 1942;
 * Bracewell 1983): (Re X - Im X) / sqrt(n) of the Fourier transform X. Orthonormal, real, and its own inverse.
 * @param x [n, ..., ...spatial], real
 */
export const hartley = (x: Tensor, rank: number): Tensor =>
  transform(x, rank)
    .multiply(constantLike(signs, x))
    .sum(-1)
    .multiply(1 / Math.sqrt(sizeOf(x.shape.slice(-rank))));

/** The Fourier transform of real numbers known on the host, along all axes, with the symmetry X(-k) = conj X(k) to the bit. */
export const hostTransform = ({ data, shape }: NdArray<"float64">): HostComplex => {
  const re = data.slice();
  const im = new Float64Array(re.length);
  let stride = re.length;
  for (const n of shape) {
    stride /= n;
    const [cos, sin] = [Math.cos, Math.sin].map((f) =>
      Float64Array.from({ length: n }, (_, i) => f((2 * Math.PI * i) / n)),
    );
    const [lineRe, lineIm] = [new Float64Array(n), new Float64Array(n)];
    for (let start = 0; start < re.length; start++) {
      if (Math.floor(start / stride) % n !== 0) continue;
      for (let j = 0; j < n; j++) {
        lineRe[j] = re[start + j * stride]!;
        lineIm[j] = im[start + j * stride]!;
      }
      for (let k = 0; k < n; k++) {
        let [a, b] = [0, 0];
        for (let j = 0; j < n; j++) {
          const angle = (j * k) % n;
          a += lineRe[j]! * cos![angle]! + lineIm[j]! * sin![angle]!;
          b += lineIm[j]! * cos![angle]! - lineRe[j]! * sin![angle]!;
        }
        re[start + k * stride] = a;
        im[start + k * stride] = b;
      }
    }
  }
  const opposite = opposites(shape);
  return {
    re: re.map((value, k) => (value + re[opposite[k]!]!) / 2),
    im: im.map((value, k) => (value - im[opposite[k]!]!) / 2),
  };
};

/** Where the frequency -k stands, for every frequency k. */
export const opposites = (shape: Shape): Int32Array =>
  Int32Array.from({ length: sizeOf(shape) }, (_, k) =>
    placeAt(
      coordinates(k, shape).map((index, axis) => (shape[axis]! - index) % shape[axis]!),
      shape,
    ),
  );
