/**
 * Between events and vectors of a model: coordinates that {@link toCoordinates} gives, and then the codec of mixed columns. A final
 * state is a category; a balanced transverse momentum, which is the same value in many events, is one too. No Node module is
 * used here.
 */
import { ArgumentError, uniform } from "@scorefield/core";
import { type FloatType, type NdArray, ndarray, type Shape, ShapeError } from "@scorefield/tensor";
import type { Codec, EncodeDraw, StoredCodec } from "../codec.ts";
import { fitMixed } from "../table/mixed/fit-mixed.ts";
import { type MixedCodec, mixedCodec } from "../table/mixed/mixed-codec.ts";
import type { ObserveRowsOptions } from "../table/mixed/observe.ts";
import type { SpikeRule } from "../table/mixed/spikes.ts";
import { fromCoordinates, toCoordinates, writeObservables } from "./event-coordinates.ts";
import { type EventLayout, layoutOfColumns, tableOfLayout } from "./event-layout.ts";
import { knownCoordinates, observableConditions } from "./known-coordinates.ts";
import { sortIdentical } from "./sort-identical.ts";

/** What a run keeps of the codec. */
interface StoredEvents {
  readonly kind: "events";
  readonly columns: readonly string[];
  readonly processes: readonly string[];
  /** The mass of each kind whose particles all have the same, in GeV. */
  readonly masses: Readonly<Record<string, number>>;
  /** For each column its values from the least to the greatest in equal steps of rank, of those that empty slots are filled from. */
  readonly fillers: Readonly<Record<string, readonly number[]>>;
  readonly mixed: StoredCodec;
}

/** The codec of events. It has what a table's codec has, so conditions on columns and the density ratio take it. */
export type EventCodec = Omit<MixedCodec, "volume"> & Codec;

// A value that at least ten events and one in a hundred share is one that physics makes exact, such as balance.
const exactValues: SpikeRule = { share: 0.01, above: 4, beside: 10, distinct: 20, rows: 10 };
/** Masses of this relative difference are equal. */
const equalMasses = 1e-5;
const fillerValues = 65;
// Uniform draws of other steps are those of the mixed codec, jitter included.
const fillerStep = 2 ** 30;

/** What fills cells that say nothing of an event: draws from those of other events, so that a model has nothing to learn of them. */
const fill = (
  { data, shape }: NdArray<"float64">,
  fillers: StoredEvents["fillers"],
  columns: readonly string[],
  draw: EncodeDraw & { readonly firstRow?: number },
): NdArray<"float64"> => {
  const [n = 0, width = 0] = shape;
  const filled = data.slice();
  const { seed, part, steady = false, firstRow = 0 } = draw;
  const u = steady
    ? undefined
    : uniform([n, width], {
        seed,
        step: fillerStep + part,
        firstSample: firstRow,
        purpose: "augmentation",
        dtype: "float64",
      }).data;
  for (let i = 0; i < filled.length; i++)
    if (Number.isNaN(filled[i]!)) {
      const values = fillers[columns[i % width]!] ?? [0];
      const at = (u?.[i] ?? 0.5) * (values.length - 1);
      const k = Math.min(values.length - 2, Math.floor(at));
      filled[i] = values.length < 2 ? values[0]! : values[k]! + (at - k) * (values[k + 1]! - values[k]!);
    }
  return ndarray(filled, shape);
};

/** The mass of each kind that has one mass. */
const massesOf = (layout: EventLayout, { data, shape }: NdArray<FloatType>): Record<string, number> => {
  const ranges = new Map<string, [number, number]>();
  const width = shape[1]!;
  for (let i = 0; i < shape[0]!; i++) {
    const { kinds, slots } = layout.states[data[i * width]!]!;
    for (const [k, slot] of slots.entries()) {
      const { m } = layout.slots[slot]!;
      const mass = m === undefined ? 0 : data[i * width + m]!;
      const [low, high] = ranges.get(kinds[k]!) ?? [mass, mass];
      ranges.set(kinds[k]!, [Math.min(low, mass), Math.max(high, mass)]);
    }
  }
  return Object.fromEntries(
    [...ranges].filter(([, [low, high]]) => high - low <= equalMasses * high).map(([kind, [low]]) => [kind, low]),
  );
};

/** Columns of masses of which no particle has another mass than its kind: they have no coordinate. */
const settledMasses = ({ states, slots }: EventLayout, masses: Readonly<Record<string, number>>): Set<number> => {
  const settled = new Set(slots.flatMap(({ m }) => (m === undefined ? [] : [m])));
  for (const { kinds, slots: own } of states)
    for (const [k, slot] of own.entries()) if (!(kinds[k]! in masses)) settled.delete(slots[slot]!.m ?? -1);
  return settled;
};

/** Coordinates in which masses that follow from the kind are no numbers of their own. */
const settledCoordinates = (
  layout: EventLayout,
  values: NdArray<FloatType>,
  masses: Readonly<Record<string, number>>,
): NdArray<"float64"> => {
  const result = toCoordinates(layout, values);
  const settled = settledMasses(layout, masses);
  const width = layout.columns.length;
  for (let i = 0; i < result.shape[0]!; i++) {
    const row = result.data.subarray(i * width, (i + 1) * width);
    for (const j of settled) row[j] = 0;
    for (const j of layout.derived.values()) if (j !== layout.mass) row[j] = 0;
    // The mass of the pair stands for the first momentum.
    if (layout.mass !== undefined) row[layout.slots[0]!.pt] = 0;
    const { kinds, slots } = layout.states[row[0]!]!;
    for (const [k, slot] of slots.entries()) {
      const { m } = layout.slots[slot]!;
      if (m !== undefined && !settled.has(m) && kinds[k]! in masses) row[m] = Number.NaN;
    }
  }
  return result;
};

