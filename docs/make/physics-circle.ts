/**
 * A constraint as a penalty and as a projection, on points of the unit circle: a table in docs/physics.md.
 * `npm run bench docs/make/physics-circle.ts [-- --seeds 0,1,2 --results FILE]`, two minutes of a free core for each
 * seed. With a file, what other calls found for other seeds is kept in it and stands in the table too.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { energyDistance } from "@scorefield/assess";
import {
  constrained,
  denoising,
  edm,
  mlp,
  type Objective,
  projected,
  projectSamples,
  type ScoreModel,
  sample,
  train,
} from "@scorefield/core";
import { castArray, type NdArray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { angularDistance, circlePoints, circleResidual, unitCircle } from "./circle-models.ts";
import { markdownTable, writeSection } from "./page-section.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "0,1,2" },
    results: { type: "string" },
  },
});
const seeds = values.seeds.split(",").map(Number);
const steps = 5000;
const runtime = native({ threads: 1 });
const network = mlp({ width: 48 });
const count = 4000;
const project = unitCircle.project!;

const objectives: Readonly<Record<string, Objective>> = {
  plain: denoising(),
  mean: constrained(denoising(), unitCircle, { weight: 1, schedule: "likelihood" }),
  sample: constrained(denoising(), unitCircle, { weight: 1, schedule: "likelihood", estimate: "sample" }),
};

interface Row {
  readonly residual: number;
  readonly angle: number;
  readonly energy: number;
}

const earlier: [string, Row[]][] =
  values.results && existsSync(values.results) ? JSON.parse(readFileSync(values.results, "utf8")) : [];
const data = circlePoints(10_000, 100);
const [fresh, few] = [circlePoints(20_000, 101), circlePoints(2000, 102)];
const found = new Map<string, Row[]>(earlier);
const measure = (name: string, x: NdArray): void => {
  const rows = found.get(name) ?? [];
  found.set(name, rows);
  const part = castArray({ ...x, data: x.data.slice(0, 4000), shape: [2000, 2] } as NdArray<"float32">, "float64");
  rows.push({ residual: circleResidual(x), angle: angularDistance(x, fresh), energy: energyDistance(part, few) });
};
for (const seed of seeds) {
  const draw = (model: ScoreModel) => sample(model, { count, seed: 50 + seed, runtime });
  const models: Record<string, ScoreModel> = {};
  for (const [name, objective] of Object.entries(objectives))
    models[name] = await train({
      data,
      process: edm(),
      network,
      objective,
      steps,
      batch: 128,
      learningRate: 3e-3,
      averageDecay: 0.998,
      seed,
      runtime,
    }).result;
  measure("other real points", circlePoints(count, 200 + seed));
  const plain = await draw(models.plain!);
  measure("plain", plain);
  measure("penalty on the mean estimate", await draw(models.mean!));
  measure("penalty on a sample's estimate", await draw(models.sample!));
  measure("plain, projected after", (await projectSamples(unitCircle, plain, { tolerance: 1e-6, runtime })).samples);
  measure("plain, projected during, at all noise", await draw(projected(models.plain!, project)));
  measure("plain, projected during, below 0.5", await draw(projected(models.plain!, project, { below: 0.5 })));
  measure("penalty on a sample's, and during", await draw(projected(models.sample!, project, { below: 0.5 })));
  console.log(seed, JSON.stringify([...found].map(([name, rows]) => [name, rows.at(-1)])));
}
if (values.results) writeFileSync(values.results, JSON.stringify([...found]));
const text = (rows: readonly Row[], of: keyof Row): string => {
  const list = rows.map((row) => row[of]);
  const mean = list.reduce((a, b) => a + b) / list.length;
  const error = Math.sqrt(list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (list.length - 1) / list.length);
  return mean < 1e-5 ? mean.toExponential(0) : `${mean.toPrecision(2)} ± ${error.toPrecision(1)}`;
};
writeSection(
  "physics.md",
  "circle",
  markdownTable(
    ["samples", "mean abs(\\|x\\|^2 - 1)", "angles: Wasserstein distance", "energy distance"],
    [...found].map(([name, rows]) => [name, text(rows, "residual"), text(rows, "angle"), text(rows, "energy")]),
  ),
);
await runtime.dispose();
