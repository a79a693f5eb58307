/** Tables of four-vectors: a row for each event, or for each particle. */
import type { Known } from "@scorefield/tensor/internal";
import type { CellTable } from "../cells.ts";
import { checkOptions, checkPath } from "../check-call.ts";
import { DataError } from "../errors.ts";
import { readCells } from "../read.ts";
import { type Events, type EventsBuilder, eventsBuilder } from "./events.ts";
import type { ReadEventsOptions } from "./lhe.ts";
import { numberedParticles, type ParticleColumns, particleRows } from "./momentum-columns.ts";
import { addParticle, isThere, type NumberAt, unnamed } from "./momentum-values.ts";

/** Options of {@link readEventTable}. */
export interface EventTableOptions extends ReadEventsOptions {
  /** What the particles of a row are, in the order of their numbers, such as `["mu", "mu"]`; their charge is added where known. */
  readonly particles?: readonly string[] | undefined;
}

/** The names of {@link EventTableOptions}. */
const knownTable = { signal: true, particles: true } satisfies Known<EventTableOptions>;

/** Columns of the whole event. */
const weightNames = /^(weight|event_?weight|w)$/i;
const processName = "process";

interface Cells {
  readonly path: string;
  readonly table: CellTable;
  readonly at: NumberAt;
  /** The text of a cell; undefined where it is missing. */
  readonly text: (column: string, row: number) => string | undefined;
}

const cellsOf = (path: string, table: CellTable): Cells => {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  return {
    path,
    table,
    at: (column, row) => byName.get(column)!.numbers[row]!,
    text: (column, row) => {
      const { texts, codes } = byName.get(column)!;
      return texts[codes[row]!];
    },
  };
};

/** @throws DataError for what is no particle, naming row and column */
const checkAdded = ({ path, table }: Cells, row: number, added: ReturnType<typeof addParticle>): void => {
  if (added)
    throw new DataError({
      path,
      row: table.rowOf(row),
      column: added.column,
      expected: "the momentum of a particle, with a transverse part above 0",
      found: added.found,
      fix: "Correct it, or empty the cells of a particle that the event does not have",
    });
};

/** Names that a column says, else those of the options, else unnamed ones. */
const kindsOfRow = (
  { path, table, text }: Cells,
  there: readonly number[],
  row: number,
  particles: readonly string[] | undefined,
): readonly (string | undefined)[] => {
  if (!particles && table.columns.some(({ name }) => name === processName)) {
    const words = (text(processName, row) ?? "").split(/\s+/).filter((word) => word !== "");
    if (words.length !== there.length)
      throw new DataError({
        path,
        row: table.rowOf(row),
        column: processName,
        expected: `a name for each of ${there.length} particles, with blanks between them`,
        found: JSON.stringify(words.join(" ")),
      });
    return words;
  }
  return there.map((k) => particles?.[k]);
};

const readWide = (
  cells: Cells,
  slots: readonly ParticleColumns[],
  builder: EventsBuilder,
  particles: readonly string[] | undefined,
): void => {
  const { path, table, at, text } = cells;
  const weights = table.columns.find(({ name }) => weightNames.test(name))?.name;
  if (particles && particles.length !== slots.length)
    throw new DataError({
      path,
      expected: `particles to name each of the ${slots.length} that the columns number`,
      found: `${particles.length} names`,
    });
  for (let row = 0; row < table.rows; row++) {
    const there = slots.flatMap((columns, k) => (isThere(columns, row, at) ? [k] : []));
    if (there.length === 0)
      throw new DataError({ path, row: table.rowOf(row), expected: "at least one particle", found: "none" });
    const kinds = kindsOfRow(cells, there, row, particles);
    for (const [n, k] of there.entries()) {
      const columns = slots[k]!;
      const kind = kinds[n] ?? (columns.kind === undefined ? unnamed : text(columns.kind, row));
      checkAdded(cells, row, addParticle(builder, columns, row, { at, kind }));
    }
    builder.end(weights === undefined ? 1 : at(weights, row));
  }
};

const readLong = (
  cells: Cells,
  { event, columns }: NonNullable<ReturnType<typeof particleRows>>,
  builder: EventsBuilder,
): void => {
  const { path, table, at, text } = cells;
  const seen = new Set<number>();
  for (let row = 0; row < table.rows; row++) {
    const number = at(event, row);
    if (row > 0 && number !== at(event, row - 1)) builder.end();
    if (!(row > 0 && number === at(event, row - 1)) && seen.has(number))
      throw new DataError({
        path,
        row: table.rowOf(row),
        column: event,
        expected: "the particles of an event in rows one after the other",
        found: `event ${number} again`,
        fix: "Sort the rows by event",
      });
    seen.add(number);
    const kind = columns.kind === undefined ? unnamed : text(columns.kind, row);
    checkAdded(cells, row, addParticle(builder, columns, row, { at, kind }));
  }
  builder.end();
};

/** The error for a table without four-vectors. */
export const noMomenta = (path: string, names: readonly string[]): DataError =>
  new DataError({
    path,
    expected:
      "columns of four-vectors: pt1, eta1, phi1, pt2, ... or px1, py1, pz1, E1, px2, ..., or event, px, py, pz in a row for each particle",
    found: names.slice(0, 20).join(", "),
    fix: "Name the columns so, or read the file as a table (data.kind=file)",
  });

/** @returns remarks on events of which some particles have no name */
export const remarksOf = ({ kinds }: Pick<Events, "kinds">): readonly string[] =>
  kinds.some((kind) => kind.replace(/[+-]$/, "") === unnamed)
    ? [
        "the file does not say what the particles are: they are called x and have no mass; name them with particles, such as mu,mu",
      ]
    : [];

/**
 * Reads events from a table, such as a CSV file. A row holds an event, with numbered columns for its particles: `pt1, eta1, phi1`
 * with `m1` where they have a mass, or `px1, py1, pz1, E1`; also `Q1` (charge), `pdg1` or `kind1`. Empty cells are particles
 * that the event does not have. Or a row holds a particle, and a column `event` says of which event. Other columns are left
 * out, apart from `weight`, and `process`, which names the particles of a row as in `mu- mu+ j`.
 * @throws DataError for other tables and for what is no particle, naming row and column
 */
export const readEventTable = async (path: string, options: EventTableOptions = {}): Promise<Events> => {
  checkPath("readEventTable", path);
  checkOptions("readEventTable", options, knownTable);
  const { particles, signal } = options;
  const cells = cellsOf(path, await readCells(path, { signal }));
  const names = cells.table.columns.map(({ name }) => name);
  const builder = eventsBuilder();
  const slots = numberedParticles(names);
  const long = slots.length > 1 ? undefined : particleRows(names);
  if (long) readLong(cells, long, builder);
  else if (slots.length > 0) readWide(cells, slots, builder, particles);
  else throw noMomenta(path, names);
  const events = builder.finish();
  return { ...events, remarks: remarksOf(events) };
};
