/** Identical particles of rows in the order of their transverse momenta. */
import type { EventLayout } from "./event-layout.ts";

/** Transverse momenta of this relative difference are equal; then the pseudorapidity decides. */
const equalMomenta = 1e-6;

/** Puts identical particles of a row in order: the greatest transverse momentum first. */
export const sortIdentical = ({ states, slots }: EventLayout, row: Float64Array): void => {
  const state = states[row[0]!]!;
  for (let from = 0; from < state.kinds.length; ) {
    let to = from + 1;
    while (to < state.kinds.length && state.kinds[to] === state.kinds[from]) to++;
    if (to - from > 1) {
      const own = state.slots.slice(from, to).map((slot) => slots[slot]!);
      const particles = own.map((at) => Object.values(at).map((j: number) => row[j]!));
      particles.sort(([pt1 = 0, eta1 = 0], [pt2 = 0, eta2 = 0]) =>
        Math.abs(pt1 - pt2) > equalMomenta * (pt1 + pt2) ? pt2 - pt1 : eta2 - eta1,
      );
      for (const [k, at] of own.entries())
        for (const [c, j] of Object.values(at).entries()) row[j as number] = particles[k]![c] ?? 0;
    }
    from = to;
  }
};
