/** What physicists look at in events, of all their particles. */
import { invariantMass, type PolarVector, pairMass, wrapAngle } from "./kinematics.ts";

/** Of the first two particles: their invariant mass, the transverse momentum of both together, and how far they are apart. */
export const pairObservables = ["mass", "pair_pt", "pair_deta", "pair_dphi"] as const;
/** Of all particles of events that may have more than two. */
export const wholeObservables = ["ht", "mass_all", "efp_line", "efp_triangle"] as const;

/** The name of an observable, which is that of its column. */
export type ObservableName = (typeof pairObservables)[number] | (typeof wholeObservables)[number];

/** The distance of two particles in pseudorapidity and azimuth. */
const distance = (a: PolarVector, b: PolarVector): number => Math.hypot(a.eta - b.eta, wrapAngle(a.phi - b.phi));

/**
 * Energy-flow polynomials with the shares z of the transverse momentum (Komiske, Metodiev & Thaler 2018, equation 1): of the
 * graph of one edge the sum over i, j of z_i z_j d_ij, of the triangle the sum over i, j, k of z_i z_j z_k d_ij d_jk d_ik.
 */
const energyFlow = (particles: readonly PolarVector[], graph: "line" | "triangle"): number => {
  const total = particles.reduce((sum, { pt }) => sum + pt, 0);
  const n = particles.length;
  let sum = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const [a, b] = [particles[i]!, particles[j]!];
      const edge = ((a.pt * b.pt) / total ** 2) * distance(a, b);
      if (graph === "line") sum += 2 * edge;
      else
        for (let k = j + 1; k < n; k++) {
          const c = particles[k]!;
          sum += 6 * edge * (c.pt / total) * distance(b, c) * distance(a, c);
        }
    }
  return sum;
};

/** The observables of an event, each computed when it is called. Energies are in GeV, angles in radians. */
export const observablesOf = (particles: readonly PolarVector[]): Readonly<Record<ObservableName, () => number>> => {
  const [a, b] = particles as [PolarVector, PolarVector];
  return {
    mass: () => pairMass(a, b),
    pair_pt: () =>
      Math.hypot(a.pt * Math.cos(a.phi) + b.pt * Math.cos(b.phi), a.pt * Math.sin(a.phi) + b.pt * Math.sin(b.phi)),
    pair_deta: () => a.eta - b.eta,
    pair_dphi: () => Math.abs(wrapAngle(a.phi - b.phi)),
    ht: () => particles.reduce((sum, { pt }) => sum + pt, 0),
    mass_all: () => invariantMass(particles),
    efp_line: () => energyFlow(particles, "line"),
    efp_triangle: () => energyFlow(particles, "triangle"),
  };
};
