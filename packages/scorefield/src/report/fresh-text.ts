/** Distances of samples to fresh data as text. */
import type { FreshDistance, FreshDistances } from "@scorefield/assess/internal";
import { grouped } from "../figure/grouped.ts";
import { shortNumber } from "./number-text.ts";
import { textTable } from "./text-table.ts";
import { wrapped } from "./wrap-text.ts";

/** The distances as text. */
export const freshText = ({ count, ...distances }: FreshDistances): string => {
  const row = (name: string, { samples, floor, floorMost }: FreshDistance) => [
    name,
    shortNumber(samples),
    shortNumber(floor),
    shortNumber(floorMost),
  ];
  const table = textTable([
    [`distance of ${grouped(count)} points`, "samples to data", "data to data", "largest of 8"],
    row("energy distance", distances.energyDistance),
    row("sliced Wasserstein distance", distances.slicedWasserstein),
  ]);
  const note = `Data to data is what chance alone comes to: the mean and the largest over 8 pairs of fresh sets of ${grouped(count)} points.`;
  return `${table}\n\n${wrapped(note)}`;
};
