/**
 * Flows by Burgers' equation, which conserve mass: a plain model, one that is trained with the solver's residual as a penalty, and
 * one whose every estimate is projected. `npx tsx examples/conserved-field.ts`, about a minute; writes flows.png.
 */
import { writeFile } from "node:fs/promises";
import { constrained, denoising, edm, projected, sample, train, unet } from "scorefield";
import { energyDistance } from "scorefield/assess";
import { imageGrid } from "scorefield/figure";
import { ndarray } from "scorefield/tensor";
import { burgersEnsemble, small } from "./physics/burgers.ts";
import { flowErrors, massConstraint, scaled, solverConstraint, unscaled } from "./physics/burgers-models.ts";

// Four snapshots of 32 cells, made by a finite-volume solver that conserves mass to rounding.
const problem = small;
const { x: data, unit } = scaled(burgersEnsemble(problem, 2_000, 1));
const real = burgersEnsemble(problem, 200, 2);

const training = {
  data,
  process: edm(),
  network: unet({ width: 16, multipliers: [1, 2], blocks: 1, attention: 0 }),
  steps: 300,
  batch: 64,
  learningRate: 3e-3,
  averageDecay: 0.99,
};
const mass = massConstraint(problem);
const solver = solverConstraint(problem, unit);
const plain = await train(training).result;
const penalty = constrained(denoising(), solver, { weight: 0.3, schedule: "likelihood" });
const informed = await train({ ...training, objective: penalty }).result;

const models = { plain, penalty: informed, projected: projected(plain, mass.project!) };
const drawn = Object.entries(models).map(async ([name, model]) => {
  const samples = unscaled(await sample(model, { count: 200, seed: 1 }), unit);
  return { name, samples, ...flowErrors(samples, real, problem), distance: energyDistance(samples, real) };
});
const results = await Promise.all(drawn);
for (const { name, mass, residual, spectrum, distance } of results)
  console.log(
    `${name}: mass changes by ${mass.toExponential(1)}, residual ${residual.toFixed(3)}, spectrum off by ${spectrum.toFixed(2)}, energy distance ${distance.toFixed(3)}`,
  );
const other = energyDistance(burgersEnsemble(problem, 200, 3), real);
console.log(`other real flows: energy distance ${other.toFixed(3)}`);

// Real flows, and those of each model: time goes down, four rows of cells each.
const shown = [real, ...results.map(({ samples }) => samples)].flatMap(({ data }) => [...data.slice(0, 6 * 128)]);
const images = ndarray(
  Float64Array.from(shown, (value) => value / (2.5 * unit)),
  [24, 1, 4, 32],
);
await writeFile("flows.png", await imageGrid(images, { columns: 6, scale: 4, gap: 4 }));
console.log("wrote flows.png");

const [free, trained, kept] = results as [(typeof results)[0], (typeof results)[0], (typeof results)[0]];
if (!(kept.mass < 1e-6 && trained.residual < free.residual && kept.distance < 1.5 * free.distance + other))
  throw new Error("the check failed");
console.log("check passed");
