/**
 * Models that are trained with a constraint on their data: a table in docs/learning.md.
 * `npm run bench docs/make/constraints.ts`, some twenty seconds.
 */
import {
  constrained,
  denoising,
  edm,
  linearConstraint,
  mlp,
  normal,
  type Objective,
  projected,
  type ScoreModel,
  sample,
  train,
} from "@scorefield/core";
import { compile, constant, matmul, type NdArray, ndarray, type Tensor } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable, writeSection } from "./page-section.ts";

const runtime = native({ threads: 1 });
const training = { process: edm(), steps: 3000, batch: 256, averageDecay: 0.995, runtime };
const constraint = linearConstraint({ matrix: [[1, 1, 1]], values: [1] });
const measured = normal([5000, 3], { seed: 1 });
for (let i = 0; i < 5000; i++) {
  const excess = 0.7 * (measured.data[3 * i]! + measured.data[3 * i + 1]! + measured.data[3 * i + 2]!) - 1;
  for (let j = 0; j < 3; j++) measured.data[3 * i + j]! -= excess / 3;
}
const violation = async (model: ScoreModel | NdArray<"float32">): Promise<string> => {
  const drawn = "denoise" in model ? await sample(model, { count: 4000, seed: 2, runtime }) : model;
  const compiled = await compile(
    (x: Tensor) =>
      matmul(x, constant(ndarray(Float32Array.of(1, 1, 1), [3, 1])))
        .subtract(1)
        .square()
        .mean()
        .sqrt(),
    [drawn],
    { runtime },
  );
  const { data } = await compiled(drawn);
  await compiled.dispose();
  return Number(data[0]).toPrecision(2);
};
const informedBy = async (objective: Objective): Promise<ScoreModel> =>
  train({ ...training, data: measured, network: mlp({ width: 64 }), objective, seed: 1 }).result;
const plain = await informedBy(denoising());
const rows: string[][] = [
  ["the data as measured", await violation(measured)],
  ["plain", await violation(plain)],
];
for (const weight of [0.1, 1, 10, 100, 1000])
  rows.push([
    `penalty of weight ${weight}`,
    await violation(await informedBy(constrained(denoising(), constraint, { weight }))),
  ]);
rows.push(["plain, projected while sampling", await violation(projected(plain, constraint.project!))]);
writeSection("learning.md", "constraints", markdownTable(["model", "deviation of the sum from 1"], rows));
await runtime.dispose();
