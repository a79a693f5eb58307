/**
 * The shape of a pair of particles, whatever its mass: t, the transverse momentum of both together over their mass, and the
 * angle psi at which they share it. Of particles without mass both are exact. The momenta of a pair of a mass and a shape are
 * bounded by t, where an angle between them near 0 would need momenta without bound.
 *
 * With the ratio rho = log(pt2 / pt1), the difference D of pseudorapidities and the angle d from back to back,
 *
 *     sinh(rho / 2) = t cosh(D / 2) cos(psi)
 *     sin(d / 2)    = t cosh(D / 2) sin(psi) / sqrt(1 + t^2)
 *
 * It follows from m^2 = 2 pt1 pt2 (cosh D + cos d) and q^2 = pt1^2 + pt2^2 - 2 pt1 pt2 cos d, so that
 * m^2 + q^2 = 2 pt1 pt2 (cosh rho + cosh D), with t = q / m.
 */
import { wrapAngle } from "./kinematics.ts";

/** Where the second particle of a pair is, seen from the first. */
export interface PairTurn {
  /** log(pt2 / pt1) */
  readonly logRatio: number;
  /** phi2 - phi1 - pi, in [-pi, pi] */
  readonly turn: number;
}

/** Shapes with less than this are back to back to the rounding of files. */
const leastShape = 1e-6;

/** @returns t >= 0, exactly 0 for a pair back to back; and psi in [-pi, pi], NaN for such a pair, which has none */
export const pairShape = (
  { logRatio, turn }: PairTurn,
  deltaEta: number,
): { readonly t: number; readonly psi: number } => {
  const wide = Math.cosh(deltaEta / 2);
  const x = Math.sinh(logRatio / 2) / wide;
  const y = Math.sin(wrapAngle(turn) / 2) / wide;
  // t^2 = x^2 + y^2 (1 + t^2). Parallel particles have y = 1 and no mass.
  const t = Math.sqrt((x ** 2 + y ** 2) / Math.max(1 - y ** 2, Number.EPSILON));
  return t < leastShape ? { t: 0, psi: Number.NaN } : { t, psi: Math.atan2(y * Math.sqrt(1 + t ** 2), x) };
};

/** The inverse of {@link pairShape}. A shape that no pair has gives particles of one azimuth. */
export const turnOfShape = (t: number, psi: number, deltaEta: number): PairTurn => {
  if (t === 0) return { logRatio: 0, turn: 0 };
  const wide = t * Math.cosh(deltaEta / 2);
  const sine = (wide * Math.sin(psi)) / Math.sqrt(1 + t ** 2);
  return {
    logRatio: 2 * Math.asinh(wide * Math.cos(psi)),
    turn: 2 * Math.asin(Math.min(1, Math.max(-1, sine))),
  };
};
