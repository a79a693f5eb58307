/** Events of files as rows: their final state, and the particles in order. */
import { DataError, type Events } from "@scorefield/data";
import { type NdArray, zeros } from "@scorefield/tensor";
import { particleAt, writeObservables } from "./event-coordinates.ts";
import { type EventLayout, eventLayout } from "./event-layout.ts";
import { compareKinds, groupOf, kindsOfProcess, processText } from "./particle-order.ts";
import { sortIdentical } from "./sort-identical.ts";

/** An event of more particles is not described by a few numbers for each. */
const mostParticles = 16;
const mostProcesses = 200;

/** The particles of an event in order, as their positions in the file's list. */
const inOrder = ({ first, kind, kinds, vectors }: Events, event: number): number[] =>
  Array.from({ length: first[event + 1]! - first[event]! }, (_, k) => first[event]! + k).sort(
    (a, b) => compareKinds(kinds[kind[a]!]!, kinds[kind[b]!]!) || vectors[4 * b]! - vectors[4 * a]!,
  );

const textOf = ({ kind, kinds }: Events, particles: readonly number[]): string =>
  processText(particles.map((k) => kinds[kind[k]!]!));

/** @throws DataError for events of too many particles */
const checkSize = ({ first }: Events, event: number, path: string): void => {
  const particles = first[event + 1]! - first[event]!;
  if (particles > mostParticles)
    throw new DataError({
      path,
      expected: `events of at most ${mostParticles} outgoing particles`,
      found: `${particles} in event ${event + 1}`,
      fix: "Cluster them into jets first, or keep the leading ones",
    });
};

/** Final states by falling frequency, and which slots have particles with a mass. */
const layoutOfEvents = (events: Events, orders: readonly number[][], path: string): EventLayout => {
  const counts = new Map<string, number>();
  const heavy = new Set<number>();
  for (let i = 0; i < events.count; i++) {
    const text = textOf(events, orders[i]!);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    for (const k of orders[i]!) if (events.vectors[4 * k + 3]! > 0) heavy.add(groupOf(events.kinds[events.kind[k]!]!));
  }
  if (counts.size > mostProcesses)
    throw new DataError({
      path,
      expected: `at most ${mostProcesses} final states`,
      found: `${counts.size}`,
      fix: "Keep the events of fewer final states",
    });
  const processes = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1));
  const { always, states } = eventLayout(processes, []);
  const groups = new Array<number>(always.length).fill(-1);
  for (const { kinds, slots } of states) for (const [k, slot] of slots.entries()) groups[slot] = groupOf(kinds[k]!);
  return eventLayout(
    processes,
    groups.map((group) => heavy.has(group)),
  );
};

/** Events as rows of a layout. */
export interface EventRows {
  readonly layout: EventLayout;
  /** [count, columns]: the code of the final state, the mass of the pair, and four numbers for each slot; NaN of empty slots. */
  readonly values: NdArray<"float64">;
}

/**
 * Puts events into rows. Identical particles stand by falling transverse momentum, so an event has one row whatever order
 * its file has.
 * @param path names the file in errors
 * @param like the layout to use; default that of these events
 * @throws DataError for events of too many particles, and for those that a given layout has no place for
 */
export const eventRows = (events: Events, path: string, like?: EventLayout): EventRows => {
  const orders = Array.from({ length: events.count }, (_, i) => {
    checkSize(events, i, path);
    return inOrder(events, i);
  });
  const layout = like ?? layoutOfEvents(events, orders, path);
  const codes = new Map(layout.processes.map((text, code) => [text, code]));
  const width = layout.columns.length;
  const values = zeros([events.count, width], "float64");
  values.data.fill(Number.NaN);
  for (const [i, particles] of orders.entries()) {
    const text = textOf(events, particles);
    const code = codes.get(text);
    if (code === undefined)
      throw new DataError({
        path,
        expected: `events of the run's final states: ${layout.processes.join("; ")}`,
        found: `${text} in event ${i + 1}`,
      });
    const row = values.data.subarray(i * width, (i + 1) * width);
    row[0] = code;
    for (const [k, slot] of layout.states[code]!.slots.entries()) {
      const [pt = 0, eta = 0, phi = 0, mass = 0] = events.vectors.subarray(4 * particles[k]!, 4 * particles[k]! + 4);
      const at = layout.slots[slot]!;
      [row[at.pt], row[at.eta], row[at.phi]] = [pt, eta, phi];
      if (at.m !== undefined) row[at.m] = mass;
    }
    sortIdentical(layout, row);
    writeObservables(layout, row);
  }
  return { layout, values };
};

/** Rows as events, which files are written from. */
export const eventsOfRows = (layout: EventLayout, { data, shape }: NdArray): Events => {
  const [count = 0, width = 0] = shape;
  const names = [...new Set(layout.processes.flatMap(kindsOfProcess))];
  const codes = new Map(names.map((name, code) => [name, code]));
  const first = new Int32Array(count + 1);
  const kind: number[] = [];
  const vectors: number[] = [];
  for (let i = 0; i < count; i++) {
    const row = (data as Float64Array).subarray(i * width, (i + 1) * width);
    const { kinds, slots } = layout.states[row[0]!]!;
    for (const [k, slot] of slots.entries()) {
      const { pt, eta, phi, m } = particleAt(layout, row, slot);
      kind.push(codes.get(kinds[k]!)!);
      vectors.push(pt, eta, phi, m);
    }
    first[i + 1] = kind.length;
  }
  return {
    count,
    first,
    kinds: names,
    kind: Int32Array.from(kind),
    vectors: Float64Array.from(vectors),
    weights: new Float64Array(count).fill(1),
    remarks: [],
  };
};
