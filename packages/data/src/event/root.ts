/** Events of ROOT files, opened by jsroot: ROOT's own library in JavaScript, an optional peer of its size. */
import type { Known } from "@scorefield/tensor/internal";
import { readWhole } from "../bytes.ts";
import { checkOptions, checkPath } from "../check-call.ts";
import { DataError } from "../errors.ts";
import { type EventTableOptions, noMomenta, remarksOf } from "./event-csv.ts";
import { type Events, type EventsBuilder, eventsBuilder } from "./events.ts";
import { namedCollections, numberedParticles, type ParticleColumns } from "./momentum-columns.ts";
import { addParticle, isThere, type NumberAt } from "./momentum-values.ts";
import { jetName } from "./particle-names.ts";

/** Options of {@link readRoot}. */
export interface ReadRootOptions extends EventTableOptions {
  /** The name of the tree; default the only one. */
  readonly tree?: string | undefined;
}

const known = { signal: true, particles: true, tree: true } satisfies Known<ReadRootOptions>;

/** What a reading of a tree gives for each entry: numbers, or lists of them. */
type Entry = Readonly<Record<string, number | ArrayLike<number>>>;

interface Tree {
  readonly fEntries: number;
  readonly fBranches: { readonly arr: readonly { readonly fName: string }[] };
}

interface RootFile {
  readonly fKeys: readonly { readonly fName: string; readonly fClassName: string }[];
  readObject(name: string): Promise<unknown>;
}

interface Selector {
  addBranch(branch: string, name: string): void;
  tgtobj: Entry;
  Process: (entry: number) => void;
  Terminate: (ok: boolean) => void;
}

/** The parts of jsroot that read trees. */
interface Library {
  readonly openFile: (bytes: ArrayBuffer) => Promise<RootFile | null>;
  readonly TSelector: new () => Selector;
  readonly treeProcess: (tree: Tree, selector: Selector) => Promise<unknown>;
}

/** Names that bundlers do not follow: the package need not be installed. */
const parts = ["jsroot/io", "jsroot/tree"];

/** The library, once it is installed. @throws DataError where it is not */
export const loadRoot = async (
  path: string,
  find: () => Promise<Library> = async () => {
    const [io, tree] = await Promise.all(parts.map((part) => import(/* @vite-ignore */ part)));
    return { openFile: io.openFile, TSelector: tree.TSelector, treeProcess: tree.treeProcess };
  },
): Promise<Library> =>
  find().catch((cause: unknown) => {
    throw new DataError({
      path,
      expected: "the package jsroot, which reads ROOT files",
      found: "none that can be loaded",
      fix: "Install it beside scorefield: npm install jsroot --ignore-scripts",
      cause,
    });
  });

const damaged = (path: string, cause: unknown): DataError =>
  new DataError({
    path,
    expected: "a complete ROOT file",
    found: `another or a damaged one (${cause instanceof Error ? cause.message : cause})`,
    fix: "Fetch or write the file again",
    cause,
  });

/** @throws DataError where there is no tree of the name, or more than one to choose from */
const treeNamed = ({ fKeys }: RootFile, path: string, wanted: string | undefined): string => {
  const names = [...new Set(fKeys.filter(({ fClassName }) => fClassName === "TTree").map(({ fName }) => fName))];
  if (wanted !== undefined ? names.includes(wanted) : names.length === 1) return wanted ?? names[0]!;
  throw new DataError({
    path,
    expected: wanted === undefined ? "one tree (TTree)" : `the tree ${wanted}`,
    found: names.length === 0 ? "none" : names.join(", "),
    ...(wanted === undefined && names.length > 1 && { fix: "Choose one with the option tree" }),
  });
};

/** What particles of a collection are called, by the words that collections are named with. */
const collectionKinds: readonly (readonly [RegExp, string])[] = [
  [/muon|^mu$/i, "mu"],
  [/electron|^e$|^ele/i, "e"],
  [/tau/i, "tau"],
  [/photon|gamma/i, "gamma"],
  [/jet/i, jetName],
];

const kindOf = (collection: string): string =>
  collectionKinds.find(([word]) => word.test(collection))?.[1] ?? collection.toLowerCase();

/** Collections that belong to generators, and would count each particle twice. */
const generated = /^(mc|gen|lhe|true|truth)/i;

const inCollections = (
  collections: ReadonlyMap<string, ParticleColumns>,
  wanted: readonly string[] | undefined,
  path: string,
): [string, ParticleColumns][] => {
  const missing = wanted?.find((name) => !collections.has(name));
  if (missing !== undefined)
    throw new DataError({
      path,
      expected: `collections among ${[...collections.keys()].join(", ")}`,
      found: missing,
    });
  return [...collections].filter(([name]) => (wanted ? wanted.includes(name) : !generated.test(name)));
};

/** The numbers of an entry: of a list the one at a place. */
const numberIn = (value: number | ArrayLike<number> | undefined, place: number): number =>
  value === undefined ? Number.NaN : typeof value === "number" ? value : (value[place] ?? Number.NaN);

