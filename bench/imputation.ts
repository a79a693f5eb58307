/**
 * Missing cells filled by a model and by scikit-learn: mean and mode, 5 nearest neighbours, iterative regression.
 *
 *     npm run bench bench/imputation.ts -- [--steps 3000] [--draws 30] [--rows 1000] [--python /usr/bin/python3] TABLE ...
 *
 * A fifth of the rows is set apart. Of those, cells are removed at random (10 %), or not at random: of each number column the
 * larger half loses 18 % of its cells and the smaller half 2 %. Errors of numbers are in standard deviations of the column (root
 * mean square over all removed cells), of our mean of draws; categories count as right or wrong, by our most frequent level.
 * Coverage is the share of removed numbers between the 5 and 95 % quantiles of our draws. Peers learn from at most 5,000 rows.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { uniform } from "@scorefield/core";
import { firstSamples } from "@scorefield/domain";
import { impute, type TableColumn } from "@scorefield/domain/table";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { createRun, loadRun, refineRun, trainRun } from "../packages/scorefield/src/index.ts";

const { values, positionals } = parseArgs({
  options: {
    steps: { type: "string" },
    draws: { type: "string", default: "30" },
    rows: { type: "string", default: "1000" },
    seed: { type: "string", default: "0" },
    python: { type: "string", default: "/usr/bin/python3" },
  },
  allowPositionals: true,
});
const [draws, most, seed] = [Number(values.draws), Number(values.rows), Number(values.seed)];
const data = join(process.env.SCOREFIELD_DATA ?? "../shared/data", "tables");
const usual = [
  "adult.csv.gz",
  "penguins.csv",
  "mpg.csv",
  "diamonds.csv.gz",
  "credit_default.csv.gz",
  "magic04.data.gz",
];
const files = positionals.length > 0 ? positionals : usual.map((name) => join(data, name));

type Rows = NdArray<"float64">;

/** Cells that are there, and are removed. */
const removed = (rows: Rows, table: readonly TableColumn[], atRandom: boolean): Uint8Array => {
  const width = table.length;
  const n = rows.shape[0]!;
  const { data: u } = uniform([n, width], { seed: seed + 7, dtype: "float64", purpose: "measurement" });
  const result = new Uint8Array(n * width);
  for (const [j, { levels, kind }] of table.entries()) {
    const column = Array.from({ length: n }, (_, i) => rows.data[i * width + j]!);
    const sorted = column.filter((x) => !Number.isNaN(x)).sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1]!;
    for (const [i, value] of column.entries()) {
      if (Number.isNaN(value) || kind === "constant") continue;
      const share = atRandom || levels ? 0.1 : value > median ? 0.18 : 0.02;
      if (u[i * width + j]! < share) result[i * width + j] = 1;
    }
  }
  return result;
};

const csvOf = ({ data, shape: [n = 0, width = 0] }: Rows): string => {
  const lines = [Array.from({ length: width }, (_, j) => `c${j}`).join()];
  for (let i = 0; i < n; i++)
    lines.push(Array.from(data.subarray(i * width, (i + 1) * width), (x) => (Number.isNaN(x) ? "" : `${x}`)).join());
  return `${lines.join("\n")}\n`;
};

const readFilled = (path: string): Float64Array =>
  Float64Array.from(
    readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .flatMap((line) => line.split(",").map(Number)),
  );

/** Errors of filled cells: of numbers in deviations, and the share of levels that are right. */
const judge = (
  filled: ArrayLike<number>,
  truth: Rows,
  gone: Uint8Array,
  table: readonly TableColumn[],
  deviations: readonly number[],
) => {
  let [squares, numbers, right, levels] = [0, 0, 0, 0];
  for (const [k, one] of gone.entries()) {
    if (one === 0) continue;
    const j = k % table.length;
    if (table[j]!.levels) {
      levels++;
      if (filled[k] === truth.data[k]) right++;
    } else {
      numbers++;
      squares += ((filled[k]! - truth.data[k]!) / deviations[j]!) ** 2;
    }
  }
  return { error: Math.sqrt(squares / numbers), accuracy: levels > 0 ? right / levels : Number.NaN, numbers };
};

