/** Events that settings name, or that the user gives to a run. */
import { resolve } from "node:path";
import { ArgumentError } from "@scorefield/core";
import { DataError, type Events, readEvents } from "@scorefield/data";
import type { GivenData, GivenOptions, ReadData, ReadOptions } from "../domain.ts";
import { fingerprint } from "../fingerprint.ts";
import { arraySamples, type Samples } from "../samples.ts";
import type { DataSettings } from "../settings.ts";
import { type EventLayout, layoutOfTable, tableOfLayout } from "./event-layout.ts";
import { type EventRows, eventRows } from "./event-rows.ts";
import { unweighted } from "./unweighted.ts";

/** Settings of events. */
export interface EventSettings extends DataSettings {
  readonly kind: "events";
  readonly path: string;
  readonly particles?: readonly string[];
  readonly tree?: string;
  readonly weights: "error" | "unweight";
  readonly symmetry?: "azimuth" | "none";
}

const samplesOf = ({ layout, values }: EventRows): Samples => {
  const { columns } = layout;
  return arraySamples(values, {
    columns,
    table: tableOfLayout(layout),
    sha256: fingerprint([...columns, ...layout.processes], values),
  });
};

const read = async (
  path: string,
  { particles, tree, weights = "error" }: Partial<EventSettings>,
  { signal, layout }: { readonly signal?: AbortSignal | undefined; readonly layout?: EventLayout | undefined },
): Promise<EventRows & Pick<Events, "remarks">> => {
  const events = unweighted(await readEvents(path, { particles, tree, signal }), path, weights);
  return { ...eventRows(events, path, layout), remarks: events.remarks };
};

/** What generators write has no preferred azimuth. Detectors have some. */
const isGenerated = (path: string): boolean => /\.(lhe|hepmc|hepmc3)(\.gz)?$/i.test(path);

/** Reads the events of settings. @throws DataError as `readEvents`, `unweighted` and {@link eventRows} */
export const readEventData = async (
  settings: EventSettings,
  { folder = ".", signal, like }: ReadOptions = {},
): Promise<ReadData> => {
  const path = resolve(folder, settings.path);
  const layout = like?.table && layoutOfTable(like.table);
  const { remarks, ...rows } = await read(path, settings, { signal, layout });
  const symmetry = settings.symmetry ?? (isGenerated(path) ? "azimuth" : "none");
  return { samples: samplesOf(rows), settings: { ...settings, symmetry }, remarks };
};

/** How the particles of a run's events are named, for a file that does not name them. */
const namesFor = (settings: DataSettings | undefined): Partial<EventSettings> => {
  const { particles, tree } = (settings ?? {}) as Partial<EventSettings>;
  return { ...(particles && { particles }), ...(tree !== undefined && { tree }) };
};

const isOwnTable = (path: string): boolean => !/\.(lhe|hepmc|hepmc3|root)(\.gz)?$/i.test(path);

/** Reads events that the user gives to a run, in the run's columns. @throws DataError also for other final states */
export const givenEvents = async (
  path: string,
  { like, settings, label, signal }: GivenOptions,
): Promise<GivenData> => {
  if (label !== undefined)
    throw new ArgumentError(`${path}: expected events, whose final state labels them, found the label ${label}`);
  const layout = layoutOfTable(like.table);
  const named = async (about: Partial<EventSettings>) =>
    read(path, { ...about, weights: "unweight" }, { signal, layout });
  // A table that a run wrote names its particles itself.
  const rows = await named(isOwnTable(path) ? {} : namesFor(settings)).catch(async (error: unknown) => {
    if (error instanceof DataError && isOwnTable(path) && namesFor(settings).particles)
      return named(namesFor(settings));
    throw error;
  });
  return { samples: samplesOf(rows) };
};
