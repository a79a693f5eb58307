/**
 * How far samples of trained runs are from where the flow of their network takes the same noise, by sampler and evaluations.
 *
 *     npm run bench bench/run-samplers.ts -- RUN... [--count 500] [--steps 200] [--samplers "heun:steps=32 unipc:steps=18"]
 *
 * The flow is `unipc` with many steps. `distance` is the median over samples of the root mean square over their numbers, in units of
 * the deviation of each number among the samples; `words` is the share of a table's words that are other ones. A table of numbers and
 * words takes seconds, images a minute for each hundred.
 */
import { parseArgs } from "node:util";
import { evaluations, type Sampler, sample, samplerFromRecipe, unipc } from "@scorefield/core";
import { type NdArray, setDefaultRuntime } from "@scorefield/tensor";
import { native } from "@scorefield/tensor/native";
import { markdownTable } from "../docs/make/page-section.ts";
import { parseSampler } from "../packages/scorefield/src/command/sampler-option.ts";
import { loadRun } from "../packages/scorefield/src/run/load.ts";

const { values: flags, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: "string", default: "500" },
    steps: { type: "string", default: "200" },
    samplers: {
      type: "string",
      default:
        "heun:steps=9 heun:steps=18 heun:steps=32 dpm-solver++:steps=18 unipc:steps=12 unipc:steps=18 unipc:steps=25 unipc:steps=32",
    },
  },
});
if (paths.length === 0) throw new Error("expected the folder of a run, found none");
const count = Number(flags.count);
setDefaultRuntime(native({ threads: 1 }));

const column = ({ data, shape }: NdArray, j: number): Float64Array => {
  const width = data.length / shape[0]!;
  return Float64Array.from({ length: count }, (_, i) => Number(data[i * width + j]));
};

const deviationOf = (values: Float64Array): number => {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = known.reduce((a, b) => a + b, 0) / known.length;
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / known.length);
};

for (const path of paths) {
  const { model, toData, table } = await loadRun(path);
  const given = model.network.classes
    ? { class: Array.from({ length: count }, (_, i) => i % model.network.classes!) }
    : {};
  const draw = async (sampler: Sampler): Promise<{ x: NdArray; seconds: number }> => {
    const start = process.cpuUsage();
    const x = toData(await sample(model, { count, sampler, seed: 5, given }));
    const { user, system } = process.cpuUsage(start);
    return { x, seconds: (user + system) / 1e6 };
  };
  const { x: ends } = await draw(unipc({ steps: Number(flags.steps) }));
  const columns = Array.from({ length: ends.data.length / count }, (_, j) => column(ends, j));
  const deviations = columns.map(deviationOf);
  const isWord = (j: number): boolean => table?.[j]?.levels !== undefined;
  const rows: string[][] = [];
  for (const text of flags.samplers.split(" ")) {
    const sampler = samplerFromRecipe(parseSampler(text)) as Sampler;
    const { x, seconds } = await draw(sampler);
    const squares = new Float64Array(count);
    let [words, others] = [0, 0];
    for (const [j, truth] of columns.entries())
      for (const [i, value] of column(x, j).entries()) {
        if (isWord(j)) {
          words++;
          if (!Object.is(value, truth[i])) others++;
        } else if (deviations[j]! > 0 && !Number.isNaN(value) && !Number.isNaN(truth[i]))
          squares[i]! += ((value - truth[i]!) / deviations[j]!) ** 2 / columns.length;
      }
    rows.push([
      `\`${text}\``,
      `${evaluations(sampler, model.process)}`,
      Math.sqrt(squares.sort()[count >> 1]!).toPrecision(2),
      words > 0 ? `${((100 * others) / words).toFixed(2)} %` : "",
      seconds.toFixed(2),
    ]);
  }
  console.log(`\n${path}, ${count} samples\n`);
  console.log(markdownTable(["sampler", "evaluations", "distance", "words", "CPU seconds"], rows));
}
process.exit(0);
