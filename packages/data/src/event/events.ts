/** Events of collisions: what flew out of each, as four-vectors. */

/** The outgoing particles of events, those of an event one after the other. Energies, momenta and masses are in GeV. */
export interface Events {
  readonly count: number;
  /** [count + 1]: the particles of event i are those from `first[i]` to before `first[i + 1]`. */
  readonly first: Int32Array;
  /** Names of kinds, such as `mu-` and `j`, by their code. */
  readonly kinds: readonly string[];
  /** [particles]: the code of each particle's kind. */
  readonly kind: Int32Array;
  /** [4 * particles]: transverse momentum, pseudorapidity, azimuth in [-pi, pi], mass. */
  readonly vectors: Float64Array;
  /** [count]: the weight of each event, 1 where the file has none. */
  readonly weights: Float64Array;
  /** What a person should know about how they were read. */
  readonly remarks: readonly string[];
}

/** A momentum by its components. */
interface Momentum {
  readonly px: number;
  readonly py: number;
  readonly pz: number;
  /** Its mass; where it is left out, that of `energy`. */
  readonly mass?: number;
  readonly energy?: number;
}

/** Collects events. */
export interface EventsBuilder {
  /** @returns why it is no particle that a detector could see, as what was found; undefined where it is one */
  add(kind: string, momentum: Momentum): string | undefined;
  /** The same of transverse momentum, pseudorapidity, azimuth and mass. */
  addPolar(kind: string, vector: readonly [pt: number, eta: number, phi: number, mass: number]): string | undefined;
  /** Ends an event of the particles since the last. */
  end(weight?: number): void;
  /** Particles of the event that is not ended yet. */
  pending(): number;
  finish(remarks?: readonly string[]): Events;
}

/** Below this share of the energy squared, a mass is rounding of the four numbers. */
const massRounding = 2e-6;

/** No detector sees a larger pseudorapidity, and momenta of such particles are no longer numbers. */
const mostEta = 50;

/** A number in [-pi, pi]. */
const wrapAngle = (angle: number): number => angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));

export const eventsBuilder = (): EventsBuilder => {
  const first = [0];
  const kind: number[] = [];
  const vectors: number[] = [];
  const weights: number[] = [];
  const codes = new Map<string, number>();
  const addPolar: EventsBuilder["addPolar"] = (name, vector) => {
    const [pt, eta, phi, mass] = vector;
    if (pt <= 0) return `a transverse momentum of ${pt}`;
    if (!vector.every(Number.isFinite)) return `numbers that are not finite (${vector.join(", ")})`;
    if (Math.abs(eta) > mostEta) return `a pseudorapidity of ${eta}`;
    if (!(mass >= 0)) return `a mass of ${mass}`;
    if (!codes.has(name)) codes.set(name, codes.size);
    kind.push(codes.get(name)!);
    vectors.push(pt, eta, wrapAngle(phi), mass);
    return undefined;
  };
  return {
    addPolar,
    add: (name, { px, py, pz, mass, energy }) => {
      const pt = Math.hypot(px, py);
      const squared = energy === undefined ? 0 : energy ** 2 - pt ** 2 - pz ** 2;
      // Files of few digits: with a mass of its own, the energy is not needed, and may be rounded.
      if (energy !== undefined && squared < -(mass === undefined ? 1e-3 : 1e-2) * energy ** 2)
        return `an energy of ${energy} below its momentum`;
      const own = mass ?? (energy !== undefined && squared > massRounding * energy ** 2 ? Math.sqrt(squared) : 0);
      return addPolar(name, [pt, pt > 0 ? Math.asinh(pz / pt) : Number.NaN, Math.atan2(py, px), own]);
    },
    end: (weight = 1) => {
      first.push(kind.length);
      weights.push(weight);
    },
    pending: () => kind.length - first.at(-1)!,
    finish: (remarks = []) => ({
      count: weights.length,
      first: Int32Array.from(first),
      kinds: [...codes.keys()],
      kind: Int32Array.from(kind),
      vectors: Float64Array.from(vectors),
      weights: Float64Array.from(weights),
      remarks,
    }),
  };
};
