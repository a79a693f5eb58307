/** Pictures of events in the plane across the beam: each particle is a line from the middle, as long as its momentum. */
import { type FloatType, type NdArray, zeros } from "@scorefield/tensor";
import { particleAt } from "./event-coordinates.ts";
import type { EventLayout } from "./event-layout.ts";
import { groupOf } from "./particle-order.ts";

const side = 64;
/** Colours of charged leptons, bosons, neutrinos, jets and others, in [-1, 1]. */
const colours = [
  [-0.75, 0.0, 0.75],
  [0.1, 0.5, 0.1],
  [-0.1, -0.1, -0.1],
  [0.85, -0.1, -0.7],
  [0.2, -0.6, 0.6],
] as const;

/** Half the width of a line, in pixels; a jet is a broad one. */
const widths = [1.1, 1.1, 0.7, 2.6, 1.1];

/**
 * Events [n, columns] as pictures [n, 3, 64, 64] in [-1, 1]. The ring is a tenth of the way to the edge more than the greatest
 * transverse momentum of the event.
 */
export const eventDisplays = (layout: EventLayout, { data, shape }: NdArray<FloatType>): NdArray<"float32"> => {
  const [n = 0, width = 0] = shape;
  const images = zeros([n, 3, side, side], "float32");
  images.data.fill(1);
  const middle = (side - 1) / 2;
  const radius = middle - 2;
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * width, (i + 1) * width);
    const { kinds, slots } = layout.states[row[0]!] ?? { kinds: [], slots: [] };
    const particles = slots.map((slot) => particleAt(layout, row, slot));
    const most = Math.max(...particles.map(({ pt }) => pt), Number.MIN_VALUE);
    const paint = (pixel: number, colour: readonly number[], share: number): void => {
      for (let c = 0; c < 3; c++) {
        const at = (3 * i + c) * side * side + pixel;
        images.data[at] = images.data[at]! + share * (colour[c]! - images.data[at]!);
      }
    };
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const [u, v] = [x - middle, middle - y];
        const ring = Math.max(0, 1 - Math.abs(Math.hypot(u, v) - radius));
        if (ring > 0) paint(y * side + x, [0.4, 0.4, 0.4], ring);
        for (const [k, { pt, phi }] of particles.entries()) {
          const group = groupOf(kinds[k]!);
          const along = u * Math.cos(phi) + v * Math.sin(phi);
          const across = Math.abs(u * Math.sin(phi) - v * Math.cos(phi));
          const length = (0.9 * radius * pt) / most;
          const share =
            Math.min(1, Math.max(0, widths[group]! + 0.5 - across)) * Math.min(1, Math.max(0, length - along + 0.5));
          if (along >= 0 && share > 0) paint(y * side + x, colours[group]!, share);
        }
      }
  }
  return images;
};