/**
 * Reads events from a tree of a ROOT file. Its branches are named as the columns of {@link readEventTable}, or as collections:
 * `Muon_pt, Muon_eta, Muon_phi`, or `Muon_Px, Muon_Py, Muon_Pz, Muon_E`; also `Muon_charge`. Events without particles are left out.
 * @param options `particles`: names of numbered particles, or the collections to read; default all that are not a
 *   generator's
 * @throws DataError where jsroot is not installed, for another or a damaged file, and for a tree without four-vectors
 */
export const readRoot = async (path: string, options: ReadRootOptions = {}): Promise<Events> => {
  checkPath("readRoot", path);
  checkOptions("readRoot", options, known);
  const { particles, tree: wanted, signal } = options;
  const bytes = await readWhole(path);
  const { openFile, TSelector, treeProcess } = await loadRoot(path);
  const opened = async () => {
    if (String.fromCharCode(...bytes.subarray(0, 4)) !== "root") throw new Error("it does not begin with root");
    const file = await openFile(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer,
    );
    if (!file) throw new Error("no directory");
    return file;
  };
  const file = await opened().catch((cause: unknown) => Promise.reject(damaged(path, cause)));
  const name = treeNamed(file, path, wanted);
  const tree = (await file.readObject(name).catch((cause: unknown) => Promise.reject(damaged(path, cause)))) as Tree;
  const branches = tree.fBranches.arr.map(({ fName }) => fName);
  const slots = numberedParticles(branches);
  const collections = slots.length > 1 ? [] : inCollections(namedCollections(branches), particles, path);
  if (slots.length < 2 && collections.length === 0) throw noMomenta(path, branches);
  const builder = eventsBuilder();
  const left = await eachEntry(
    { tree, TSelector, treeProcess, path },
    [...slots, ...collections.map(([, c]) => c)],
    (entry, row) => {
      signal?.throwIfAborted();
      if (slots.length > 1) addNumbered(builder, slots, entry, { row, particles, path });
      else addCollections(builder, collections, entry, { row, path });
      if (builder.pending() === 0) return false;
      builder.end();
      return true;
    },
  );
  const events = builder.finish();
  if (events.count === 0) throw new DataError({ path, expected: "at least one event with particles", found: "none" });
  const remarks = left > 0 ? [`${left} events without particles are left out`] : [];
  return { ...events, remarks: [...remarks, ...remarksOf(events)] };
};

/** Calls `use` with every entry. @returns for how many it said no */
const eachEntry = async (
  { tree, TSelector, treeProcess, path }: Omit<Library, "openFile"> & { readonly tree: Tree; readonly path: string },
  columns: readonly ParticleColumns[],
  use: (entry: Entry, row: number) => boolean,
): Promise<number> => {
  const selector = new TSelector();
  for (const own of columns)
    for (const [field, branch] of Object.entries(own)) if (field !== "kind") selector.addBranch(branch, branch);
  let [row, left] = [0, 0];
  let problem: unknown;
  selector.Process = () => {
    if (problem !== undefined) return;
    try {
      if (!use(selector.tgtobj, row++)) left++;
    } catch (error) {
      problem = error;
    }
  };
  selector.Terminate = () => {};
  await treeProcess(tree, selector).catch((cause: unknown) => Promise.reject(damaged(path, cause)));
  if (problem !== undefined) throw problem;
  if (row !== tree.fEntries) throw damaged(path, new Error(`${row} of ${tree.fEntries} entries`));
  return left;
};

interface Place {
  readonly row: number;
  readonly path: string;
}

const check = ({ row, path }: Place, added: ReturnType<typeof addParticle>): void => {
  if (added)
    throw new DataError({
      path,
      row: row + 1,
      column: added.column,
      expected: "the momentum of a particle, with a transverse part above 0",
      found: added.found,
    });
};

const addNumbered = (
  builder: EventsBuilder,
  slots: readonly ParticleColumns[],
  entry: Entry,
  place: Place & { readonly particles?: readonly string[] | undefined },
): void => {
  const at: NumberAt = (column) => numberIn(entry[column], 0);
  for (const [k, columns] of slots.entries())
    if (isThere(columns, 0, at)) check(place, addParticle(builder, columns, 0, { at, kind: place.particles?.[k] }));
};

const addCollections = (
  builder: EventsBuilder,
  collections: readonly (readonly [string, ParticleColumns])[],
  entry: Entry,
  place: Place,
): void => {
  for (const [name, columns] of collections) {
    const at: NumberAt = (column, k) => numberIn(entry[column], k);
    const own = entry[(columns.pt ?? columns.px)!];
    const count = own === undefined ? 0 : typeof own === "number" ? 1 : Object.keys(own).length;
    for (let k = 0; k < count; k++) check(place, addParticle(builder, columns, k, { at, kind: kindOf(name) }));
  }
};
