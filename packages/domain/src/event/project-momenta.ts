/**
 * Four-vectors moved onto the surface that physics allows: given masses, and given sums of energy and momentum. It is exact to
 * rounding, and it is not free: the distribution of what is moved is another one than it was.
 */
import { ArgumentError } from "@scorefield/core";
import { checkMade, checkOptions, type Known } from "@scorefield/core/internal";
import { type FloatType, type NdArray, ndarray, ShapeError } from "@scorefield/tensor";

/** What holds for the particles of every event. Left out: nothing. */
export interface MomentumConstraints {
  /** The mass of each particle, [particles]; null for one that may have any. */
  readonly masses?: readonly (number | null)[];
  /** Sums over all particles. */
  readonly total?: {
    readonly energy?: number;
    readonly px?: number;
    readonly py?: number;
    readonly pz?: number;
  };
}

/** Moved events. */
export interface ProjectedMomenta {
  /** [n, particles, 4]: energy, px, py, pz. */
  readonly momenta: NdArray<"float64">;
  /** [n]: the largest violation that is left: see {@link momentumViolations}. */
  readonly residual: Float64Array;
  /** [n]: how far each event was moved, root of the sum of squares, in units of the momenta. */
  readonly moved: Float64Array;
}

const known = { masses: true, total: true } satisfies Known<MomentumConstraints>;
const components = ["energy", "px", "py", "pz"] as const;
const mostRounds = 60;
const exact = 1e-12;

/** Solves A x = b for a small symmetric positive matrix, by Cholesky factors; directions without a pivot get 0. */
const solve = (a: readonly (readonly number[])[], b: readonly number[]): number[] => {
  const m = b.length;
  const lower = a.map((row) => row.map(() => 0));
  for (let i = 0; i < m; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      if (i === j) lower[i]![i] = sum > 1e-14 * a[i]![i]! ? Math.sqrt(sum) : 0;
      else lower[i]![j] = lower[j]![j]! > 0 ? sum / lower[j]![j]! : 0;
    }
  const y = [...b];
  for (let i = 0; i < m; i++) {
    for (let k = 0; k < i; k++) y[i]! -= lower[i]![k]! * y[k]!;
    y[i] = lower[i]![i]! > 0 ? y[i]! / lower[i]![i]! : 0;
  }
  for (let i = m - 1; i >= 0; i--) {
    for (let k = i + 1; k < m; k++) y[i]! -= lower[k]![i]! * y[k]!;
    y[i] = lower[i]![i]! > 0 ? y[i]! / lower[i]![i]! : 0;
  }
  return y;
};

interface Residual {
  /** Each violation in units of `scale`, and its derivatives with respect to all components. */
  readonly values: number[];
  readonly rows: number[][];
}

/** The violations of an event's constraints, and their derivatives. @param scale an energy of the event */
const residualOf = (p: Float64Array, { masses = [], total = {} }: MomentumConstraints, scale: number): Residual => {
  const values: number[] = [];
  const rows: number[][] = [];
  for (const [k, mass] of masses.entries()) {
    if (mass === null) continue;
    const [e, x, y, z] = p.subarray(4 * k, 4 * k + 4) as unknown as [number, number, number, number];
    // E - sqrt(p^2 + m^2) is nearly linear, where the squared mass is not.
    const energy = Math.hypot(x, y, z, mass);
    values.push((e - energy) / scale);
    const row = new Array<number>(p.length).fill(0);
    row[4 * k] = 1 / scale;
    for (const [c, value] of [x, y, z].entries()) row[4 * k + 1 + c] = energy > 0 ? -value / energy / scale : 0;
    rows.push(row);
  }
  for (const [c, name] of components.entries()) {
    const wanted = total[name];
    if (wanted === undefined) continue;
    let sum = -wanted;
    for (let k = c; k < p.length; k += 4) sum += p[k]!;
    values.push(sum / scale);
    rows.push(Array.from({ length: p.length }, (_, k) => (k % 4 === c ? 1 / scale : 0)));
  }
  return { values, rows };
};

