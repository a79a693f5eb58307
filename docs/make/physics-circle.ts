/**
 * A constraint as a penalty and as a projection, on points of the unit circle: tables and a figure in docs/physics.md.
 * `npm run bench docs/make/physics-circle.ts [-- --seeds 0,1,2 --results FILE]`, some minutes. With a file, what other calls found for
 * other seeds is kept in it and stands in the tables too.
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
import { curveColours, curvesFigure } from "../../packages/scorefield/src/figure/curves.ts";
import { rasterise } from "../../packages/scorefield/src/figure/rasterise.ts";
import { angularDistance, circlePoints, circleResidual, unitCircle } from "./circle-models.ts";
import { markdownTable, writeSection } from "./page-section.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "0,1,2" },
    angles: { type: "string", default: "even" },
    results: { type: "string" },
  },
});
const seeds = values.seeds.split(",").map(Number);
const steps = 1500;
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

const shown: Record<string, NdArray> = {};
const earlier: Record<string, [string, Row[]][]> =
  values.results && existsSync(values.results) ? JSON.parse(readFileSync(values.results, "utf8")) : {};
for (const angles of values.angles.split(",") as ("even" | "lobes")[]) {
  const data = circlePoints(angles, 10_000, 100);
  const [fresh, few] = [circlePoints(angles, 20_000, 101), circlePoints(angles, 2000, 102)];
  const found = new Map<string, Row[]>(earlier[angles]);
  const measure = (name: string, x: NdArray): void => {
    const rows = found.get(name) ?? [];
    found.set(name, rows);
    const part = castArray({ ...x, data: x.data.slice(0, 4000), shape: [2000, 2] } as NdArray<"float32">, "float64");
    rows.push({ residual: circleResidual(x), angle: angularDistance(x, fresh), energy: energyDistance(part, few) });
    shown[name] ??= x;
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
    measure("other real points", circlePoints(angles, count, 200 + seed));
    const plain = await draw(models.plain!);
    measure("plain", plain);
    measure("penalty on the mean estimate", await draw(models.mean!));
    measure("penalty on a sample's estimate", await draw(models.sample!));
    measure("plain, projected after", (await projectSamples(unitCircle, plain, { tolerance: 1e-6, runtime })).samples);
    measure("plain, projected during, at all noise", await draw(projected(models.plain!, project)));
    measure("plain, projected during, below 0.5", await draw(projected(models.plain!, project, { below: 0.5 })));
    measure("penalty on a sample's, and during", await draw(projected(models.sample!, project, { below: 0.5 })));
    console.log(angles, seed, JSON.stringify([...found].map(([name, rows]) => [name, rows.at(-1)])));
  }
  earlier[angles] = [...found];
  if (values.results) writeFileSync(values.results, JSON.stringify(earlier));
  const text = (rows: readonly Row[], of: keyof Row): string => {
    const list = rows.map((row) => row[of]);
    const mean = list.reduce((a, b) => a + b) / list.length;
    const error = Math.sqrt(list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (list.length - 1) / list.length);
    return mean < 1e-5 ? mean.toExponential(0) : `${mean.toPrecision(2)} ± ${error.toPrecision(1)}`;
  };
  writeSection(
    "physics.md",
    `circle-${angles}`,
    markdownTable(
      ["samples", "mean abs(\\|x\\|^2 - 1)", "angles: Wasserstein distance", "energy distance"],
      [...found].map(([name, rows]) => [name, text(rows, "residual"), text(rows, "angle"), text(rows, "energy")]),
    ),
  );
}

// Pictures are of the first seed.
if (shown.plain && seeds.includes(0)) {
  const names = [
    "plain",
    "penalty on a sample's estimate",
    "plain, projected during, at all noise",
    "plain, projected during, below 0.5",
  ];
  const domain = [-1.4, 1.4] as const;
  const svg = curvesFigure(
    names.map((name) => ({
      title: name,
      x: { label: "x", domain },
      y: { label: "y", domain },
      curves: [
        {
          name: "samples",
          colour: curveColours[0]!,
          dots: true,
          points: Array.from({ length: 400 }, (_, i) => ({
            x: Number(shown[name]!.data[2 * i]),
            y: Number(shown[name]!.data[2 * i + 1]),
          })),
        },
      ],
    })),
    { width: 1120, height: 300 },
  );
  writeFileSync(new URL("../images/physics-circle.png", import.meta.url), await rasterise(svg, { scale: 1 }));
}
await runtime.dispose();
