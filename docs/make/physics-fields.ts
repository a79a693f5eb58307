/**
 * Fields that obey an equation, plain, with a penalty and projected: tables and pictures in docs/physics.md.
 * `npm run bench docs/make/physics-fields.ts -- burgers|darcy [--steps 600] [--seeds 3]`, some ten minutes each.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { energyDistance } from "@scorefield/assess";
import {
  constrained,
  denoising,
  edm,
  type Objective,
  projected,
  projectSamples,
  type ScoreModel,
  sample,
  train,
  unet,
} from "@scorefield/core";
import { compile, type NdArray, ndarray, setDefaultRuntime, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { advance, burgersEnsemble, small as flow } from "../../examples/physics/burgers.ts";
import {
  flowErrors,
  massConstraint,
  scaled,
  solverConstraint,
  unscaled,
} from "../../examples/physics/burgers-models.ts";
import { darcyPairs, small as ground } from "../../examples/physics/darcy.ts";
import {
  darcyConstraint,
  darcyUnits,
  fromModel,
  pressureErrors,
  rootMeanSquare,
  solvedPairs,
  toModel,
} from "../../examples/physics/darcy-models.ts";
import { imageGrid } from "../../packages/scorefield/src/figure/image-grid.ts";
import { markdownTable, writeSection } from "./page-section.ts";

const { values, positionals } = parseArgs({
  options: { seeds: { type: "string", default: "3" }, steps: { type: "string", default: "600" } },
  allowPositionals: true,
});
const [seeds, steps] = [Number(values.seeds), Number(values.steps)];
const runtime = native({ threads: 1 });
setDefaultRuntime(runtime);
const count = 128;

type Found = Readonly<Record<string, number>>;
const found = new Map<string, Found[]>();
const keep = (name: string, values: Found): void => {
  found.set(name, [...(found.get(name) ?? []), values]);
  console.log(name, JSON.stringify(values));
};
const cell = (rows: readonly Found[], of: string): string => {
  const list = rows.map((row) => row[of]!);
  const mean = list.reduce((a, b) => a + b) / list.length;
  if (mean < 1e-5) return mean === 0 ? "0" : mean.toExponential(0);
  const error = Math.sqrt(list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (list.length - 1) / list.length);
  return `${mean.toPrecision(2)} ± ${error.toPrecision(1)}`;
};
const table = (section: string, first: string, columns: Readonly<Record<string, string>>): void =>
  writeSection(
    "physics.md",
    section,
    markdownTable(
      [first, ...Object.values(columns)],
      [...found].map(([name, rows]) => [name, ...Object.keys(columns).map((of) => cell(rows, of))]),
    ),
  );
const trained = (data: NdArray<"float32">, seed: number) => (objective: Objective) =>
  train({
    data,
    process: edm(),
    network: unet({ width: 16, multipliers: [1, 2], blocks: 1, attention: 0 }),
    objective,
    steps,
    batch: 32,
    learningRate: 3e-3,
    averageDecay: 0.995,
    seed,
  }).result;
const drawn = (model: ScoreModel, seed: number) =>
  sample(model, { count, seed: 70 + seed, batch: 64, dtype: "float64" });
const picture = async (
  name: string,
  images: readonly Float64Array[],
  shape: readonly number[],
  columns: number,
  scale: number,
) => {
  const data = Float64Array.from(images.flatMap((image) => [...image]));
  const sheet = await imageGrid(ndarray(data, [images.length, ...shape]), { columns, scale, gap: 4 });
  writeFileSync(new URL(`../images/${name}.png`, import.meta.url), sheet);
};

const burgers = async (): Promise<void> => {
  const { x: data, unit } = scaled(burgersEnsemble(flow, 4000, 1));
  const real = burgersEnsemble(flow, 1000, 2);
  const measure = (name: string, samples: NdArray<"float64">): void =>
    keep(name, { ...flowErrors(samples, real, flow), energy: energyDistance(samples, real) });
  const [mass, solver] = [massConstraint(flow), solverConstraint(flow, unit)];
  const each = flow.snapshots * flow.cells;
  const pictures: Float64Array[] = [];
  const show = (samples: NdArray<"float64">): void => {
    for (let s = 0; s < 8; s++)
      pictures.push(samples.data.slice(s * each, (s + 1) * each).map((u) => u / (2.5 * unit)));
  };
  for (let seed = 0; seed < seeds; seed++) {
    const fit = trained(data, seed);
    const plain = await fit(denoising());
    const informed = await fit(constrained(denoising(), solver, { weight: 1, schedule: "likelihood" }));
    const free = await drawn(plain, seed);
    measure("other real flows", burgersEnsemble(flow, count, 10 + seed));
    measure("plain", unscaled(free, unit));
    measure("plain, mass projected after", unscaled((await projectSamples(mass, free)).samples, unit));
    measure("plain, mass projected during", unscaled(await drawn(projected(plain, mass.project!), seed), unit));
    const held = await drawn(informed, seed);
    measure("penalty of the solver", unscaled(held, unit));
    measure(
      "penalty, and mass projected during",
      unscaled(await drawn(projected(informed, mass.project!), seed), unit),
    );
    measure(
      "penalty, solver projected after",
      unscaled((await projectSamples(solver, held, { tolerance: 1e-6, batch: 64 })).samples, unit),
    );
    // What needs no model of the later snapshots at all.
    const solved = unscaled(free, unit);
    for (let s = 0; s < count; s++)
      for (let t = 1; t < flow.snapshots; t++) {
        const from = s * each + (t - 1) * flow.cells;
        solved.data.set(advance(solved.data.slice(from, from + flow.cells), flow), from + flow.cells);
      }
    measure("plain, first snapshot kept and the rest solved", solved);
    if (seed === 0) for (const one of [real, unscaled(free, unit), unscaled(held, unit)]) show(one);
  }
  table("burgers", "flows", {
    mass: "change of mass",
    residual: "residual",
    spectrum: "spectrum (log10)",
    energy: "energy distance",
  });
  await picture("physics-burgers", pictures, [1, flow.snapshots, flow.cells], 8, 3);
};

const darcy = async (): Promise<void> => {
  const pairs = darcyPairs(ground, 4000, 1);
  const real = darcyPairs(ground, 1000, 2);
  const units = darcyUnits(pairs, ground);
  const equation = darcyConstraint(ground, units);
  const cells = ground.size ** 2;
  const scaledReal = toModel(real, units, ground);
  const residuals = await compile(
    (x: Tensor) => equation.residual(x),
    [{ shape: [count, 2, ground.size, ground.size], dtype: "float64" }],
  );
  const measure = async (name: string, samples: NdArray<"float64">): Promise<void> => {
    const { mean, deviation } = pressureErrors(fromModel(samples, units, ground), real, ground);
    const residual = rootMeanSquare(await residuals(samples));
    keep(name, { residual, mean, deviation, energy: energyDistance(samples, scaledReal) });
  };
  const pictures: Float64Array[] = [];
  const show = (samples: NdArray): void => {
    for (const channel of [0, 1])
      for (let s = 0; s < 8; s++) {
        const from = (2 * s + channel) * cells;
        pictures.push(
          Float64Array.from(samples.data.slice(from, from + cells) as Float64Array, (value) => value / 2.5),
        );
      }
  };
  for (let seed = 0; seed < seeds; seed++) {
    const fit = trained(toModel(pairs, units, ground), seed);
    const plain = await fit(denoising());
    const informed = await fit(constrained(denoising(), equation, { weight: 1e-4, schedule: "likelihood" }));
    const [free, held] = [await drawn(plain, seed), await drawn(informed, seed)];
    const again = (samples: NdArray<"float64">) => {
      const { data, shape } = toModel(solvedPairs(fromModel(samples, units, ground), ground), units, ground);
      return ndarray(Float64Array.from(data), shape);
    };
    const other = toModel(darcyPairs(ground, count, 10 + seed), units, ground);
    await measure("other real pairs, in float32", ndarray(Float64Array.from(other.data), other.shape));
    await measure("plain", free);
    await measure(
      "plain, projected after",
      (await projectSamples(equation, free, { tolerance: 1e-6, batch: 64 })).samples,
    );
    await measure("penalty", held);
    await measure(
      "penalty, projected after",
      (await projectSamples(equation, held, { tolerance: 1e-6, batch: 64 })).samples,
    );
    await measure("plain, pressure solved for its permeability, in float32", again(free));
    if (seed === 0) for (const one of [scaledReal, free, held]) show(one);
  }
  await residuals.dispose();
  table("darcy", "pairs", {
    residual: "residual",
    mean: "mean of the pressure",
    deviation: "deviation of the pressure",
    energy: "energy distance",
  });
  await picture("physics-darcy", pictures, [1, ground.size, ground.size], 8, 3);
};

for (const name of positionals) await { burgers, darcy }[name as "burgers" | "darcy"]();
await runtime.dispose();
