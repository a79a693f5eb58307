/** Fourier sums at irregular frequencies: as they are, and through an oversampled grid. Both with their exact transposes. */
import {
  dft,
  inverseDft,
  matmul,
  multiply,
  ndarray,
  pad,
  reshape,
  type SparseMatrix,
  slice,
  sliceAxis,
  sparseMatrix,
  sparseMultiply,
  sparseTranspose,
  type Tensor,
  transpose,
} from "@scorefield/tensor";
import { constantLike } from "../solve/constant-like.ts";
import { complexFactors } from "./complex-product.ts";
import { roll } from "./fourier-basis.ts";
import { kaiserBessel } from "./kaiser-bessel.ts";

/** Frequencies in cycles per pixel: u along columns, v along rows. */
export interface Frequencies {
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/** A sum of [m, rows, columns] to complex [m, frequencies, 2], and its transpose. */
interface FourierSum {
  apply(x: Tensor): Tensor;
  adjoint(y: Tensor): Tensor;
}

/** e^(-2 pi i f_k (j - floor(n / 2))) by rows of places j: [n, frequencies, 2]. */
const turns = (frequencies: Float64Array, n: number) => {
  const data = new Float64Array(n * frequencies.length * 2);
  let at = 0;
  for (let j = 0; j < n; j++)
    for (const f of frequencies) {
      const angle = -2 * Math.PI * f * (j - Math.floor(n / 2));
      data[at++] = Math.cos(angle);
      data[at++] = Math.sin(angle);
    }
  return ndarray(data, [n, frequencies.length, 2]);
};

/** V_k = sum over i, j of x[i, j] e^(-2 pi i (u_k j + v_k i)), with places from the middle: columns first, then rows. */
export const directSum = ({ u, v }: Frequencies, [rows, columns]: readonly [number, number]): FourierSum => {
  const count = u.length;
  const across = { ...turns(u, columns), shape: [columns, 2 * count] };
  const down = complexFactors(turns(v, rows));
  return {
    apply: (x) => {
      const byRow = matmul(x, constantLike(across, x));
      return down.times(reshape(byRow, [x.shape[0]!, rows, count, 2])).sum(1);
    },
    adjoint: (y) => {
      const m = y.shape[0]!;
      const byRow = down.timesConjugate(reshape(y, [m, 1, count, 2]));
      return matmul(reshape(byRow, [m, rows, 2 * count]), transpose(constantLike(across, y)));
    },
  };
};

/** Settings of {@link griddedSum}: width of the kernel in points, and points of the grid per pixel of the image. */
interface Grid {
  readonly width: number;
  readonly oversampling: number;
}

/** The even length of the grid for n pixels. */
const gridLength = (n: number, oversampling: number): number => 2 * Math.ceil((n * oversampling) / 2);

/**
 * {@link directSum} through a fast transform: the image is divided by the kernel's transform (deapodisation), filled up with zeros,
 * transformed, and the transform is interpolated by the kernel.
 */
export const griddedSum = (at: Frequencies, size: readonly [number, number], grid: Grid): FourierSum => {
  const [rows, columns] = size;
  const lengths = size.map((n) => gridLength(n, grid.oversampling)) as [number, number];
  const weights = deapodisation(size, lengths, grid);
  const kernel = interpolation(at, lengths, grid);
  const middles = size.map((n) => Math.floor(n / 2)) as [number, number];
  const [down, across] = lengths;
  return {
    apply: (x) => {
      const m = x.shape[0]!;
      const flat = multiply(x, constantLike(weights, x));
      const padded = pad(reshape(flat, [m, rows, columns, 1]), [
        [0, 0],
        [0, down - rows],
        [0, across - columns],
        [0, 1],
      ]);
      const spectrum = dft(roll(roll(padded, 1, middles[0]), 2, middles[1]), [1, 2]);
      const parts = transpose(reshape(spectrum, [m, down * across, 2]));
      return transpose(sparseMultiply(kernel, parts));
    },
    adjoint: (y) => {
      const m = y.shape[0]!;
      const parts = sparseMultiply(sparseTranspose(kernel), transpose(y));
      const spectrum = reshape(transpose(parts), [m, down, across, 2]);
      const image = sliceAxis(inverseDft(spectrum, [1, 2]), 3, 0, 1).multiply(down * across);
      const back = roll(roll(image, 1, down - middles[0]), 2, across - middles[1]);
      const inside = slice(back, [null, [0, rows], [0, columns]]);
      return multiply(reshape(inside, [m, rows, columns]), constantLike(weights, y));
    },
  };
};

/** 1 over the kernel's transform at each pixel, [rows, columns]. */
const deapodisation = (size: readonly [number, number], lengths: readonly [number, number], grid: Grid) => {
  const { transform } = kaiserBessel(grid.width, grid.oversampling);
  const along = (axis: 0 | 1): number[] =>
    Array.from({ length: size[axis] }, (_, i) => 1 / transform((i - Math.floor(size[axis] / 2)) / lengths[axis]));
  const [down, across] = [along(0), along(1)];
  return ndarray(Float64Array.from(down.flatMap((a) => across.map((b) => a * b))), size);
};

/** From the grid to the frequencies, [frequencies, down * across]. The grid goes on beyond its ends. */
const interpolation = ({ u, v }: Frequencies, [down, across]: readonly [number, number], grid: Grid): SparseMatrix => {
  const kernel = kaiserBessel(grid.width, grid.oversampling);
  const near = (place: number): number[] => {
    const first = Math.ceil(place - grid.width / 2);
    return Array.from({ length: Math.floor(place + grid.width / 2) - first + 1 }, (_, i) => first + i);
  };
  const [row, column, value]: number[][] = [[], [], []];
  const within = (i: number, n: number): number => ((i % n) + n) % n;
  for (let k = 0; k < u.length; k++) {
    const [y, x] = [v[k]! * down, u[k]! * across];
    for (const i of near(y))
      for (const j of near(x)) {
        row!.push(k);
        column!.push(within(i, down) * across + within(j, across));
        value!.push(kernel.at(y - i) * kernel.at(x - j));
      }
  }
  return sparseMatrix([u.length, down * across], { row: row!, column: column!, value: value! });
};