/** @throws ArgumentError and ShapeError for what is no momenta or no constraints @returns how many events, and particles in each */
const checkMomenta = (
  owner: string,
  momenta: NdArray<FloatType>,
  constraints: MomentumConstraints,
): readonly [number, number] => {
  checkMade(owner, momenta, ["data", "shape"], "momenta [n, particles, 4]");
  checkOptions(owner, constraints, known);
  const [n = 0, particles = 0, four] = momenta.shape;
  if (momenta.shape.length !== 3 || four !== 4)
    throw new ShapeError(`${owner}: expected momenta [n, particles, 4], found [${momenta.shape}]`);
  const { masses, total } = constraints;
  if (masses && masses.length !== particles)
    throw new ArgumentError(`${owner} masses: expected ${particles}, one for each particle, found ${masses.length}`);
  for (const value of [...(masses ?? []), ...Object.values(total ?? {})])
    if (value !== null && !Number.isFinite(value))
      throw new ArgumentError(`${owner}: expected finite masses and sums, found ${value}`);
  return [n, particles];
};

/** An energy of the event that violations are relative to. */
const scaleOf = (p: Float64Array, { total }: MomentumConstraints): number => {
  let scale = Math.max(Number.MIN_VALUE, total?.energy ?? 0);
  for (let k = 0; k < p.length; k += 4) scale = Math.max(scale, Math.abs(p[k]!));
  return scale;
};

/**
 * The largest violation of the constraints in each event, [n], relative to its greatest energy.
 * @param momenta [n, particles, 4]: energy, px, py, pz
 * @throws as {@link projectMomenta}
 */
export const momentumViolations = (momenta: NdArray<FloatType>, constraints: MomentumConstraints): Float64Array => {
  const [n, particles] = checkMomenta("momentumViolations", momenta, constraints);
  return Float64Array.from({ length: n }, (_, i) => {
    const p = Float64Array.from(momenta.data.subarray(4 * particles * i, 4 * particles * (i + 1)));
    return Math.max(0, ...residualOf(p, constraints, scaleOf(p, constraints)).values.map(Math.abs));
  });
};

/**
 * Moves events to the surface of the constraints. Each round goes to the nearest point of the linearised surface,
 * x - J^T (J J^T)^-1 r, until the violations are below 1e-12 (Gauss-Newton, least norm: Nocedal & Wright 2006, section 10.3). Near
 * the surface that is the nearest point, to second order.
 * @param momenta [n, particles, 4]: energy, px, py, pz
 * @throws ArgumentError for other options, and for masses of another number of particles; ShapeError for another shape
 */
export const projectMomenta = (momenta: NdArray<FloatType>, constraints: MomentumConstraints): ProjectedMomenta => {
  const [n, particles] = checkMomenta("projectMomenta", momenta, constraints);
  const data = Float64Array.from(momenta.data);
  const [residual, moved] = [new Float64Array(n), new Float64Array(n)];
  const size = 4 * particles;
  for (let i = 0; i < n; i++) {
    const p = data.subarray(i * size, (i + 1) * size);
    const before = p.slice();
    const scale = scaleOf(p, constraints);
    for (let round = 0; ; round++) {
      const { values, rows } = residualOf(p, constraints, scale);
      residual[i] = Math.max(0, ...values.map(Math.abs));
      if (residual[i]! < exact || round === mostRounds) break;
      const gram = rows.map((a) => rows.map((b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0)));
      const weights = solve(gram, values);
      for (let k = 0; k < size; k++) {
        let shift = 0;
        for (const [r, row] of rows.entries()) shift += row[k]! * weights[r]!;
        p[k]! -= shift;
      }
    }
    moved[i] = Math.sqrt(p.reduce((sum, value, k) => sum + (value - before[k]!) ** 2, 0));
  }
  return { momenta: ndarray(data, [n, particles, 4]), residual, moved };
};
