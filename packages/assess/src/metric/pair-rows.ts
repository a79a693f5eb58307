/** The rows that enter measures of all pairs, whose cost grows with the square of their number. */
import { setting } from "@scorefield/core";
import { firstRows } from "@scorefield/core/internal";
import type { NdArray } from "@scorefield/tensor";
import type { SampleSets } from "./metric-input.ts";

/** The setting of metrics of all pairs of rows. */
export const pairRows = setting.whole({
  least: 8,
  default: 2000,
  help: "rows of each set that are compared, at most; the cost grows with their square",
});

const cut = ({ samples, reference, real, control }: SampleSets, rows: number): SampleSets => ({
  samples: firstRows(samples, rows),
  reference: firstRows(reference, rows),
  ...(real && { real: firstRows(real, rows) }),
  ...(control && { control: firstRows(control, rows) }),
});

const known = new WeakMap<SampleSets, Map<number, SampleSets>>();

/** The first rows of every set: the same arrays for the same sets, so that metrics can share what they find of them. */
export const fewRows = (sets: SampleSets, rows: number): SampleSets => {
  const cuts = known.get(sets) ?? new Map<number, SampleSets>();
  known.set(sets, cuts);
  const found = cuts.get(rows) ?? cut(sets, rows);
  cuts.set(rows, found);
  return found;
};

/** A function of two arrays and a number that keeps what it gave for the same arrays, as long as they are in use. */
export const sharedBetween = <T>(of: (a: NdArray, b: NdArray, k: number) => T): typeof of => {
  const kept = new WeakMap<NdArray, WeakMap<NdArray, Map<number, T>>>();
  return (a, b, k) => {
    const ofA = kept.get(a) ?? new WeakMap<NdArray, Map<number, T>>();
    kept.set(a, ofA);
    const ofPair = ofA.get(b) ?? new Map<number, T>();
    ofA.set(b, ofPair);
    const found = ofPair.get(k) ?? of(a, b, k);
    ofPair.set(k, found);
    return found;
  };
};
