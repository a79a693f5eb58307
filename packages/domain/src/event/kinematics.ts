/** Relativistic kinematics in coordinates of a collider; energies, momenta and masses in one unit, GeV. */

/** A number in [-pi, pi]. */
export const wrapAngle = (angle: number): number => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

/** A particle by its transverse momentum, pseudorapidity, azimuth and mass. */
export interface PolarVector {
  readonly pt: number;
  readonly eta: number;
  readonly phi: number;
  readonly m: number;
}

/** What the mass of a pair depends on besides the scale of its momenta. */
interface PairShape {
  /** log(pt2 / pt1) */
  readonly logRatio: number;
  readonly eta1: number;
  readonly eta2: number;
  /** phi2 - phi1 */
  readonly turn: number;
  readonly m1: number;
  readonly m2: number;
}

/** The squared invariant mass of two particles, the first of which has the transverse momentum `pt1`. */
const squaredMass = (pt1: number, { logRatio, eta1, eta2, turn, m1, m2 }: PairShape): number => {
  const pt2 = pt1 * Math.exp(logRatio);
  // cosh(a) - cos(b) without cancellation.
  const angular = 2 * (Math.sinh((eta1 - eta2) / 2) ** 2 + Math.sin(turn / 2) ** 2);
  if (m1 === 0 && m2 === 0) return 2 * pt1 * pt2 * angular;
  const [p1, p2] = [pt1 * Math.cosh(eta1), pt2 * Math.cosh(eta2)];
  const [e1, e2] = [Math.hypot(p1, m1), Math.hypot(p2, m2)];
  // E1 E2 - p1 p2 as its part of masses, without cancellation: (E1^2 E2^2 - p1^2 p2^2) / (E1 E2 + p1 p2).
  const ofMasses = (m1 ** 2 * e2 ** 2 + m2 ** 2 * p1 ** 2) / (e1 * e2 + p1 * p2);
  return m1 ** 2 + m2 ** 2 + 2 * (ofMasses + pt1 * pt2 * angular);
};

const shapeOf = (a: PolarVector, b: PolarVector): PairShape => ({
  logRatio: Math.log(b.pt / a.pt),
  eta1: a.eta,
  eta2: b.eta,
  turn: b.phi - a.phi,
  m1: a.m,
  m2: b.m,
});

/** The invariant mass of two particles. */
export const pairMass = (a: PolarVector, b: PolarVector): number => Math.sqrt(squaredMass(a.pt, shapeOf(a, b)));

/** The least transverse momentum that a pair is given. */
const leastMomentum = 1e-6;
const mostSecants = 20;

/**
 * The transverse momentum of the first of two particles that have an invariant mass: the inverse of {@link pairMass}, exact
 * to rounding. A mass below the sum of theirs gives the least momentum.
 */
export const momentumOfMass = (mass: number, shape: PairShape): number => {
  const { logRatio, eta1, eta2, turn, m1, m2 } = shape;
  const angular = 2 * (Math.sinh((eta1 - eta2) / 2) ** 2 + Math.sin(turn / 2) ** 2);
  const massless = mass / Math.sqrt(2 * Math.exp(logRatio) * Math.max(angular, 1e-12));
  if (m1 === 0 && m2 === 0) return massless;
  if (!(squaredMass(leastMomentum, shape) < mass ** 2)) return leastMomentum;
  // The squared mass rises with the square of the scale, nearly linearly: some steps of the secant, which starts from a pair
  // without mass. Where they do not settle, the interval is halved.
  const excess = (u: number): number => squaredMass(Math.sqrt(u), shape) - mass ** 2;
  let [low, high] = [leastMomentum ** 2, Math.max(massless, leastMomentum) ** 2 * (1 + 1e-9)];
  let [before, last] = [low, high];
  let [valueBefore, value] = [excess(before), excess(last)];
  for (let k = 0; k < mostSecants && Math.abs(value) > 1e-15 * mass ** 2 && value !== valueBefore; k++) {
    const next = last - (value * (last - before)) / (value - valueBefore);
    if (!(next > low && next < high)) break;
    [before, valueBefore, last] = [last, value, next];
    value = excess(last);
  }
  if (Math.abs(value) < 1e-13 * mass ** 2) return Math.sqrt(last);
  for (let k = 0; k < 200 && high - low > 1e-15 * high; k++) {
    const middle = (low + high) / 2;
    if (excess(middle) < 0) low = middle;
    else high = middle;
  }
  return Math.sqrt((low + high) / 2);
};

/** The invariant mass of several particles; 0 where rounding makes its square negative. */
export const invariantMass = (particles: readonly PolarVector[]): number => {
  let [e, px, py, pz] = [0, 0, 0, 0];
  for (const { pt, eta, phi, m } of particles) {
    e += Math.hypot(pt * Math.cosh(eta), m);
    px += pt * Math.cos(phi);
    py += pt * Math.sin(phi);
    pz += pt * Math.sinh(eta);
  }
  return Math.sqrt(Math.max(0, e ** 2 - px ** 2 - py ** 2 - pz ** 2));
};
