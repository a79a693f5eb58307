/**
 * A transformer of columns beside the default network of tables, by their loss on held-out rows at equal time and at equal
 * steps.
 *
 *     npm run bench bench/networks-of-tables.ts -- --tables magic,adult --sizes 64x2,96x3,128x4 --seconds 60
 *
 * First the steps per second of all networks, trained in turns so that other work on the machine slows all alike: the median
 * of `--rounds` turns. Then each is trained for the steps that it makes in `--seconds` of this pace (at most `--most`), and the
 * default network for the steps of each transformer as well. Every training has its own cosine schedule to its last step. A
 * tenth of the rows is held out. Their loss has the same rows, noise levels and noise for all networks, and the
 * standard error is that of the difference to the default network at equal time. `--set network.expansion=4` is of the
 * transformers, and `--rate` their learning rate.
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  networkFromRecipe,
  normal,
  objectiveFromRecipe,
  preconditioningFromRecipe,
  processFromRecipe,
  summary,
  train,
  uniform,
} from "@scorefield/core";
import { compile, type NdArray, ndarray, specOf, type Tensor } from "@scorefield/tensor";
import { createRun, native, setDefaultRuntime } from "scorefield";

const { values: given } = parseArgs({
  allowPositionals: true,
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    tables: { type: "string", default: "magic,adult" },
    data: { type: "string", default: process.env.SCOREFIELD_DATA ?? "../shared/data" },
    sizes: { type: "string", default: "64x2,96x3,128x4" },
    seconds: { type: "string", default: "60" },
    rounds: { type: "string", default: "3" },
    most: { type: "string", default: "20000" },
    rate: { type: "string", default: "1e-3" },
    seed: { type: "string", default: "0" },
  },
});
setDefaultRuntime(native());
const files: Record<string, string> = { magic: "tables/magic04.data.gz", adult: "tables/adult.csv.gz" };
const [seconds, rounds, most, rate, seed] = [given.seconds, given.rounds, given.most, given.rate, given.seed].map(
  Number,
) as [number, number, number, number, number];
const sizes = given.sizes.split(",").map((size) => size.split("x").map(Number) as [number, number]);
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

const preparedWith = (path: string, network: object) =>
  createRun({ data: path, heldOut: 0.1, network, seed } as never, {
    out: join(tmpdir(), "scorefield-networks-of-tables"),
    overwrite: true,
  });

const blocks = 96;
const blockRows = 256;

for (const table of given.tables.split(",")) {
  const path = join(given.data, files[table] ?? table);
  const runs = [await preparedWith(path, { kind: "mlp" })];
  for (const [width, depth] of sizes) runs.push(await preparedWith(path, { kind: "transformer", width, depth }));
  const { training, heldOut, recipe } = runs[0]!.data;
  const parts = {
    process: processFromRecipe(recipe.process),
    preconditioning: preconditioningFromRecipe(recipe.preconditioning),
    objective: objectiveFromRecipe(recipe.objective),
  };
  const subjects = runs.map(({ data }, i) => ({
    name:
      i === 0
        ? `mlp ${(data.recipe.network as { width?: number }).width}`
        : `transformer ${given.sizes.split(",")[i - 1]}`,
    network: networkFromRecipe(data.recipe.network),
    ...(i > 0 && { learningRate: rate }),
  }));
  type Subject = (typeof subjects)[number];
  const trained = ({ network, learningRate }: Subject, steps: number, onPace?: (pace: number) => void) =>
    train({
      ...parts,
      network,
      ...(learningRate && { learningRate }),
      data: training,
      batch: recipe.training.batch ?? 256,
      steps,
      seed,
      ...(onPace && { onProgress: ({ stepsPerSecond }) => onPace(stepsPerSecond) }),
    }).result;

  const paces = subjects.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++)
    for (const [i, subject] of subjects.entries()) {
      const own: number[] = [];
      await trained(subject, i === 0 ? 500 : 60, (pace) => own.push(pace));
      paces[i]!.push(median(own));
    }

  /** The loss of blocks of held-out rows, the same for all models. */
  const lossOf = async (model: Awaited<ReturnType<typeof trained>>): Promise<number[]> => {
    const shape = [blockRows, ...model.shape];
    const draw = async (k: number) => {
      const u = uniform([blockRows], { seed: 77, step: k, dtype: "float64" }).data;
      const times = Float32Array.from(u, (v) => parts.objective.noiseDistribution.time(parts.process, v || 2 ** -54));
      const rows = Array.from({ length: blockRows }, (_, i) => (k * blockRows + i) % heldOut!.count);
      return [
        (await heldOut!.read(rows)) as NdArray<"float32">,
        ndarray(times, [blockRows]),
        normal(shape, { seed: 78, step: k }),
      ] as const;
    };
    const first = await draw(0);
    const compiled = await compile(
      (x: Tensor, t: Tensor, noise: Tensor) =>
        parts.objective.loss(
          (at, time) => model.denoise(at, time),
          parts.process,
          { x, t, noise, probes: [] } as never,
          {
            parameters: {},
          } as never,
        ),
      first.map(specOf) as never,
    );
    const losses: number[] = [];
    for (let k = 0; k < blocks; k++)
      losses.push(
        Number((await (compiled as unknown as (...a: NdArray[]) => Promise<NdArray>)(...(await draw(k)))).data[0]),
      );
    await compiled.dispose();
    return losses;
  };

  console.log(`\n${table}: ${training.count} rows of ${training.shape} coordinates, ${seconds} s each`);
  console.log(
    "| network | parameters | steps/s | steps | CPU s | held-out loss | difference to mlp at equal time | mlp at equal steps |",
  );
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const against = (own: readonly number[], other: readonly number[]): string => {
    const differences = own.map((loss, k) => loss - other[k]!);
    const centre = mean(differences);
    const variance = mean(differences.map((d) => (d - centre) ** 2)) / (differences.length - 1);
    return `${centre >= 0 ? "+" : ""}${centre.toFixed(4)} (${Math.sqrt(variance).toFixed(4)})`;
  };
  let mlpLosses: number[] | undefined;
  for (const [i, subject] of subjects.entries()) {
    const pace = median(paces[i]!);
    const steps = Math.min(most, Math.max(100, Math.round((seconds * pace) / 100) * 100));
    const before = process.cpuUsage();
    const model = await trained(subject, steps);
    const { user, system } = process.cpuUsage(before);
    const losses = await lossOf(model);
    mlpLosses ??= losses;
    const alike = i === 0 ? undefined : await lossOf(await trained(subjects[0]!, steps));
    const { parameters } = summary(subject.network, training.shape);
    console.log(
      `| ${subject.name} | ${parameters} | ${pace.toFixed(1)} | ${steps} | ${((user + system) / 1e6).toFixed(0)} | ${mean(losses).toFixed(4)} | ` +
        `${i === 0 ? "" : against(losses, mlpLosses)} | ${alike ? `${mean(alike).toFixed(4)}, ${against(losses, alike)}` : ""} |`,
    );
  }
}
process.exit(0);
