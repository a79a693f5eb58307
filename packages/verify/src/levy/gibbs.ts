/** Draws of what was measured, for signals whose increments are independent and not normal: the truth where there is no closed form. */
import type { HostRandom } from "./host-random.ts";
import type { Increments } from "./increments.ts";

/** A measurement y = A x + N(0, sigma^2 I) of x [d]. */
export interface LevyMeasurement {
  /** A, row-major [m, d]. */
  readonly matrix: Float64Array;
  readonly sigma: number;
  readonly y: ArrayLike<number>;
}

/** In place: the lower triangle L of A = L L^T, of the first n rows and columns of a [stride, stride]. */
const factorise = (a: Float64Array, n: number, stride: number): void => {
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) {
      const value = a[j * stride + k]!;
      if (value !== 0) for (let i = j; i < n; i++) a[i * stride + j]! -= a[i * stride + k]! * value;
    }
    const root = Math.sqrt(a[j * stride + j]!);
    for (let i = j; i < n; i++) a[i * stride + j]! /= root;
  }
};

/** In place: L x = b, and L^T x = b. */
const forwards = (l: Float64Array, b: Float64Array, n: number, stride: number): void => {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * stride + k]! * b[k]!;
    b[i] = sum / l[i * stride + i]!;
  }
};
const backwards = (l: Float64Array, b: Float64Array, n: number, stride: number): void => {
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= l[k * stride + i]! * b[k]!;
    b[i] = sum / l[i * stride + i]!;
  }
};

/** The columns of A L, where L makes a path of increments: column k is the sum of columns k, k + 1, ... of A. */
const ofIncrements = (matrix: Float64Array, m: number, d: number): Float64Array => {
  const h = matrix.slice();
  for (let i = 0; i < m; i++) for (let k = d - 2; k >= 0; k--) h[i * d + k]! += h[i * d + k + 1]!;
  return h;
};

/**
 * Gibbs sampling of x given y for x_k = u_1 + ... + u_k (the Gaussian step as in Bohra, Pham, Dong & Unser 2023; presence of
 * increments one by one, with u integrated out, as Geweke 1996 and Soussen et al. 2011). With H = A L and W = diag(v w):
 *
 *     w given u            by the increments
 *     v_k given the rest   log-odds = log(share / (1 - share)) - log(1 + w t) / 2 + w s^2 / (2 (1 + w t))
 *                          t = h_k^T B^-1 h_k   s = h_k^T B^-1 y   B = sigma^2 I + H W H^T without k
 *     u given v, w         normal with precision H^T H / sigma^2 + W^-1, where v = 1
 *
 * @returns paths, [sweeps, d]; sweeps of `burnIn` before them are left out
 */
export const levyGibbs = (
  increments: Increments,
  { matrix, sigma, y }: LevyMeasurement,
  { sweeps, burnIn, random }: { readonly sweeps: number; readonly burnIn: number; readonly random: HostRandom },
): Float64Array => {
  const m = y.length;
  const d = matrix.length / m;
  const h = ofIncrements(matrix, m, d);
  const precision = 1 / sigma ** 2;
  // H^T H / sigma^2 and H^T y / sigma^2
  const gram = new Float64Array(d * d);
  const seen = new Float64Array(d);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < d; j++) {
      const value = h[i * d + j]! * precision;
      seen[j]! += value * y[i]!;
      for (let k = 0; k < d; k++) gram[j * d + k]! += value * h[i * d + k]!;
    }
  const { share } = increments;
  const w = Float64Array.from({ length: d }, () => increments.variance(random));
  const v = Uint8Array.from({ length: d }, () => Number(share === undefined || random.uniform() < 0.5));
  const u = new Float64Array(d);
  const system = new Float64Array(d * d);
  const solution = new Float64Array(d);
  const present = new Int32Array(d);
  const inverse = new Float64Array(m * m);
  const root = new Float64Array(m * m);
  const column = new Float64Array(m);

  /** B^-1 of what is present. */
  const invert = (): void => {
    root.fill(0);
    for (let i = 0; i < m; i++) {
      root[i * m + i] = sigma ** 2;
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k < d; k++) if (v[k]) sum += h[i * d + k]! * w[k]! * h[j * d + k]!;
        root[i * m + j]! += sum;
      }
    }
    factorise(root, m, m);
    for (let j = 0; j < m; j++) {
      column.fill(0);
      column[j] = 1;
      forwards(root, column, m, m);
      backwards(root, column, m, m);
      for (let i = 0; i < m; i++) inverse[i * m + j] = column[i]!;
    }
  };

  const choosePresent = (odds: number): void => {
    invert();
    for (let k = 0; k < d; k++) {
      let [t, s] = [0, 0];
      for (let i = 0; i < m; i++) {
        let sum = 0;
        for (let j = 0; j < m; j++) sum += inverse[i * m + j]! * h[j * d + k]!;
        column[i] = sum;
        t += sum * h[i * d + k]!;
        s += sum * y[i]!;
      }
      const own = w[k]!;
      // Without k.
      const left = v[k] ? 1 - own * t : 1;
      const [t0, s0] = [t / left, s / left];
      const logOdds = odds - 0.5 * Math.log1p(own * t0) + (0.5 * own * s0 * s0) / (1 + own * t0);
      const next = Number(random.uniform() < 1 / (1 + Math.exp(-logOdds)));
      if (next === v[k]) continue;
      const factor = next ? -own / (1 + own * t) : own / (1 - own * t);
      for (let i = 0; i < m; i++) {
        const value = factor * column[i]!;
        for (let j = 0; j < m; j++) inverse[i * m + j]! += value * column[j]!;
      }
      v[k] = next;
    }
  };

  const chooseIncrements = (): void => {
    let n = 0;
    for (let k = 0; k < d; k++) if (v[k]) present[n++] = k;
    // u = W^(1/2) x, so that small variances do no harm.
    for (let i = 0; i < n; i++) {
      const a = present[i]!;
      const scale = Math.sqrt(w[a]!);
      for (let j = 0; j <= i; j++) system[i * d + j] = gram[a * d + present[j]!]! * scale * Math.sqrt(w[present[j]!]!);
      system[i * d + i]! += 1;
      solution[i] = scale * seen[a]!;
    }
    factorise(system, n, d);
    forwards(system, solution, n, d);
    for (let i = 0; i < n; i++) solution[i]! += random.normal();
    backwards(system, solution, n, d);
    u.fill(0);
    for (let i = 0; i < n; i++) u[present[i]!] = Math.sqrt(w[present[i]!]!) * solution[i]!;
  };

  const paths = new Float64Array(sweeps * d);
  for (let sweep = -burnIn; sweep < sweeps; sweep++) {
    if (share !== undefined) choosePresent(Math.log(share / (1 - share)));
    chooseIncrements();
    for (let k = 0; k < d; k++) w[k] = v[k] ? increments.varianceGiven(u[k]!, random) : increments.variance(random);
    if (sweep < 0) continue;
    for (let k = 0, x = 0; k < d; k++) {
      x += u[k]!;
      paths[sweep * d + k] = x;
    }
  }
  return paths;
};
