/**
 * Ground and the water in it, Darcy's law: pairs of permeability and pressure from a plain model, and from one that is trained with
 * the equation's residual as a penalty. Then both are moved to the nearest pairs that obey the equation.
 * `npx tsx examples/darcy-pairs.ts`, about a minute; writes darcy.png.
 */
import { writeFile } from "node:fs/promises";
import { constrained, denoising, edm, projectSamples, sample, train, unet } from "scorefield";
import { imageGrid } from "scorefield/figure";
import { compile, type NdArray, ndarray, type Tensor } from "scorefield/tensor";
import { darcyPairs, small } from "./physics/darcy.ts";
import {
  darcyConstraint,
  darcyUnits,
  fromModel,
  pressureErrors,
  rootMeanSquare,
  toModel,
} from "./physics/darcy-models.ts";

// Pairs on 12 x 12 cells; the pressure is exact to rounding.
const problem = { ...small, size: 12 };
const pairs = darcyPairs(problem, 1_000, 1);
const real = darcyPairs(problem, 1_000, 2);
const units = darcyUnits(pairs, problem);
const equation = darcyConstraint(problem, units);

const training = {
  data: toModel(pairs, units, problem),
  process: edm(),
  network: unet({ width: 16, multipliers: [1, 2], blocks: 1, attention: 0 }),
  steps: 150,
  batch: 32,
  learningRate: 3e-3,
  averageDecay: 0.99,
};
const plain = await train(training).result;
const penalty = constrained(denoising(), equation, { weight: 1e-4, schedule: "likelihood" });
const informed = await train({ ...training, objective: penalty }).result;

const count = 16;
const residuals = await compile((x: Tensor) => equation.residual(x), [{ shape: [count, 2, 12, 12], dtype: "float64" }]);
const of = async (samples: NdArray<"float64">) => {
  const { mean, deviation } = pressureErrors(fromModel(samples, units, problem), real, problem);
  return { samples, residual: rootMeanSquare(await residuals(samples)), mean, deviation };
};
const results: Record<string, Awaited<ReturnType<typeof of>>> = {};
for (const [name, model] of Object.entries({ plain, penalty: informed })) {
  const samples = await sample(model, { count, seed: 1, dtype: "float64" });
  results[name] = await of(samples);
  results[`${name}, projected`] = await of((await projectSamples(equation, samples, { tolerance: 1e-6 })).samples);
}
await residuals.dispose();
for (const [name, { residual, mean, deviation }] of Object.entries(results))
  console.log(
    `${name}: residual ${residual.toPrecision(2)} of what is fed in, pressure's mean off by ${(100 * mean).toFixed(0)} %, its deviation by ${(100 * deviation).toFixed(0)} %`,
  );

// Permeability over pressure: real pairs, then both models.
const shown = [toModel(real, units, problem), results.plain!.samples, results.penalty!.samples].flatMap(({ data }) =>
  [0, 144].flatMap((from) => [0, 1, 2, 3, 4, 5].flatMap((s) => [...data.slice(s * 288 + from, s * 288 + from + 144)])),
);
const images = ndarray(
  Float64Array.from(shown, (value) => value / 2.5),
  [36, 1, 12, 12],
);
await writeFile("darcy.png", await imageGrid(images, { columns: 6, scale: 5, gap: 4 }));
console.log("wrote darcy.png");

const [free, trained, moved] = [results.plain!, results.penalty!, results["plain, projected"]!];
if (!(trained.residual < free.residual && moved.residual < 1e-6)) throw new Error("the check failed");
console.log("check passed");