const isNumbers = (values: unknown): values is number[] =>
  Array.isArray(values) && values.length > 0 && values.every(Number.isFinite);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @throws ArgumentError for what {@link fitEvents} never stores: a run may be a stranger's */
const checkStored = (stored: StoredCodec): StoredEvents => {
  const { masses, fillers, mixed } = stored;
  const refuse = (expected: string): never => {
    throw new ArgumentError(`scaling: expected ${expected}, found another value`);
  };
  if (stored.kind !== "events") refuse("events");
  if (!isRecord(masses) || !Object.values(masses).every((mass) => Number.isFinite(mass) && (mass as number) >= 0))
    refuse("masses of kinds, at least 0");
  if (!isRecord(fillers) || !Object.values(fillers).every(isNumbers)) refuse("numbers to fill empty slots from");
  if (!isRecord(mixed) || typeof mixed.kind !== "string") refuse("the codec of its coordinates");
  return stored as unknown as StoredEvents;
};

/**
 * The codec of events that a run keeps.
 * @param shape of a sample in the model's units, which the codec has to be for; default not checked
 * @throws ArgumentError for JSON that no events lead to
 */
export const eventCodec = (stored: StoredCodec, shape?: Shape): EventCodec => {
  const { columns, processes, masses, fillers, mixed } = checkStored(stored);
  const layout = layoutOfColumns(columns, processes);
  const inner = mixedCodec(mixed, shape);
  if (inner.parts.map(({ name }) => name).join() !== columns.join())
    throw new ArgumentError("scaling: expected coordinates of the columns of the events, found others");
  const settled = (values: NdArray<FloatType>): NdArray<"float64"> => {
    if (values.shape.length !== 2 || values.shape[1] !== columns.length)
      throw new ShapeError(
        `scaling: expected events [n, ${columns.length}], as in training, found shape [${values.shape.join(", ")}]`,
      );
    for (let i = 0; i < values.shape[0]!; i++)
      if (!layout.states[values.data[i * columns.length]!])
        throw new ArgumentError(
          `scaling: expected a final state below ${processes.length}, found ${values.data[i * columns.length]}`,
        );
    return settledCoordinates(layout, values, masses);
  };
  const filled = (values: NdArray<FloatType>, draw: EncodeDraw & { readonly firstRow?: number }) =>
    fill(settled(values), fillers, columns, draw);
  const { volume: _, ...rest } = inner;
  return {
    ...rest,
    stored,
    encode: (values, draw) => inner.encode(filled(values, draw), draw),
    compact: {
      ...inner.compact,
      encode: (values, draw) => inner.compact.encode(filled(values, draw), draw),
    },
    decode: (samples) => {
      const events = fromCoordinates(layout, inner.decode(samples), (kind, mass) => masses[kind] ?? Math.max(0, mass));
      const width = columns.length;
      for (let i = 0; i < events.shape[0]!; i++) {
        const row = events.data.subarray(i * width, (i + 1) * width);
        sortIdentical(layout, row);
        writeObservables(layout, row);
      }
      return events;
    },
    observe: (conditions) => inner.observe(observableConditions(layout, conditions)),
    observeRows: (rows, options: ObserveRowsOptions = {}) => {
      const { values, known } = knownCoordinates(layout, rows, options.known);
      return inner.observeRows(fill(values, fillers, columns, { seed: 0, part: 0, steady: true }), {
        ...options,
        known,
      });
    },
    smooth: false,
    because: "coordinates of events",
    beyond: (values) => inner.beyond!(filled(values, { seed: 0, part: 0, steady: true })),
  };
};

/** Ordered values in equal steps of rank, the ends among them. */
const ranked = (cells: Float64Array): number[] => {
  const sorted = cells.slice().sort();
  const count = Math.min(fillerValues, sorted.length);
  return Array.from(
    { length: count },
    (_, k) => sorted[Math.round((k / Math.max(1, count - 1)) * (sorted.length - 1))]!,
  );
};

/** Fits the codec to events [n, columns]. @throws ArgumentError where all events are alike */
export const fitEvents = (layout: EventLayout, values: NdArray<FloatType>): EventCodec => {
  const masses = massesOf(layout, values);
  const coordinates = settledCoordinates(layout, values, masses);
  const [n = 0, width = 0] = coordinates.shape;
  const fillers: Record<string, readonly number[]> = {};
  for (const [j, name] of layout.columns.entries()) {
    const cells = Float64Array.from({ length: n }, (_, i) => coordinates.data[i * width + j]!);
    const there = cells.filter((cell) => !Number.isNaN(cell));
    if (there.length < n) fillers[name] = there.length > 0 ? ranked(there) : [0];
  }
  const rows = fill(coordinates, fillers, layout.columns, { seed: 0, part: 3 });
  const table = tableOfLayout(layout).map((column) => ({ ...column, missing: false }));
  const mixed = fitMixed(table, rows, { spikes: exactValues });
  const stored: StoredEvents = {
    kind: "events",
    columns: layout.columns,
    processes: layout.processes,
    masses,
    fillers,
    mixed: mixed.stored,
  };
  return eventCodec(stored as unknown as StoredCodec);
};
