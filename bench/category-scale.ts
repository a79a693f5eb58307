/**
 * Which length one-hot vectors of categories should have beside numbers of deviation 1: the detection score of samples of
 * Adult, without a density ratio.
 *
 *     npm run bench bench/category-scale.ts -- --scales 0.5,1,2 --steps 5000
 *
 * Default network. A tenth of the rows is held out. As many rows are drawn as are held out, and told by boosted trees from
 * those and from as many rows that were learnt from (1: cannot be told apart). `--rows` limits them.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { detectionScore } from "@scorefield/assess";
import {
  type Dataset,
  mixedDenoising,
  mixedPreconditioning,
  networkFromRecipe,
  processFromRecipe,
  sample,
  samplerFromRecipe,
  train,
} from "@scorefield/core";
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import { createRun, native, setDefaultRuntime } from "scorefield";

const { values: given } = parseArgs({
  allowPositionals: true,
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    data: { type: "string", default: process.env.SCOREFIELD_DATA ?? "../shared/data" },
    table: { type: "string", default: "tables/adult.csv.gz" },
    scales: { type: "string", default: "0.5,1,2" },
    steps: { type: "string", default: "5000" },
    rows: { type: "string", default: "6000" },
    seed: { type: "string", default: "0" },
  },
});
setDefaultRuntime(native());
const seed = Number(given.seed);
const { data } = await createRun({ data: join(given.data, given.table), heldOut: 0.1, seed } as never, {
  out: join(tmpdir(), "scorefield-category-scale"),
  overwrite: true,
});
const { training, split, recipe, codec } = data;
const { columns } = recipe.preconditioning as unknown as { columns: number[] };
const isCategory = columns.flatMap((size) => new Array<boolean>(size).fill(size > 1));

/** Rows with their one-hot vectors as long. */
const scaled = <T extends FloatType>({ data: values, shape }: NdArray<T>, factor: number): NdArray<"float32"> =>
  ndarray(
    Float32Array.from(values, (value, i) => (isCategory[i % isCategory.length] ? factor : 1) * Number(value)),
    shape,
  );

const rowsOf = async (samples: { count: number; read: (rows: number[]) => unknown }, count: number) =>
  (await samples.read(Array.from({ length: count }, (_, i) => i))) as NdArray<"float64">;
const count = Math.min(Number(given.rows), split.heldOut.count);
const [learnt, heldOut] = [await rowsOf(split.training as never, count), await rowsOf(split.heldOut as never, count)];

console.log("| scale | steps | detection score, rows learnt from | held-out rows |");
console.log("| ---: | ---: | ---: | ---: |");
for (const scale of given.scales.split(",").map(Number)) {
  const layout = { columns, scale };
  const own: Dataset = {
    ...training,
    read: async (rows) => scaled((await training.read(rows)) as NdArray<"float32">, scale),
  };
  const model = await train({
    data: own,
    process: processFromRecipe(recipe.process),
    network: networkFromRecipe(recipe.network),
    preconditioning: mixedPreconditioning(layout),
    objective: mixedDenoising(layout),
    batch: recipe.training.batch ?? 256,
    steps: Number(given.steps),
    seed,
  }).result;
  const drawn = await sample(model, { count, sampler: samplerFromRecipe(recipe.sampler), seed: 1 });
  const samples = codec.decode(scaled(drawn as NdArray<"float32">, 1 / scale));
  const told = (real: NdArray<"float64">) =>
    detectionScore(real, samples, { columns: split.training.table! }).score.toFixed(3);
  console.log(`| ${scale} | ${given.steps} | ${told(learnt)} | ${told(heldOut)} |`);
}
process.exit(0);
