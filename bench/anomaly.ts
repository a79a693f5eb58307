/**
 * AUROC of anomaly scores on tables with labels, each detector trained on half of the normal rows and judged on all
 * others: `npm run bench bench/anomaly.ts -- [--steps 3000] [--noise 0.1] TABLE.npz ...`.
 * A table is an NPZ file with rows X and labels y (1: anomaly). Columns are standardised by the training rows.
 */
import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import {
  type AnomalyDetector,
  auroc,
  averagePrecision,
  densityDetector,
  diffusionTime,
  nearestNeighbours,
  trainDiffusionTime,
  typicalityDetector,
} from "@scorefield/assess";
import { edm, mlp, train } from "@scorefield/core";
import { fitStandardisation, readNpz, splitPositions, standardise, takeRows } from "@scorefield/data";
import { castArray, type NdArray, ndarray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";

const { values, positionals } = parseArgs({
  options: {
    steps: { type: "string", default: "3000" },
    noise: { type: "string", default: "0.1" },
    seed: { type: "string", default: "0" },
  },
  allowPositionals: true,
});
const [steps, noise, seed] = [Number(values.steps), Number(values.noise), Number(values.seed)];
const folder = process.env.SCOREFIELD_DATA ?? "../shared/data";
const files =
  positionals.length > 0
    ? positionals
    : readdirSync(join(folder, "adbench"))
        .filter((name) => name.endsWith(".npz"))
        .map((name) => join(folder, "adbench", name));

const runtime = native({ threads: 2 });
setDefaultRuntime(runtime);
const forward = edm();

const detectors: Record<string, (data: NdArray<"float32">) => Promise<AnomalyDetector>> = {
  "k nearest neighbours (k = 5)": async (data) => nearestNeighbours(data),
  "diffusion time, non-parametric": async (data) => diffusionTime(data),
  "diffusion time, categorical": (data) => trainDiffusionTime(data, { steps, seed, runtime }),
  "log-density": async (data) => densityDetector(await modelOf(data), { time: noise / 80, tolerance: 1e-3, runtime }),
  typicality: async (data) =>
    typicalityDetector(await modelOf(data), data, { time: noise / 80, tolerance: 1e-3, runtime }),
};

const models = new WeakMap<object, ReturnType<typeof train>["result"]>();
const modelOf = (data: NdArray<"float32">) => {
  const known =
    models.get(data) ?? train({ data, process: forward, network: mlp(), steps, batch: 128, seed, runtime }).result;
  models.set(data, known);
  return known;
};

const names = Object.keys(detectors);
console.log(`AUROC (average precision; seconds), ${steps} steps, log-density at noise ${noise}, seed ${seed}\n`);
console.log(`| table | rows | columns | anomalies | ${names.join(" | ")} |`);
console.log(`| --- | ${[...names, 1, 2, 3].map(() => "---:").join(" | ")} |`);
for (const file of files) {
  const { X, y } = await readNpz(file, ["X", "y"]);
  const table = castArray(X!, "float32");
  const labels = Array.from(y!.data as ArrayLike<number>, Number);
  const normal = labels.flatMap((label, i) => (label === 0 ? [i] : []));
  const split = splitPositions(normal.length, { heldOut: 0.5, seed });
  const trained = Array.from(split.training, (position) => normal[position]!);
  const others = new Set(trained);
  const judged = labels.flatMap((_, i) => (others.has(i) ? [] : [i]));
  const scaling = fitStandardisation(takeRows(table, trained));
  const data = standardise(takeRows(table, trained), scaling);
  const rows = standardise(takeRows(table, judged), scaling);
  const truth = ndarray(Int32Array.from(judged, (i) => labels[i]!));
  const cells = [];
  for (const make of Object.values(detectors)) {
    const start = performance.now();
    const scores = await (await make(data)).score(rows);
    const seconds = (performance.now() - start) / 1000;
    const precision = averagePrecision(scores, truth).toFixed(3);
    cells.push(`${auroc(scores, truth).toFixed(4)} (${precision}; ${seconds.toFixed(1)})`);
  }
  const anomalies = labels.filter((label) => label === 1).length;
  const facts = [basename(file, ".npz"), labels.length, table.shape[1], anomalies];
  console.log(`| ${[...facts, ...cells].join(" | ")} |`);
}
await runtime.dispose();
