/** Particles from the columns of a table. */
import type { EventsBuilder } from "./events.ts";
import type { ParticleColumns } from "./momentum-columns.ts";
import { massOfKind, particleName } from "./particle-names.ts";

/** The number of a column in a row; NaN where it is missing. */
export type NumberAt = (column: string, row: number) => number;

/** A name with the sign of its charge, unless it has one. */
const charged = (name: string, charge: number | undefined): string =>
  charge === undefined || Number.isNaN(charge) || charge === 0 || /[+-]$/.test(name)
    ? name
    : `${name}${charge < 0 ? "-" : "+"}`;

/** What a particle is called whose kind the data do not say. */
export const unnamed = "x";

/** Whether a row holds this particle: others have empty cells. */
export const isThere = ({ pt, px }: ParticleColumns, row: number, at: NumberAt): boolean =>
  !Number.isNaN(at((pt ?? px)!, row));

/**
 * Adds the particle of a row to events.
 * @param kind its name, without a charge where a column says it
 * @returns the column and what was found in it where it is no particle
 */
export const addParticle = (
  builder: EventsBuilder,
  columns: ParticleColumns,
  row: number,
  { at, kind = unnamed }: { readonly at: NumberAt; readonly kind?: string | undefined },
): { readonly column: string; readonly found: string } | undefined => {
  const { pt, eta, phi, px, py, pz, mass, energy, charge, pdg } = columns;
  const number = (column: string | undefined): number | undefined =>
    column === undefined ? undefined : at(column, row);
  const id = number(pdg);
  const name = id !== undefined && Number.isInteger(id) ? particleName(id) : charged(kind, number(charge));
  const own = number(mass);
  const known = own === undefined || Number.isNaN(own) ? massOfKind(name) : own;
  const polar = pt !== undefined && eta !== undefined && phi !== undefined;
  // A kind's own mass is nearer than that of an energy whose digits are few.
  const byEnergy = mass === undefined && known === 0 && energy !== undefined;
  const problem = polar
    ? builder.addPolar(name, [at(pt, row), at(eta, row), at(phi, row), known])
    : builder.add(name, {
        px: at(px!, row),
        py: at(py!, row),
        pz: at(pz!, row),
        ...(byEnergy ? { energy: at(energy, row) } : { mass: known }),
      });
  if (problem === undefined) return undefined;
  return { column: (polar ? pt : px)!, found: problem };
};
