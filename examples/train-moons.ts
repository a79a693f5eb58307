/**
 * Learn a score from points of a plane, draw new points and a figure of them.
 * `npx tsx examples/train-moons.ts`, some seconds; writes moons.svg.
 */
import { writeFile } from "node:fs/promises";
import { edm, heun, mlp, sample, train } from "scorefield";
import { energyDistance } from "scorefield/assess";
import { moons } from "scorefield/domain";
import { tableFigure } from "scorefield/figure";

const draw = moons({ noise: 0.1 });
const data = draw(10_000, 0);

const network = mlp({ width: 64, depth: 3 });
const training = train({ data, process: edm(), network, steps: 3_000, learningRate: 3e-3, seed: 0 });
let next = 0;
for await (const { step, loss } of training) {
  if (step < next) continue;
  console.log(`step ${step}, loss ${loss.toFixed(3)}`);
  next += 500;
}
const model = await training.result;

const samples = await sample(model, { count: 2_000, sampler: heun({ steps: 20 }), seed: 1 });
await writeFile("moons.svg", tableFigure(samples, { columns: ["x", "y"], title: "2,000 samples of the two moons" }));
console.log("wrote moons.svg");

// How far samples are from new data, beside how far other data are, which is what chance alone comes to.
const fresh = draw(2_000, 2);
const distance = energyDistance(samples, fresh);
const apart = energyDistance(draw(2_000, 3), fresh);
console.log(`energy distance of samples to new data ${distance.toFixed(4)}, of other data ${apart.toFixed(4)}`);
if (distance > 0.005) throw new Error("the check failed: the samples are not like the data");
console.log("check passed");
