/**
 * Between events and coordinates in which what physics says of them is simple. The first pair is its invariant mass, so a
 * resonance is one column, and a shape. The angle of the first particle is the rotation of the whole event. Each later
 * particle is seen from what the earlier ones lack to balance: log(pt / recoil) and its angle to the recoil. The last particle
 * of an event whose transverse momentum is balanced then has 0 in both, exactly.
 */
import type { FloatType, NdArray } from "@scorefield/tensor";
import { zeros } from "@scorefield/tensor";
import type { EventLayout } from "./event-layout.ts";
import { momentumOfMass, type PolarVector, pairMass, wrapAngle } from "./kinematics.ts";
import { type ObservableName, observablesOf } from "./observables.ts";
import { type PairTurn, pairShape, turnOfShape } from "./pair-shape.ts";

/** Differences from balance that are rounding of files. */
const balanceRounding = 1e-6;
/** A recoil below this share of all transverse momenta has no direction. */
const leastRecoil = 1e-9;

const snapped = (value: number): number => (Math.abs(value) < balanceRounding ? 0 : value);

/** What the earlier particles of an event lack to balance, in the transverse plane. */
const recoils = () => {
  let [x, y, sum] = [0, 0, 0];
  let first = { pt: 1, phi: 0 };
  return {
    /** Where they balance among themselves, the opposite of the first. */
    next: (): { readonly pt: number; readonly phi: number } => {
      const pt = Math.hypot(x, y);
      if (pt > leastRecoil * sum) return { pt, phi: Math.atan2(-y, -x) };
      return { pt: first.pt, phi: first.phi + Math.PI };
    },
    add: ({ pt, phi }: { readonly pt: number; readonly phi: number }): void => {
      if (sum === 0) first = { pt, phi };
      x += pt * Math.cos(phi);
      y += pt * Math.sin(phi);
      sum += pt;
    },
  };
};

/** A particle of a row. */
export const particleAt = ({ slots }: EventLayout, row: ArrayLike<number>, slot: number): PolarVector => {
  const { pt, eta, phi, m } = slots[slot]!;
  return { pt: row[pt]!, eta: row[eta]!, phi: row[phi]!, m: m === undefined ? 0 : row[m]! };
};

/** Writes what follows from the particles of a row. */
export const writeObservables = (layout: EventLayout, row: Float64Array): void => {
  if (layout.derived.size === 0) return;
  const particles = layout.states[row[0]!]!.slots.map((slot) => particleAt(layout, row, slot));
  const values = observablesOf(particles);
  for (const [name, j] of layout.derived) row[j] = values[name as ObservableName]();
};

/**
 * Events [n, columns] as coordinates [n, columns]. Where a coordinate says nothing of an event, it is NaN: of empty slots, of
 * the momentum that the mass of the pair says, and of the angle of a pair back to back.
 */
export const toCoordinates = (layout: EventLayout, { data, shape }: NdArray<FloatType>): NdArray<"float64"> => {
  const [n = 0, width = 0] = shape;
  const result = zeros([n, width], "float64");
  result.data.fill(Number.NaN);
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * width, (i + 1) * width);
    const out = result.data.subarray(i * width, (i + 1) * width);
    out[0] = row[0]!;
    const recoil = recoils();
    for (const slot of layout.states[row[0]!]?.slots ?? []) {
      const { pt, eta, phi, m } = layout.slots[slot]!;
      const own = particleAt(layout, row, slot);
      out[eta] = own.eta;
      if (m !== undefined) out[m] = own.m;
      if (slot === layout.states[row[0]!]!.slots[0]) {
        out[phi] = own.phi;
        if (layout.mass === undefined) out[pt] = Math.log(own.pt);
        else out[layout.mass] = pairMass(own, particleAt(layout, row, 1));
      } else if (slot === 1 && layout.mass !== undefined) {
        const first = particleAt(layout, row, 0);
        const turn = { logRatio: Math.log(own.pt / first.pt), turn: wrapAngle(own.phi - first.phi - Math.PI) };
        const shape = pairShape(turn, first.eta - own.eta);
        [out[pt], out[phi]] = [shape.t, shape.psi];
      } else {
        const from = recoil.next();
        out[pt] = snapped(Math.log(own.pt / from.pt));
        out[phi] = snapped(wrapAngle(own.phi - from.phi));
      }
      recoil.add(own);
    }
  }
  return result;
};

/**
 * The inverse of {@link toCoordinates}, to rounding. Cells of empty slots become NaN, whatever the coordinates say.
 * @param massOf the mass of a particle of a kind with a coordinate; default the coordinate
 */
export const fromCoordinates = (
  layout: EventLayout,
  { data, shape }: NdArray<FloatType>,
  massOf: (kind: string, coordinate: number) => number,
): NdArray<"float64"> => {
  const [n = 0, width = 0] = shape;
  const result = zeros([n, width], "float64");
  result.data.fill(Number.NaN);
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * width, (i + 1) * width);
    const out = result.data.subarray(i * width, (i + 1) * width);
    out[0] = row[0]!;
    const { kinds, slots } = layout.states[row[0]!]!;
    const recoil = recoils();
    for (const [k, slot] of slots.entries()) {
      const { pt, eta, phi, m } = layout.slots[slot]!;
      const own = massOf(kinds[k]!, m === undefined ? 0 : row[m]!);
      out[eta] = row[eta]!;
      if (m !== undefined) out[m] = own;
      if (k === 0) {
        out[phi] = wrapAngle(row[phi]!);
        out[pt] = layout.mass === undefined ? Math.exp(row[pt]!) : firstMomentum(layout, row, kinds, massOf);
      } else if (k === 1 && layout.mass !== undefined) {
        const { logRatio, turn } = turnOfPair(layout, row);
        const first = layout.slots[0]!;
        out[pt] = out[first.pt]! * Math.exp(logRatio);
        out[phi] = wrapAngle(out[first.phi]! + Math.PI + turn);
      } else {
        const from = recoil.next();
        out[pt] = from.pt * Math.exp(row[pt]!);
        out[phi] = wrapAngle(from.phi + row[phi]!);
      }
      recoil.add({ pt: out[pt]!, phi: out[phi]! });
    }
  }
  return result;
};

/** How the second particle of the pair stands to the first. */
const turnOfPair = ({ slots }: EventLayout, row: ArrayLike<number>): PairTurn => {
  const [first, second] = [slots[0]!, slots[1]!];
  return turnOfShape(Math.max(0, row[second.pt]!), row[second.phi]!, row[first.eta]! - row[second.eta]!);
};

/** The momentum of the first particle, from the mass of the pair. */
const firstMomentum = (
  layout: EventLayout,
  row: ArrayLike<number>,
  kinds: readonly string[],
  massOf: (kind: string, coordinate: number) => number,
): number => {
  const { slots, mass } = layout;
  const [first, second] = [slots[0]!, slots[1]!];
  const { logRatio, turn } = turnOfPair(layout, row);
  const massAt = (k: number, m: number | undefined) => massOf(kinds[k]!, m === undefined ? 0 : row[m]!);
  return momentumOfMass(row[mass!]!, {
    logRatio,
    eta1: row[first.eta]!,
    eta2: row[second.eta]!,
    turn: Math.PI + turn,
    m1: massAt(0, first.m),
    m2: massAt(1, second.m),
  });
};
