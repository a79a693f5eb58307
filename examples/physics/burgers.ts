/**
 * Burgers' equation u_t + (u^2 / 2)_x = v u_xx on a circle of length 1, by finite volumes. What leaves a cell enters its
 * neighbour, so the sum of all cells is conserved to rounding. Once for numbers, once for tensors.
 */
import { normal, uniform } from "scorefield/core";
import { concat, type NdArray, ndarray, type Tensor } from "scorefield/tensor";

type Floats = Float64Array<ArrayBuffer>;

export interface Burgers {
  readonly cells: number;
  readonly viscosity: number;
  /** Time between snapshots. */
  readonly interval: number;
  /** Snapshots of a sample, the first at time 0. */
  readonly snapshots: number;
  /** Steps of the solver between snapshots. */
  readonly steps: number;
}

/** 32 cells, in steps that are stable for |u| up to 4. */
export const small: Burgers = { cells: 32, viscosity: 0.01, interval: 0.1, snapshots: 4, steps: 14 };

/**
 * -dF/dx of cell averages u [cells]: the flux (a^2 + a b + b^2) / 6 between cells a and b, which neither makes nor loses energy
 * (Tadmor 1987), and the viscous one. Of second order.
 */
const rate = (u: Floats, viscosity: number): Floats => {
  const n = u.length;
  const flux = u.map((a, i) => {
    const b = u[(i + 1) % n]!;
    return (a * a + a * b + b * b) / 6 - viscosity * (b - a) * n;
  });
  return flux.map((out, i) => (flux[(i + n - 1) % n]! - out) * n);
};

/** One snapshot later, by the third-order Runge-Kutta method of Shu & Osher 1988. */
export const advance = (from: Floats, { viscosity, interval, steps }: Burgers): Floats => {
  const dt = interval / steps;
  let u = from;
  for (let k = 0; k < steps; k++) {
    const first = rate(u, viscosity);
    const a = u.map((value, i) => value + dt * first[i]!);
    const second = rate(a, viscosity);
    const b = u.map((value, i) => (3 * value + a[i]! + dt * second[i]!) / 4);
    const third = rate(b, viscosity);
    u = u.map((value, i) => (value + 2 * (b[i]! + dt * third[i]!)) / 3);
  }
  return u;
};

/** The same for tensors u [n, cells]. */
export const advanced = (from: Tensor, { cells, viscosity, interval, steps }: Burgers): Tensor => {
  const dt = interval / steps;
  const shifted = (u: Tensor, by: 1 | -1): Tensor => {
    const cut = by === 1 ? 1 : cells - 1;
    return concat([u.slice([null, [cut, null]]), u.slice([null, [0, cut]])], 1);
  };
  const rates = (u: Tensor): Tensor => {
    const next = shifted(u, 1);
    const advective = u.square().add(u.multiply(next)).add(next.square()).divide(6);
    const flux = advective.subtract(next.subtract(u).multiply(viscosity * cells));
    return shifted(flux, -1).subtract(flux).multiply(cells);
  };
  let u = from;
  for (let k = 0; k < steps; k++) {
    const a = u.add(rates(u).multiply(dt));
    const b = u.multiply(3).add(a).add(rates(a).multiply(dt)).divide(4);
    u = u.add(b.add(rates(b).multiply(dt)).multiply(2)).divide(3);
  }
  return u;
};

/**
 * Snapshots of flows that begin as a mean of deviation 0.3 and three waves of random phase and falling height.
 * @returns float64 [count, snapshots, cells]
 */
export const burgersEnsemble = (problem: Burgers, count: number, seed: number): NdArray<"float64"> => {
  const { cells, snapshots } = problem;
  const heights = normal([count, 4], { seed, dtype: "float64" }).data;
  const phases = uniform([count, 3], { seed, dtype: "float64" }).data;
  const data = new Float64Array(count * snapshots * cells);
  for (let s = 0; s < count; s++) {
    let u = Float64Array.from({ length: cells }, (_, i) => {
      let value = 0.3 * heights[4 * s]!;
      for (let k = 1; k <= 3; k++) {
        // The average of the wave over the cell.
        const shrunk = Math.sin((Math.PI * k) / cells) / ((Math.PI * k) / cells);
        const phase = 2 * Math.PI * (k * ((i + 0.5) / cells) + phases[3 * s + k - 1]!);
        value += ((0.7 * heights[4 * s + k]!) / k) * shrunk * Math.sin(phase);
      }
      return value;
    });
    for (let t = 0; t < snapshots; t++) {
      if (t > 0) u = advance(u, problem);
      data.set(u, (s * snapshots + t) * cells);
    }
  }
  return ndarray(data, [count, snapshots, cells]);
};

/** Root mean squares over samples [n, snapshots, cells]: how mass changes from the first snapshot, and how far each is from the solver's. */
export const burgersErrors = (
  samples: NdArray,
  problem: Burgers,
): { readonly mass: number; readonly residual: number } => {
  const { cells, snapshots } = problem;
  const n = samples.shape[0]!;
  const at = (s: number, t: number) =>
    Float64Array.from({ length: cells }, (_, i) => Number(samples.data[(s * snapshots + t) * cells + i]));
  const mass = (u: Floats) => u.reduce((a, b) => a + b) / cells;
  let [masses, residuals] = [0, 0];
  for (let s = 0; s < n; s++)
    for (let t = 1; t < snapshots; t++) {
      const found = at(s, t);
      masses += (mass(found) - mass(at(s, 0))) ** 2;
      residuals += advance(at(s, t - 1), problem).reduce((sum, value, i) => sum + (value - found[i]!) ** 2, 0) / cells;
    }
  const root = (sum: number) => Math.sqrt(sum / (n * (snapshots - 1)));
  return { mass: root(masses), residual: root(residuals) };
};

/** Mean power of the last snapshot in waves 1 to cells / 2. */
export const spectrum = (samples: NdArray, { cells, snapshots }: Burgers): Float64Array => {
  const n = samples.shape[0]!;
  const power = new Float64Array(cells / 2);
  for (let s = 0; s < n; s++)
    for (let k = 1; k <= cells / 2; k++) {
      let [real, imaginary] = [0, 0];
      for (let i = 0; i < cells; i++) {
        const value = Number(samples.data[((s + 1) * snapshots - 1) * cells + i]);
        real += value * Math.cos((2 * Math.PI * k * i) / cells);
        imaginary += value * Math.sin((2 * Math.PI * k * i) / cells);
      }
      power[k - 1]! += (real ** 2 + imaginary ** 2) / (n * cells ** 2);
    }
  return power;
};