const peersOf = (
  training: Rows,
  holes: Rows,
  table: readonly TableColumn[],
  folder: string,
): Record<string, string> => {
  const task = {
    numbers: table.flatMap(({ levels }, j) => (levels ? [] : [`c${j}`])),
    train: join(folder, "train.csv"),
    holes: join(folder, "holes.csv"),
  };
  writeFileSync(task.train, csvOf(training));
  writeFileSync(task.holes, csvOf(holes));
  const script = new URL("peers/imputation.py", import.meta.url).pathname;
  try {
    return JSON.parse(
      execFileSync(values.python, [script], { input: `${JSON.stringify(task)}\n`, encoding: "utf8" })
        .trim()
        .split("\n")
        .at(-1)!,
    );
  } catch (error) {
    console.error(
      `scikit-learn is left out: ${String((error as { stderr?: string }).stderr ?? error)
        .trim()
        .split("\n")
        .at(-1)}`,
    );
    return {};
  }
};

const folder = mkdtempSync(join(tmpdir(), "scorefield-imputation-"));
console.log("| table | cells removed | method | error of numbers (deviations) | right levels | coverage of 90 % |");
console.log("| --- | --- | --- | ---: | ---: | ---: |");
try {
  for (const file of files) {
    if (!existsSync(file)) {
      console.error(`${file}: left out, as it is not there`);
      continue;
    }
    const out = join(folder, basename(file));
    const steps = values.steps === undefined ? {} : { training: { steps: Number(values.steps) } };
    const prepared = await createRun({ data: file, heldOut: 0.2, seed, ...steps }, { out });
    for await (const _ of trainRun(prepared));
    await refineRun(prepared);
    const run = await loadRun(out);
    const table = run.table!;
    const width = table.length;
    const { split } = prepared.data;
    const training = (await firstSamples(split.training)) as Rows;
    const truth = (await firstSamples(split.heldOut, most)) as Rows;
    const deviations = table.map((_, j) => {
      const own = Array.from({ length: training.shape[0]! }, (_, i) => training.data[i * width + j]!).filter(
        (x) => !Number.isNaN(x),
      );
      const mean = own.reduce((sum, x) => sum + x / own.length, 0);
      return Math.sqrt(own.reduce((sum, x) => sum + (x - mean) ** 2 / own.length, 0)) || 1;
    });
    for (const atRandom of [true, false]) {
      const gone = removed(truth, table, atRandom);
      const holes = ndarray(
        Float64Array.from(truth.data, (x, k) => (gone[k] ? Number.NaN : x)),
        truth.shape,
      );
      const how = atRandom ? "at random" : "large ones rather";
      const line = (name: string, filled: ArrayLike<number>, coverage = ""): void => {
        const { error, accuracy } = judge(filled, truth, gone, table, deviations);
        console.log(
          `| ${basename(file)} | ${how} | ${name} | ${error.toFixed(3)} | ${Number.isNaN(accuracy) ? "" : accuracy.toFixed(3)} | ${coverage} |`,
        );
      };
      const imputed = await impute(run, holes, { draws, seed });
      const cells = imputed.cells();
      const ours = Float64Array.from(truth.data);
      let [inside, judged] = [0, 0];
      for (const { row, column, mean, low, high, best } of cells) {
        const k = row * width + column;
        ours[k] = mean ?? best;
        // Cells that the file lacked have no truth.
        if (gone[k] !== 1 || mean === undefined) continue;
        judged++;
        if (low! <= truth.data[k]! && truth.data[k]! <= high!) inside++;
      }
      line(`scorefield, ${draws} draws`, ours, `${((100 * inside) / judged).toFixed(1)} %`);
      for (const [name, path] of Object.entries(peersOf(training, holes, table, folder))) line(name, readFilled(path));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
