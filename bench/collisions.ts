/**
 * Collision events that models draw beside held-out ones: peaks, Wasserstein distances beside a split of real events, a test
 * by boosted trees, and two baselines.
 *
 *     npm run bench bench/collisions.ts -- --steps 10000 --runs runs/collisions
 *
 * A run is trained for `--steps` unless `--runs` holds it already; `--refine` learns its density ratio as well. `--sets
 * recorded,z,dijets` chooses data. A
 * distance is the mean over ten sets, each with the number of held-out events; "other real events" are sets of training events.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { firstSamples } from "@scorefield/domain";
import { eventRows, events, eventsOfRows, layoutOfTable } from "@scorefield/domain/event";
import { sampleTable } from "@scorefield/domain/table";
import { createRun, loadRun, native, refineRun, setDefaultRuntime, trainRun } from "scorefield";
import { markdownTable } from "../docs/make/page-section.ts";
import { baselineRows, baselines, cellsOf, meanDistance, peakOf, type Rows, treeTest } from "./collision-measures.ts";

const { values: given } = parseArgs({
  allowPositionals: true,
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    sets: { type: "string", default: "recorded,z,dijets" },
    data: { type: "string", default: process.env.SCOREFIELD_DATA ?? "../shared/data" },
    runs: { type: "string", default: "runs/collisions" },
    steps: { type: "string", default: "10000" },
    refine: { type: "boolean", default: false },
    threads: { type: "string", default: "1" },
    count: { type: "string", default: "10000" },
  },
});
const runtime = native({ threads: Number(given.threads) });
setDefaultRuntime(runtime);
const count = Number(given.count);

/** Where each set is, and which of its columns are compared. */
const sets = {
  recorded: {
    title: "Z to two muons, CMS 2011, recorded",
    data: { path: "Zmumu_Run2011A.csv", particles: ["mu", "mu"] },
    columns: ["mass", "pt1", "pt2", "eta1", "eta2", "pair_dphi", "pair_pt"],
  },
  z: {
    title: "Z to leptons and jets, simulated",
    data: { path: "Z-ckkwl.lhe.gz" },
    columns: [
      "mass",
      "pt1",
      "pt2",
      "eta1",
      "eta2",
      "pair_dphi",
      "pair_pt",
      "pt3",
      "ht",
      "mass_all",
      "efp_line",
      "efp_triangle",
    ],
  },
  dijets: {
    title: "two jets, simulated",
    data: { path: "pp_to_jj.lhe.gz" },
    columns: ["mass", "pt1", "pt2", "eta1", "eta2", "pair_deta"],
  },
} as const;

const train = async (path: string, data: object): Promise<void> => {
  const prepared = await createRun(
    { data: { kind: "events", ...data }, training: { steps: Number(given.steps) } } as never,
    { out: path, overwrite: true },
  );
  for await (const { step, loss } of trainRun(prepared))
    if (step % 1000 === 0) console.error(`${path} step ${step}, loss ${loss.toFixed(4)}`);
  if (given.refine) await refineRun(prepared);
};

const number = (value: number): string => value.toPrecision(3);

for (const name of given.sets.split(",") as (keyof typeof sets)[]) {
  const { title, data, columns } = sets[name];
  const file = join(given.data, "collisions", data.path);
  if (!existsSync(file)) {
    console.log(`${title}: left out, as ${file} is missing`);
    continue;
  }
  const path = join(given.runs, name);
  if (!existsSync(join(path, "run.json"))) await train(path, { ...data, path: file });
  const run = await loadRun(path);
  const { table = [] } = run.made;
  const layout = layoutOfTable(table);
  const opened = await events.open({ kind: "events", symmetry: "none", ...data, path: file });
  const [training, heldOut] = (await Promise.all([
    firstSamples(opened.values.training),
    firstSamples(opened.values.heldOut),
  ])) as [Rows, Rows];
  // A baseline's row becomes an event and back, which puts its particles in order and computes what follows from them.
  const again = (rows: Rows): Rows => eventRows(eventsOfRows(layout, rows), name, layout).values;
  const start = performance.now();
  const { rows: plain } = await sampleTable(run, { count, seed: 1, refine: false });
  const seconds = (performance.now() - start) / 1000;
  const drawn = new Map<string, Rows>([["model", plain]]);
  if (run.logRatio) drawn.set("model, chosen by density ratio", (await sampleTable(run, { count, seed: 1 })).rows);
  for (const [what, make] of Object.entries(baselines))
    drawn.set(what, again(baselineRows(training, layout, { make, count, seed: 5 })));
  console.log(`\n### ${title}\n`);
  console.log(
    `${training.shape[0]} events to learn from, ${heldOut.shape[0]} held out; ${run.step} steps; ${count} events in ${seconds.toFixed(1)} s (${run.sampler.recipe.kind})\n`,
  );
  const at = (column: string): number => layout.columns.indexOf(column);
  const known = columns.filter((column) => at(column) >= 0);
  const floor = new Map(known.map((column) => [column, meanDistance(training, heldOut, at(column))]));
  const rows = [...drawn].map(([what, sample]) => [
    what,
    ...known.map((column) => {
      const value = meanDistance(sample, heldOut, at(column));
      return `${number(value)} (${(value / floor.get(column)!).toFixed(2)})`;
    }),
  ]);
  console.log(
    markdownTable(
      ["Wasserstein (times real)", ...known],
      [["other real events", ...known.map((c) => number(floor.get(c)!))], ...rows],
    ),
  );
  const tests = [];
  for (const [what, sample] of [["other real events", training] as const, ...drawn]) {
    const { accuracy, pValue } = await treeTest(sample, heldOut, table);
    const peak = name === "dijets" ? undefined : peakOf(cellsOf(sample, at("mass")));
    tests.push([
      what,
      ...(peak ? [peak.place.toFixed(2), peak.width.toFixed(2)] : []),
      accuracy.toFixed(3),
      pValue < 1e-3 ? "< 0.001" : pValue.toFixed(3),
    ]);
  }
  const own = name === "dijets" ? undefined : peakOf(cellsOf(heldOut, at("mass")));
  if (own) tests.unshift(["held-out events", own.place.toFixed(2), own.width.toFixed(2), "", ""]);
  console.log(`\n${markdownTable(["events", ...(own ? ["peak, GeV", "width, GeV"] : []), "trees right", "p"], tests)}`);
}
await runtime.dispose();
