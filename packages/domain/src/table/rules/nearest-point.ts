/** The nearest point that linear equalities and inequalities allow. */

/** normal . x is at most `limit`, or equal to it. */
export interface LinearLimit {
  /** [d] */
  readonly normal: Float64Array;
  readonly limit: number;
  readonly equal: boolean;
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!;
  return sum;
};

/** What of a vector the columns of Q R leave, and its coordinates in them: least squares by Gram and Schmidt, twice. */
const splitBy = (normals: readonly Float64Array[], vector: Float64Array) => {
  const orthonormal: Float64Array[] = [];
  const triangle: number[][] = [];
  const strip = (of: Float64Array): { rest: Float64Array; parts: number[] } => {
    const rest = of.slice();
    const parts = new Array<number>(orthonormal.length).fill(0);
    for (let pass = 0; pass < 2; pass++)
      for (const [k, q] of orthonormal.entries()) {
        const part = dot(q, rest);
        parts[k]! += part;
        for (let j = 0; j < rest.length; j++) rest[j]! -= part * q[j]!;
      }
    return { rest, parts };
  };
  for (const normal of normals) {
    const { rest, parts } = strip(normal);
    const length = Math.sqrt(dot(rest, rest));
    triangle.push([...parts, length]);
    orthonormal.push(rest.map((value) => value / length));
  }
  const { rest, parts } = strip(vector);
  const coordinates = new Float64Array(normals.length);
  for (let k = normals.length - 1; k >= 0; k--) {
    let value = parts[k]!;
    for (let l = k + 1; l < normals.length; l++) value -= triangle[l]![k]! * coordinates[l]!;
    coordinates[k] = value / triangle[k]![k]!;
  }
  return { rest, coordinates };
};

// The squared sine of the angle below which a normal counts as a sum of others, and what of a limit is rounding.
const parallel = 1e-18;
const slack = 1e-11;

/**
 * The x of least |x|^2 with `normal . x <= limit`, or `= limit`, for all limits. A dual active-set method (Goldfarb & Idnani
 * 1983, with the identity as its matrix): it starts at 0 and takes up one broken limit at a time, so each step makes the
 * dual larger and the number of steps is finite.
 * @param d number of coordinates
 * @returns [d], or undefined where the limits contradict each other
 */
export const nearestPoint = (d: number, limits: readonly LinearLimit[]): Float64Array | undefined => {
  // Of length 1, and so comparable; a limit without a normal says something of no coordinate.
  const unit: LinearLimit[] = [];
  for (const { normal, limit, equal } of limits) {
    const length = Math.sqrt(dot(normal, normal));
    if (length > 0) unit.push({ normal: normal.map((value) => value / length), limit: limit / length, equal });
    else if (limit < -slack || (equal && limit > slack)) return undefined;
  }
  const x = new Float64Array(d);
  const active: { index: number; normal: Float64Array; force: number; equal: boolean }[] = [];
  const excess = ({ normal, limit, equal }: LinearLimit): number => {
    const over = dot(normal, x) - limit;
    return equal ? Math.abs(over) : over;
  };
  const toleranceOf = ({ limit }: LinearLimit): number => slack * (1 + Math.abs(limit));
  for (let round = 0; round < 50 * (unit.length + 1); round++) {
    let [worst, most] = [-1, 0];
    for (const [index, limit] of unit.entries()) {
      if (active.some((one) => one.index === index)) continue;
      const over = excess(limit) - toleranceOf(limit);
      // Equalities first: they are never dropped again.
      const rank = over > 0 && limit.equal ? over + 1e300 : over;
      if (rank > most) [worst, most] = [index, rank];
    }
    if (worst < 0) return x;
    const { limit, equal, normal: given } = unit[worst]!;
    const side = equal && dot(given, x) < limit ? -1 : 1;
    const normal = side < 0 ? given.map((value) => -value) : given;
    let force = 0;
    for (;;) {
      const over = dot(normal, x) - side * limit;
      const { rest, coordinates } = splitBy(
        active.map((one) => one.normal),
        normal,
      );
      const length = dot(rest, rest);
      const full = length > parallel ? over / length : Infinity;
      let [drop, part] = [-1, Infinity];
      for (const [k, one] of active.entries()) {
        if (one.equal || !(coordinates[k]! > 1e-14)) continue;
        const ratio = one.force / coordinates[k]!;
        if (ratio < part) [drop, part] = [k, ratio];
      }
      const step = Math.min(full, part);
      if (step === Infinity) return undefined;
      for (const [k, one] of active.entries()) one.force -= step * coordinates[k]!;
      force += step;
      if (full < Infinity) for (let j = 0; j < d; j++) x[j]! -= step * rest[j]!;
      if (full <= part) break;
      active.splice(drop, 1);
    }
    active.push({ index: worst, normal, force, equal });
  }
  return undefined;
};
