/**
 * A search for a new particle in small: a resonance is injected into recorded events, and boosted trees learn the density ratio
 * of these to events of a model that has seen none of it, without being told of masses.
 *
 *     npm run bench bench/collision-search.ts -- --run runs/collisions/recorded
 *
 * Each half of the data is judged by trees that were trained on the other half (Metodiev, Nachman & Thaler 2017; Hallin et al.
 * 2022). The cut keeps 1 % of the reference. The significance is (seen - expected) / sqrt(expected (1 + data / reference)),
 * the mean and standard deviation over `--repeats` injections. "Real events" have other recorded events as their reference, and so
 * no error of a model. "Known mass" counts within two widths of the mass, which a search does not know.
 */
import { parseArgs } from "node:util";
import { densityRatio } from "@scorefield/assess";
import { normal, permutation } from "@scorefield/core";
import { takeRows } from "@scorefield/data";
import { layoutOfTable } from "@scorefield/domain/event";
import { sampleTable } from "@scorefield/domain/table";
import { ndarray } from "@scorefield/tensor";
import { loadRun, native, setDefaultRuntime } from "scorefield";
import { markdownTable } from "../docs/make/page-section.ts";
import { cellsOf, type Rows, recordedEvents, someRows } from "./collision-measures.ts";

const { values: given } = parseArgs({
  allowPositionals: true,
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    run: { type: "string", default: "runs/collisions/recorded" },
    data: { type: "string", default: process.env.SCOREFIELD_DATA ?? "../shared/data" },
    repeats: { type: "string", default: "3" },
    fractions: { type: "string", default: "0,0.01,0.02,0.05" },
  },
});
const runtime = native({ threads: 1 });
setDefaultRuntime(runtime);
const run = await loadRun(given.run);
const { table = [] } = run.made;
const layout = layoutOfTable(table);
const { training, heldOut } = await recordedEvents(given.data);
const reference = (await sampleTable(run, { count: training.shape[0]!, seed: 2, refine: false })).rows;

const [place, width, cut] = [105, 1, 0.01];
const at = (name: string): number => layout.columns.indexOf(name);
/** Columns that the trees see: all that follows from momenta, without azimuths. */
const seen = ["mass", "pair_pt", "pair_deta", "pair_dphi", "pt1", "eta1", "pt2", "eta2"].map(at);
const pick = (rows: Rows): Rows =>
  ndarray(
    Float64Array.from(
      { length: rows.shape[0]! * seen.length },
      (_, k) => rows.data[Math.floor(k / seen.length) * layout.columns.length + seen[k % seen.length]!]!,
    ),
    [rows.shape[0]!, seen.length],
  );

/** Recorded events whose momenta are scaled so that their pair has a mass of the resonance. */
const resonance = (count: number, seed: number): Rows => {
  const chosen = someRows(training, count, seed);
  const z = normal([Math.max(1, count)], { seed, dtype: "float64" }).data;
  const data = chosen.data.slice();
  for (let i = 0; i < count; i++) {
    const row = data.subarray(i * layout.columns.length, (i + 1) * layout.columns.length);
    const scale = (place + width * z[i]!) / row[at("mass")]!;
    for (const name of ["mass", "pair_pt", "pt1", "pt2"]) row[at(name)]! *= scale;
  }
  return ndarray(data, chosen.shape);
};

const joined = (a: Rows, b: Rows): Rows =>
  ndarray(Float64Array.of(...a.data, ...b.data), [a.shape[0]! + b.shape[0]!, a.shape[1]!]);

/** The significance of data against a reference. */
const significance = (data: Rows, against: Rows, seed: number): number => {
  const [n, m] = [data.shape[0]!, against.shape[0]!];
  const [order, other] = [permutation(n, { seed }).data, permutation(m, { seed: seed + 1 }).data];
  let [found, expected] = [0, 0];
  for (const fold of [0, 1]) {
    const part = (rows: Rows, positions: Int32Array, inside: boolean): Rows =>
      pick(
        takeRows(
          rows,
          Array.from(positions).filter((_, i) => (i % 2 === fold) === inside),
        ),
      );
    const [own, learnt] = [part(data, order as Int32Array, true), part(data, order as Int32Array, false)];
    const [aside, base] = [part(against, other as Int32Array, true), part(against, other as Int32Array, false)];
    const ratio = densityRatio(learnt, base, { seed, rounds: 100 });
    const scores = Float64Array.from(ratio.logRatio(aside).data).sort();
    const threshold = scores[Math.floor((1 - cut) * scores.length)]!;
    const above = scores.filter((score) => score > threshold).length / scores.length;
    found += ratio.logRatio(own).data.filter((score) => score > threshold).length;
    expected += above * own.shape[0]!;
  }
  return (found - expected) / Math.sqrt(expected * (1 + n / m));
};

const knownMass = (data: Rows): number => {
  const inside = (rows: Rows) => cellsOf(rows, at("mass")).filter((mass) => Math.abs(mass - place) < 2 * width).length;
  const expected = (inside(training) / training.shape[0]!) * data.shape[0]!;
  return (inside(data) - expected) / Math.sqrt(expected * (1 + data.shape[0]! / training.shape[0]!));
};

const repeats = Number(given.repeats);
const shown = (values: readonly number[]): string => {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, values.length - 1));
  return `${mean.toFixed(1)} ± ${deviation.toFixed(1)}`;
};
const rows: string[][] = [];
for (const fraction of given.fractions.split(",").map(Number)) {
  const [model, real, known]: [number[], number[], number[]] = [[], [], []];
  for (let seed = 0; seed < repeats; seed++) {
    const count = Math.round(fraction * heldOut.shape[0]!);
    const data = count > 0 ? joined(heldOut, resonance(count, 10 + seed)) : heldOut;
    model.push(significance(data, reference, seed));
    real.push(significance(data, training, seed));
    known.push(knownMass(data));
  }
  rows.push([
    `${(100 * fraction).toFixed(1)} %`,
    `${Math.round(fraction * heldOut.shape[0]!)}`,
    shown(model),
    shown(real),
    shown(known),
  ]);
  console.error(rows.at(-1)!.join("  "));
}
console.log(markdownTable(["injected", "events", "against the model", "against real events", "known mass"], rows));
await runtime.dispose();
