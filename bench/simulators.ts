/**
 * Posteriors of simulators beside exact ones: how often a classifier tells draws apart, 0.5 for the same distribution.
 *
 *     npm run bench bench/simulators.ts [tasks, such as linear,moons] [simulations, such as 1000,2500,10000] [observations] [draws]
 *
 * The classifiers are boosted trees, and the perceptron of the benchmark by scikit-learn where /usr/bin/python3 has it
 * (peers/two_sample.py).
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { classifierTwoSample } from "@scorefield/assess";
import { writeNpy } from "@scorefield/data";
import { simulate, trainPosterior } from "@scorefield/inverse";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { median } from "./harness.ts";
import { type SimulatorTask, simulatorTasks } from "./simulator-tasks.ts";

const [names = "linear,uniform,moons,mixture,slcp", counts = "1000,2500,10000", seen = "5", each = "5000"] =
  process.argv.slice(2);
const runtime = native({ threads: 1 });
const observations = Number(seen);
const draws = Number(each);
const python = process.env.SCOREFIELD_BENCH_PYTHON ?? "/usr/bin/python3";
const folder = mkdtempSync(join(tmpdir(), "simulators-"));

/** Accuracies of the perceptron, or the reason why there are none. */
const byPerceptron = async (pairs: readonly (readonly [NdArray, NdArray])[]): Promise<number[] | undefined> => {
  const files: string[] = [];
  for (const [k, pair] of pairs.entries())
    for (const [side, rows] of pair.entries()) {
      files.push(join(folder, `${k}-${side}.npy`));
      await writeNpy(files.at(-1)!, rows);
    }
  try {
    const { stdout } = await promisify(execFile)(
      python,
      [new URL("peers/two_sample.py", import.meta.url).pathname, ...files],
      {
        env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
      },
    );
    return JSON.parse(stdout) as number[];
  } catch (error) {
    console.error(`left out the perceptron: ${(error as Error).message.split("\n").at(-1)}`);
    return undefined;
  }
};

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(0);
const figures = (values: readonly number[] | undefined): string =>
  values
    ? `${(values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3)} | ${median(values).toFixed(3)} | ${Math.max(...values).toFixed(3)}`
    : "- | - | -";

const measure = async (task: SimulatorTask, count: number): Promise<void> => {
  const { prior, simulator } = task;
  const { parameters, data } = await simulate({ prior, simulator, count, seed: 1 });
  const began = performance.now();
  const estimator = await trainPosterior({ prior, parameters, data, seed: 0, runtime }).result;
  const trained = seconds(began);
  // Other draws than those that were learnt from.
  const truths = await simulate({ prior, simulator, count: observations, seed: 1_000_003 });
  const m = truths.data.shape[1]!;
  const pairs: [NdArray, NdArray][] = [];
  let drawing = 0;
  for (let k = 0; k < observations; k++) {
    const observation = ndarray(truths.data.data.slice(k * m, (k + 1) * m), [m]);
    const started = performance.now();
    const found = await estimator.draw(observation, { draws, seed: k });
    drawing += performance.now() - started;
    pairs.push([task.exact(observation, draws, 100 + k), found]);
  }
  const trees: number[] = [];
  for (const [a, b] of pairs) trees.push((await classifierTwoSample(a, b)).accuracy);
  const perceptron = await byPerceptron(pairs);
  console.log(
    `| ${task.name} | ${count} | ${figures(perceptron)} | ${figures(trees)} | ${trained} | ${((1000 * draws * observations) / drawing).toFixed(0)} |`,
  );
};

console.log(
  `${observations} observations, ${draws} draws of each; mean, median and greatest accuracy of each classifier.`,
);
console.log(
  "| task | simulations | perceptron: mean | median | greatest | trees: mean | median | greatest | training, s | draws/s |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (const name of names.split(",")) {
  const task = simulatorTasks[name];
  if (!task) throw new Error(`expected tasks among ${Object.keys(simulatorTasks).join(", ")}, found ${name}`);
  for (const count of counts.split(",")) await measure(task, Number(count));
}
await runtime.dispose();
rmSync(folder, { recursive: true });
