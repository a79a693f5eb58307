/** What is known of columns of events as knowledge of coordinates: some columns are coordinates, and others are not. */
import { ArgumentError } from "@scorefield/core";
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import type { ColumnCondition } from "../table/mixed/allowed.ts";
import { toCoordinates } from "./event-coordinates.ts";
import type { EventLayout } from "./event-layout.ts";

/** Columns that are coordinates themselves: the final state, the mass of the pair, pseudorapidities and the first azimuth. */
const direct = ({ mass, slots }: EventLayout): ReadonlySet<number> =>
  new Set([0, ...(mass === undefined ? [] : [mass]), ...slots.map(({ eta }) => eta), slots[0]!.phi]);

/** Columns of slots that some events leave empty. */
const sometimesEmpty = ({ slots, always }: EventLayout): ReadonlySet<number> =>
  new Set(slots.flatMap((slot, k) => (always[k] ? [] : (Object.values(slot) as number[]))));

/**
 * The conditions that the model itself is given. Ranges of other columns are left to choosing among draws, which is exact too.
 * @throws ArgumentError for an exact value of a column that is no coordinate, and for whether a particle is missing, which
 *   the final state says
 */
export const observableConditions = (
  layout: EventLayout,
  conditions: readonly ColumnCondition[],
): readonly ColumnCondition[] => {
  const [coordinates, empty] = [direct(layout), sometimesEmpty(layout)];
  return conditions.filter((condition) => {
    const j = layout.columns.indexOf(condition.column);
    if (condition.missing !== undefined)
      throw new ArgumentError(
        `condition on ${condition.column}: expected a condition on process, which says what particles there are, found one on whether it is missing`,
      );
    const own = coordinates.has(j) && !empty.has(j);
    if (condition.is !== undefined && j >= 0 && !own)
      throw new ArgumentError(
        `condition on ${condition.column}: expected a range, such as ${condition.column} > 30, found an exact value, which the model takes of ${[
          ...coordinates,
        ]
          .filter((k) => !empty.has(k))
          .map((k) => layout.columns[k])
          .join(", ")} alone`,
      );
    return own || j < 0;
  });
};

/** Coordinates of rows, with which of them are known. */
export interface KnownCoordinates {
  /** [n, columns]: NaN where nothing is known. */
  readonly values: NdArray<"float64">;
  /** [n * columns]: 1 for each that is. */
  readonly known: Uint8Array;
}

/**
 * What rows of events with unknown cells say of coordinates. Momenta are coordinates only where all particles before them
 * are known, since they are seen from their recoil.
 * @throws ArgumentError for a known cell that no coordinate says
 */
export const knownCoordinates = (
  layout: EventLayout,
  rows: NdArray<FloatType>,
  given: ArrayLike<number | boolean> | undefined,
): KnownCoordinates => {
  const [n = 0, width = 0] = rows.shape;
  const isKnown = (i: number, j: number): boolean =>
    given ? Boolean(given[i * width + j]) : !Number.isNaN(rows.data[i * width + j]!);
  const known = new Uint8Array(n * width);
  const plain = direct(layout);
  const states = rows.data.slice() as Float64Array;
  // A row without a known state is read as the first one, of whose coordinates only known cells are kept.
  for (let i = 0; i < n; i++) if (!isKnown(i, 0)) states[i * width] = 0;
  const all = toCoordinates(layout, ndarray(states, rows.shape) as NdArray<FloatType>);
  for (let i = 0; i < n; i++) {
    const row = i * width;
    // What follows from the particles is known by them.
    const said = new Set<number>([...layout.derived.values()].filter((j) => j !== layout.mass));
    const say = (j: number): void => {
      known[row + j] = 1;
      said.add(j);
    };
    for (const j of plain)
      if (isKnown(i, j)) {
        say(j);
        all.data[row + j] = rows.data[row + j]!;
      }
    let whole = isKnown(i, 0);
    for (const [k, slot] of (layout.states[states[row]!]?.slots ?? []).entries()) {
      const { pt, eta, phi, m } = layout.slots[slot]!;
      whole &&= [pt, eta, phi].every((j) => isKnown(i, j)) && (m === undefined || isKnown(i, m));
      if (!whole) break;
      for (const j of [pt, phi, ...(m === undefined ? [] : [m])]) said.add(j);
      if (k > 0) {
        known[row + pt] = 1;
        known[row + phi] = 1;
      } else if (layout.mass === undefined) known[row + pt] = 1;
      if (k === 1 && layout.mass !== undefined) say(layout.mass);
    }
    // The first momentum of a pair is known by their mass once the second particle is.
    const second = layout.slots[1];
    if (layout.mass !== undefined && !(second && said.has(second.pt))) said.delete(layout.slots[0]!.pt);
    for (let j = 0; j < width; j++)
      if (isKnown(i, j) && !said.has(j) && !Number.isNaN(rows.data[row + j]!))
        throw new ArgumentError(
          `events: expected known cells of process, mass, eta and phi1, or of all particles up to one, found ${layout.columns[j]} alone in row ${i + 1}`,
        );
    // A pair back to back has no angle of its own.
    for (let j = 0; j < width; j++)
      if (Number.isNaN(all.data[row + j]!)) known[row + j] = 0;
      else if (!known[row + j]) all.data[row + j] = Number.NaN;
  }
  return { values: all, known };
};
