/**
 * Posteriors by the command alone: a table of parameters and data is learnt as any table is, and rows are drawn that are like an
 * observation in its data columns. How often boosted trees tell the draws from exact ones; 0.5 for the same distribution.
 *
 *     npm run bench bench/simulator-tables.ts [tasks, such as linear,moons] [simulations] [observations] [draws] [minutes of training]
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { classifierTwoSample } from "@scorefield/assess";
import { readTable } from "@scorefield/data";
import { simulate } from "@scorefield/inverse";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { simulatorTasks } from "./simulator-tasks.ts";

const [names = "moons,linear", counts = "2500", seen = "3", each = "1000", minutes = "1"] = process.argv.slice(2);
const command = new URL("../packages/scorefield/bin/scorefield.js", import.meta.url).pathname;
const scorefield = (...args: string[]) => promisify(execFile)(process.execPath, [command, ...args]);
const folder = mkdtempSync(join(tmpdir(), "simulator-tables-"));

const named = (word: string, count: number): string[] => Array.from({ length: count }, (_, j) => `${word}${j + 1}`);
const lines = (arrays: readonly NdArray<"float64">[], from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) =>
    arrays
      .flatMap(({ data, shape: [, d = 0] }) => Array.from(data.subarray((from + i) * d, (from + i + 1) * d)))
      .map((value) => value.toPrecision(9))
      .join(","),
  );

console.log("| task | simulations | trees: accuracy for each observation |\n| --- | --- | --- |");
for (const name of names.split(",")) {
  const { prior, simulator, exact } = simulatorTasks[name]!;
  const { parameters, data } = await simulate({ prior, simulator, count: Number(counts), seed: 1 });
  const truths = await simulate({ prior, simulator, count: Number(seen), seed: 1_000_003 });
  const [d = 0, m = 0] = [parameters.shape[1], data.shape[1]];
  const table = join(folder, `${name}.csv`);
  writeFileSync(
    table,
    [[...named("theta", d), ...named("x", m)].join(","), ...lines([parameters, data], 0, Number(counts)), ""].join(
      "\n",
    ),
  );
  const run = join(folder, name);
  await scorefield("train", table, "--out", run, "--minutes", minutes);
  const accuracies: string[] = [];
  for (let k = 0; k < Number(seen); k++) {
    const [like, out] = [join(folder, "like.csv"), join(folder, "draws.csv")];
    writeFileSync(like, [named("x", m).join(","), ...lines([truths.data], k, k + 1), ""].join("\n"));
    await scorefield("sample", run, "--like", like, "--count", each, "--out", out);
    const { values } = await readTable(out, { columns: named("theta", d) });
    const draws = ndarray(Float64Array.from(values.data as ArrayLike<number>), values.shape);
    const observation = ndarray(truths.data.data.slice(k * m, (k + 1) * m), [m]);
    const { accuracy } = await classifierTwoSample(exact(observation, Number(each), 100 + k), draws);
    accuracies.push(accuracy.toFixed(3));
  }
  console.log(`| ${name} | ${counts} | ${accuracies.join(", ")} |`);
}
rmSync(folder, { recursive: true });
