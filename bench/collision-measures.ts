/** What events of a model are measured by beside recorded ones, and the baselines of bench/collisions.ts. */
import { join } from "node:path";
import { classifierTwoSample, marginals } from "@scorefield/assess";
import { normal, permutation, uniform } from "@scorefield/core";
import { takeRows } from "@scorefield/data";
import { firstSamples } from "@scorefield/domain";
import { type EventLayout, events } from "@scorefield/domain/event";
import type { TableColumn } from "@scorefield/domain/table";
import { type NdArray, ndarray } from "@scorefield/tensor";

/** Events [n, columns] in the units of the data. */
export type Rows = NdArray<"float64">;

/** The recorded muon pairs, as a run of them was trained: those to learn from, those set apart, and the columns. */
export const recordedEvents = async (
  data: string,
): Promise<{ readonly training: Rows; readonly heldOut: Rows; readonly columns: readonly string[] }> => {
  const { values, columns = [] } = await events.open({
    kind: "events",
    path: join(data, "collisions/Zmumu_Run2011A.csv"),
    particles: ["mu", "mu"],
    symmetry: "none",
  });
  const [training, heldOut] = await Promise.all([firstSamples(values.training), firstSamples(values.heldOut)]);
  return { training: training as Rows, heldOut: heldOut as Rows, columns };
};

/** The cells of a column that are there. */
export const cellsOf = ({ data, shape: [n = 0, width = 0] }: Rows, column: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => data[i * width + column]!).filter((cell) => !Number.isNaN(cell));

/** `count` rows at random. */
export const someRows = (rows: Rows, count: number, seed: number): Rows =>
  takeRows(rows, permutation(rows.shape[0]!, { seed, purpose: "resampling" }).data.subarray(0, count));

const list = (cells: Float64Array) => ndarray(cells, [cells.length, 1]);

/** The Wasserstein distance of order 1 of a column in two sets, in units of the column. */
const distance = (a: Rows, b: Rows, column: number): number =>
  marginals(list(cellsOf(a, column)), list(cellsOf(b, column)))[0]!.wasserstein;

/** The mean distance from a reference of sets of its size, taken at random out of rows. */
export const meanDistance = (rows: Rows, reference: Rows, column: number, sets = 10): number => {
  let sum = 0;
  for (let seed = 0; seed < sets; seed++)
    sum += distance(someRows(rows, Math.min(reference.shape[0]!, rows.shape[0]!), seed), reference, column);
  return sum / sets;
};

/** The place and the full width at half maximum of the highest peak of masses, smoothed by normal kernels. */
export const peakOf = (masses: Float64Array, kernel = 0.5): { readonly place: number; readonly width: number } => {
  const [from, to, step] = [80, 102, 0.02];
  const height = Array.from({ length: Math.round((to - from) / step) + 1 }, () => 0);
  const sorted = masses.filter((mass) => mass > from - 4 * kernel && mass < to + 4 * kernel);
  for (const mass of sorted) {
    const [low, high] = [mass - 4 * kernel, mass + 4 * kernel].map((at) => Math.round((at - from) / step)) as [
      number,
      number,
    ];
    for (let k = Math.max(0, low); k <= Math.min(height.length - 1, high); k++)
      height[k]! += Math.exp(-0.5 * ((from + k * step - mass) / kernel) ** 2);
  }
  const top = height.reduce((best, value, k) => (value > height[best]! ? k : best), 0);
  let [left, right] = [top, top];
  while (left > 0 && height[left]! > height[top]! / 2) left--;
  while (right < height.length - 1 && height[right]! > height[top]! / 2) right++;
  return { place: from + top * step, width: (right - left) * step };
};

/** How well boosted trees tell samples from a reference: the share of rows set apart that they name rightly, and its p-value. */
export const treeTest = async (a: Rows, b: Rows, columns: readonly TableColumn[]) => {
  const count = Math.min(a.shape[0]!, b.shape[0]!);
  return classifierTwoSample(someRows(a, count, 7), someRows(b, count, 8), { columns });
};

/** Rows of one final state, as the numbers that say all of it: momenta of its particles. */
const momentaOf = ({ slots, states }: EventLayout, code: number): readonly number[] =>
  states[code]!.slots.flatMap((slot) => [slots[slot]!.pt, slots[slot]!.eta, slots[slot]!.phi]);

const ofState = (rows: Rows, code: number): Rows => {
  const width = rows.shape[1]!;
  return takeRows(
    rows,
    Array.from({ length: rows.shape[0]! }, (_, i) => i).filter((i) => rows.data[i * width] === code),
  );
};

/** A baseline: new values [columns] for the momenta of each final state, from training rows. */
type Baseline = (
  state: Rows,
  columns: readonly number[],
  count: number,
  seed: number,
) => (i: number, k: number) => number;

/** Rows of training drawn with replacement, moved by normal noise of Silverman's width in each column (Silverman 1986, equation 4.15). */
const smoothedBootstrap: Baseline = (state, columns, count, seed) => {
  const [n = 0, width = 0] = state.shape;
  const u = uniform([count], { seed, dtype: "float64" }).data;
  const z = normal([count, columns.length], { seed: seed + 1, dtype: "float64" }).data;
  const shrink = (4 / ((columns.length + 2) * n)) ** (1 / (columns.length + 4));
  const deviation = columns.map((j) => {
    const cells = cellsOf(state, j);
    const mean = cells.reduce((a, b) => a + b, 0) / n;
    return Math.sqrt(cells.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
  });
  return (i, k) =>
    state.data[Math.floor(u[i]! * n) * width + columns[k]!]! + shrink * deviation[k]! * z[i * columns.length + k]!;
};

const bins = 100;

/** Each column drawn alone from a histogram of 100 bins of equal counts. */
const histograms: Baseline = (state, columns, count, seed) => {
  const sorted = columns.map((j) => cellsOf(state, j).sort());
  const u = uniform([count, columns.length], { seed, dtype: "float64" }).data;
  return (i, k) => {
    const cells = sorted[k]!;
    const at = u[i * columns.length + k]! * bins;
    const edge = (b: number) => cells[Math.min(cells.length - 1, Math.round((b / bins) * (cells.length - 1)))]!;
    return edge(Math.floor(at)) + (at % 1) * (edge(Math.floor(at) + 1) - edge(Math.floor(at)));
  };
};

export const baselines = { "bootstrap smoothing": smoothedBootstrap, histograms: histograms } as const;

/** Events of a baseline, final states as often as in training; cells of what follows from the momenta are left empty. */
export const baselineRows = (
  training: Rows,
  layout: EventLayout,
  { make, count, seed }: { readonly make: Baseline; readonly count: number; readonly seed: number },
): Rows => {
  const width = layout.columns.length;
  const n = training.shape[0]!;
  const data: number[] = [];
  for (const code of layout.states.keys()) {
    const state = ofState(training, code);
    const own = Math.round((count * state.shape[0]!) / n);
    if (state.shape[0]! < 2) continue;
    const columns = momentaOf(layout, code);
    const value = make(state, columns, own, seed + 10 * code);
    for (let i = 0; i < own; i++) {
      const row = new Float64Array(width).fill(Number.NaN);
      row[0] = code;
      for (const { m } of layout.slots) if (m !== undefined) row[m] = 0;
      for (const [k, j] of columns.entries()) row[j] = value(i, k);
      for (const { pt } of layout.slots) if (row[pt]! <= 0) row[pt] = 0.1;
      data.push(...row);
    }
  }
  return ndarray(Float64Array.from(data), [data.length / width, width]);
};
