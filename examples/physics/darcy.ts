/**
 * Darcy's law: the pressure p of water that is fed evenly into ground of permeability K and leaves at the edges of the unit
 * square, -div(K grad p) = 1, by finite volumes. Once solved for numbers, once as a residual of tensors.
 */
import { normal } from "scorefield/core";
import { type NdArray, ndarray, type Tensor } from "scorefield/tensor";

/** Cells on a side; fields of the logarithm of K have deviation of about `roughness`. */
export interface Darcy {
  readonly size: number;
  readonly roughness: number;
}

export const small: Darcy = { size: 16, roughness: 0.7 };

/** Conductivity of the face between cells of permeability a and b: their harmonic mean. */
const between = (a: number, b: number): number => (2 * a * b) / (a + b);

/**
 * The pressure by Cholesky factors of the banded matrix, exact to rounding.
 * @param permeability K of each cell, [size * size]
 * @param source what is fed in, by cell, default 1
 */
export const darcyPressure = (
  permeability: Float64Array,
  size: number,
  source: (x: number, y: number) => number = () => 1,
): Float64Array => {
  const n = size * size;
  // Row i of the lower triangle at i - size to i, [n, size + 1].
  const band = new Float64Array(n * (size + 1));
  const at = (i: number, j: number): number => i * (size + 1) + j - i + size;
  const right = new Float64Array(n);
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const i = row * size + column;
      right[i] = source((column + 0.5) / size, (row + 0.5) / size) / n;
      for (const [r, c] of [
        [row - 1, column],
        [row + 1, column],
        [row, column - 1],
        [row, column + 1],
      ] as const) {
        const inside = r >= 0 && r < size && c >= 0 && c < size;
        const j = r * size + c;
        // An edge is half a cell away.
        const conductivity = inside ? between(permeability[i]!, permeability[j]!) : 2 * permeability[i]!;
        band[at(i, i)]! += conductivity;
        if (inside && j < i) band[at(i, j)]! -= conductivity;
      }
    }
  for (let i = 0; i < n; i++)
    for (let j = Math.max(0, i - size); j <= i; j++) {
      let sum = band[at(i, j)]!;
      for (let k = Math.max(0, i - size); k < j; k++) sum -= band[at(i, k)]! * band[at(j, k)]!;
      band[at(i, j)] = i === j ? Math.sqrt(sum) : sum / band[at(j, j)]!;
    }
  for (let i = 0; i < n; i++) {
    for (let k = Math.max(0, i - size); k < i; k++) right[i]! -= band[at(i, k)]! * right[k]!;
    right[i]! /= band[at(i, i)]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k <= Math.min(n - 1, i + size); k++) right[i]! -= band[at(k, i)]! * right[k]!;
    right[i]! /= band[at(i, i)]!;
  }
  return right;
};

/**
 * What flows out of each cell less what is fed in, per unit of what is fed in: 0 where the equation holds.
 * @param logPermeability log K, [n, size, size]
 * @param pressure [n, size, size]
 * @returns [n, size * size]
 */
export const darcyResidual = (logPermeability: Tensor, pressure: Tensor, size: number): Tensor => {
  const K = logPermeability.exp();
  const cells = size * size;
  // Flux from each cell to the next along an axis, [n, ...] with one less there, and from the ends to the edges.
  const outflow = (axis: 1 | 2): Tensor => {
    const part = (x: Tensor, from: number, to: number): Tensor =>
      axis === 1 ? x.slice([null, [from, to], null]) : x.slice([null, null, [from, to]]);
    const [a, b] = [part(K, 0, size - 1), part(K, 1, size)];
    const faces = a.multiply(b).multiply(2).divide(a.add(b));
    const inner = faces.multiply(part(pressure, 0, size - 1).subtract(part(pressure, 1, size)));
    const edge = (from: number): Tensor =>
      part(K, from, from + 1)
        .multiply(part(pressure, from, from + 1))
        .multiply(2);
    const grown = (x: Tensor, before: number, after: number): Tensor =>
      x.pad([[0, 0], axis === 1 ? [before, after] : [0, 0], axis === 1 ? [0, 0] : [before, after]]);
    return grown(inner, 0, 1)
      .subtract(grown(inner, 1, 0))
      .add(grown(edge(0), 0, size - 1))
      .add(grown(edge(size - 1), size - 1, 0));
  };
  return outflow(1).add(outflow(2)).multiply(cells).subtract(1).reshape([pressure.shape[0]!, cells]);
};

/** log K of `count` fields of cosines with falling, random heights, float64 [count, size * size]. */
const logPermeabilities = ({ size, roughness }: Darcy, count: number, seed: number): NdArray<"float64"> => {
  const waves = Array.from({ length: 25 }, (_, k) => [k % 5, Math.floor(k / 5)] as const).slice(1);
  const height = ([j, k]: readonly [number, number]) => 1 / (1 + (j * j + k * k) / 2);
  const total = Math.sqrt(
    waves.reduce((sum, wave) => sum + height(wave) ** 2 * (wave[0] ? 0.5 : 1) * (wave[1] ? 0.5 : 1), 0),
  );
  const drawn = normal([count, waves.length], { seed, dtype: "float64" }).data;
  const cosine = (k: number, i: number): number => Math.cos(Math.PI * k * ((i + 0.5) / size));
  const data = new Float64Array(count * size * size);
  for (let s = 0; s < count; s++)
    for (const [w, wave] of waves.entries()) {
      const factor = (drawn[s * waves.length + w]! * height(wave) * roughness) / total;
      for (let i = 0; i < size * size; i++)
        data[s * size * size + i]! += factor * cosine(wave[0], i % size) * cosine(wave[1], Math.floor(i / size));
    }
  return ndarray(data, [count, size * size]);
};

/** Pairs of log K and pressure, float64 [count, 2, size, size]. */
export const darcyPairs = (problem: Darcy, count: number, seed: number): NdArray<"float64"> => {
  const { size } = problem;
  const cells = size * size;
  const { data: logs } = logPermeabilities(problem, count, seed);
  const data = new Float64Array(count * 2 * cells);
  for (let s = 0; s < count; s++) {
    const log = logs.subarray(s * cells, (s + 1) * cells);
    data.set(log, 2 * s * cells);
    data.set(darcyPressure(log.map(Math.exp), size), (2 * s + 1) * cells);
  }
  return ndarray(data, [count, 2, size, size]);
};
