/** Events of collisions: what flew out of each, in coordinates of physics. */
import { closeSync, openSync, readSync } from "node:fs";
import { constants, gunzipSync } from "node:zlib";
import { setting } from "@scorefield/core";
import { observedFeatures } from "@scorefield/core/internal";
import { areEventColumns, isEventFile } from "@scorefield/data";
import { type FloatType, type NdArray, ndarray, sizeOf } from "@scorefield/tensor";
import { defineDomain } from "../define.ts";
import type { DataFacts, FittedDefaults, Preview, Shown } from "../domain.ts";
import { rowDomain } from "../row-domain.ts";
import { firstSamples } from "../samples.ts";
import { eventCodec, fitEvents } from "./event-codec.ts";
import { eventDisplays } from "./event-display.ts";
import { layoutOfTable } from "./event-layout.ts";
import { type EventSettings, givenEvents, readEventData } from "./read-event-rows.ts";
import { symmetricSamples } from "./symmetric-samples.ts";
import { eventContent, eventEndings } from "./write-events.ts";

const settings = {
  path: setting.path({
    help: "Events: .lhe, .hepmc, .root, or a table with columns such as pt1, eta1, phi1, Q1, pt2, ...; relative to the recipe",
  }),
  particles: setting.list(
    setting.text({ help: "A kind, such as mu, or a collection of a ROOT file, such as Muon", fewest: 1 }),
    {
      help: "Kinds of the numbered particles of a table, such as mu, mu; or the collections of a ROOT file to read",
      fewest: 1,
      otherwise: "as the file says",
    },
  ),
  tree: setting.text({ help: "ROOT: the tree", otherwise: "the only one" }),
  weights: setting.choice({
    help: "Events of different weights: stop, or choose events by their weights",
    values: ["error", "unweight"],
    default: "error",
  }),
  symmetry: setting.choice({
    help: "Whether events turned about the beam and mirrored are as likely: they are then learnt from too",
    values: ["azimuth", "none"],
    otherwise: "azimuth for .lhe and .hepmc, none for others",
  }),
};

const options = {
  particles: [
    "--particles <kinds>",
    "events: kinds of the particles that a table numbers, such as mu,mu, or collections of a ROOT file, such as Muon,Jet",
  ],
  tree: ["--tree <name>", "events: the tree of a ROOT file (default: the only one)"],
  weights: ["--weights <what>", "events of different weights: unweight chooses by them, or error (default: error)"],
} as const;

const kind = "events";
const headerBytes = 1 << 16;

/** The names in the first line of a text table; none where it cannot be read. */
const headerOf = (path: string): readonly string[] => {
  try {
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(headerBytes);
      const start = bytes.subarray(0, readSync(file, bytes, 0, headerBytes, 0));
      const packed = start[0] === 0x1f && start[1] === 0x8b;
      const text = packed ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
      const [line = ""] = text.toString("utf8").split(/\r?\n/, 1);
      return line.split(/[,;\t]/).map((name) => name.trim().replace(/^["\uFEFF]+|"$/g, ""));
    } finally {
      closeSync(file);
    }
  } catch {
    return [];
  }
};

/** Whether a path is one of events: by its name, or of a text table by the names of its columns. */
const holdsEvents = (path: string): boolean =>
  isEventFile(path) || (/\.(csv|tsv|txt)(\.gz)?$/i.test(path) && areEventColumns(headerOf(path)));

// Many steps: a resonance is narrow in all columns but the one of its mass.
const passes = 400;
const [fewestSteps, mostSteps] = [4000, 20_000];

const defaultsFor = (facts: DataFacts): FittedDefaults => {
  const layout = facts.layout ?? { columns: new Array<number>(sizeOf(facts.shape)).fill(1), scale: 1 };
  const { columns, scale } = layout;
  const { network: own, preconditioning, count, batch } = facts;
  const observed = preconditioning === "mixed" ? { observed: observedFeatures(layout) } : {};
  const steps = Math.round((passes * count) / batch / 100) * 100;
  return {
    network:
      own === "mlp"
        ? { width: 128, depth: 4, ...observed }
        : own === "transformer"
          ? { columns, scale, ...observed }
          : {},
    preconditioning: { kind: "mixed", columns, scale },
    objective: { kind: "mixed", columns, scale },
    steps: Math.min(mostSteps, Math.max(fewestSteps, steps)),
  };
};

/** Displays of so many events are still seen; of more their distributions are. */
const mostDisplays = 16;

const preview = (samples: NdArray<FloatType>, shown: Shown): Preview => {
  const layout = layoutOfTable(shown.table);
  const [n = 0, width = 0] = samples.shape;
  if (n > 0 && n <= mostDisplays) return { kind: "images", images: eventDisplays(layout, samples) };
  const { pt, eta } = layout.slots[0]!;
  const second = layout.always[1] ? [layout.slots[1]!.pt] : [];
  const angle = layout.derived.get("pair_dphi");
  const columns = [
    ...(layout.mass === undefined ? [] : [layout.mass]),
    pt,
    ...second,
    eta,
    ...(angle === undefined ? [] : [angle]),
  ];
  return {
    kind: "points",
    columns: columns.map((j) => layout.columns[j]!),
    values: ndarray(
      Float64Array.from({ length: n * columns.length }, (_, i) =>
        Number(samples.data[Math.floor(i / columns.length) * width + columns[i % columns.length]!]),
      ),
      [n, columns.length],
    ),
  };
};

/** Events of collisions in files. */
export const events = defineDomain({
  ...rowDomain,
  kind,
  title: "a file of collision events",
  samples: "events",
  settings,
  options,
  recognises: (source) =>
    typeof source === "string"
      ? holdsEvents(source)
        ? { kind, path: source }
        : undefined
      : typeof source.path === "string" && !("kind" in source) && holdsEvents(source.path)
        ? { kind, ...source, path: source.path }
        : undefined,
  paths: () => ["path"],
  read: (settings, options) => readEventData(settings as EventSettings, options),
  additions: ({ symmetry }) => (symmetry === "azimuth" ? "turned and mirrored ones among the former" : undefined),
  training: (samples, { symmetry }) => (symmetry === "azimuth" ? symmetricSamples(samples) : samples),
  given: givenEvents,
  codecs: () => [kind],
  fit: async (_, training) => fitEvents(layoutOfTable(training.table), await firstSamples(training)),
  codec: eventCodec,
  defaults: { ...rowDomain.defaults, preconditioning: "mixed", objective: "mixed" },
  defaultsFor,
  describe: (made) => {
    const { processes, slots } = layoutOfTable(made.table);
    const [first, ...rest] = processes;
    return `an event of ${rest.length === 0 ? `the final state ${first}` : `${processes.length} final states, ${first} the most frequent`}, at most ${slots.length} particles`;
  },
  preview,
  exampleFile: "new.csv",
  writing: () => ({ endings: eventEndings, content: eventContent }),
});
