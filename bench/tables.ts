/**
 * How good samples of real tables are, by the protocol of TabSyn (Zhang et al. 2024): a tenth of the rows is held out, as many
 * rows are drawn as the model has learnt from, and a classifier is asked to tell them from these, in three folds.
 *
 *     npm run bench bench/tables.ts -- --tables magic,adult --minutes 2 --set network.width=512 --keep folder
 *
 * Prints the detection score (1 - max(0, 2 AUC - 1); 1: cannot be told apart) of our boosted trees and of XGBoost where
 * it is installed, against training and held-out rows; usefulness for the last category; alpha-precision and beta-recall; and
 * membership inference. Left out: `--minutes`, the recipe's own length; `--set`, the recipe's defaults; `--keep`, a
 * temporary folder; with `--reuse` the runs that are there are judged again. `--blank 0.05` empties this share of all cells,
 * of CSV files without quotes, before anything else. The Python is SCOREFIELD_BENCH_PYTHON, else `python3`.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import {
  alphaPrecisionMetric,
  assess,
  betaRecallMetric,
  detectionScore,
  membershipAttack,
  rowLosses,
  usefulnessMetric,
} from "@scorefield/assess";
import { uniform } from "@scorefield/core";
import type { Samples } from "@scorefield/domain";
import { sampleTable } from "@scorefield/domain/table";
import type { NdArray } from "@scorefield/tensor";
import { createRun, loadRun, refineRun, trainRun } from "scorefield";

const files: Readonly<Record<string, string>> = {
  magic: "tables/magic04.data.gz",
  adult: "tables/adult.csv.gz",
  credit: "tables/credit_default.csv.gz",
  diamonds: "tables/diamonds.csv.gz",
  taxis: "tables/taxis.csv.gz",
  german: "tables/german_credit.csv",
  penguins: "tables/penguins.csv",
  titanic: "tables/titanic.csv",
  mpg: "tables/mpg.csv",
  sachs: "sachs/observational.csv",
};

const { values: given } = parseArgs({
  allowPositionals: true,
  args: process.argv.slice(2).filter((word) => word !== "--"),
  options: {
    tables: { type: "string", default: "magic,adult" },
    data: { type: "string", default: process.env.SCOREFIELD_DATA ?? "../shared/data" },
    minutes: { type: "string" },
    steps: { type: "string" },
    seed: { type: "string", default: "0" },
    set: { type: "string", multiple: true, default: [] },
    sampler: { type: "string" },
    keep: { type: "string" },
    reuse: { type: "boolean", default: false },
    blank: { type: "string" },
  },
});

/** Settings such as network.width=512 as parts of a recipe. */
const recipeOf = (settings: readonly string[]): Record<string, unknown> => {
  const recipe: Record<string, unknown> = {};
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const path = setting.slice(0, at).split(".");
    const text = setting.slice(at + 1);
    let into = recipe;
    for (const name of path.slice(0, -1)) into = (into[name] ??= {}) as Record<string, unknown>;
    into[path.at(-1)!] = /^[-\d[{"tf]/.test(text) ? JSON.parse(text) : text;
  }
  return recipe;
};

const all = async (samples: Samples): Promise<NdArray<"float64">> =>
  (await samples.read(Array.from({ length: samples.count }, (_, i) => i))) as NdArray<"float64">;

const text = ({ data, shape: [n = 0, width = 0] }: NdArray): string => {
  const lines: string[] = [];
  for (let i = 0; i < n; i++) {
    const cells = Array.from({ length: width }, (_, j) => Number(data[i * width + j]));
    lines.push(cells.map((cell) => (Number.isNaN(cell) ? "nan" : `${cell}`)).join(","));
  }
  return `${lines.join("\n")}\n`;
};

/** A copy of a CSV file in which a share of the cells is empty, at random. */
const blanked = (path: string, share: number, folder: string): string => {
  const bytes = readFileSync(path);
  const content = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  if (content.includes('"')) throw new Error(`--blank: expected a file without quotes, found some in ${path}`);
  const [header, ...lines] = content.trim().split("\n");
  const width = header!.split(",").length;
  const { data: u } = uniform([lines.length, width], { seed: Number(given.seed), purpose: "measurement" });
  const rows = lines.map((line, i) =>
    line
      .split(",")
      .map((cell, j) => (u[i * width + j]! < share ? "" : cell))
      .join(","),
  );
  const copy = join(folder, "blanked.csv");
  writeFileSync(copy, `${[header, ...rows].join("\n")}\n`);
  return copy;
};

/** What XGBoost says of samples, training rows and held-out rows; undefined where it is not installed. */
const peer = (folder: string): Record<string, number> | undefined => {
  try {
    const python = process.env.SCOREFIELD_BENCH_PYTHON ?? "python3";
    const script = fileURLToPath(new URL("peers/detection.py", import.meta.url));
    return JSON.parse(execFileSync(python, [script, folder], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }));
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    console.error(`XGBoost is left out: ${(stderr || message).trim().split("\n").at(-1)}`);
    return undefined;
  }
};

const place = given.keep ?? mkdtempSync(join(tmpdir(), "scorefield-tables-"));
mkdirSync(place, { recursive: true });
const show = (value: number | null | undefined): string => (typeof value === "number" ? value.toFixed(4) : "-");
try {
  for (const name of given.tables.split(",")) {
    const file = join(given.data, files[name] ?? name);
    const path = given.blank === undefined ? file : blanked(file, Number(given.blank), place);
    const out = join(place, name.replace(/\W+/g, "-"));
    const { training, ...rest } = recipeOf(given.set) as { training?: { refine?: boolean } };
    const run = await createRun(
      {
        data: path,
        heldOut: 0.1,
        seed: Number(given.seed),
        ...rest,
        training: {
          ...(given.minutes !== undefined && { minutes: Number(given.minutes) }),
          ...(given.steps !== undefined && { steps: Number(given.steps) }),
          ...training,
        },
      } as never,
      { out, overwrite: true },
    );
    const { split, table } = run.data;
    const begun = performance.now();
    let last: { step: number; loss: number; heldOutLoss?: number } | undefined;
    let least = Number.POSITIVE_INFINITY;
    if (!given.reuse)
      for await (const event of trainRun(run)) {
        least = Math.min(least, event.heldOutLoss ?? Number.POSITIVE_INFINITY);
        last = { ...last, ...event };
      }
    const trained = (performance.now() - begun) / 1000;
    if (training?.refine !== false && !existsSync(join(out, "refinement.json"))) await refineRun(run);
    const seconds = (performance.now() - begun) / 1000;
    const loaded = await loadRun(out);
    const { model } = loaded;
    const [real, heldOut] = [await all(split.training), await all(split.heldOut)];
    const count = real.shape[0]!;
    const started = performance.now();
    const { rows: samples } = await sampleTable(loaded, { count, seed: 1 });
    const drawn = (performance.now() - started) / 1000;
    const columns = table!;
    writeFileSync(join(out, "real.csv"), text(real));
    writeFileSync(join(out, "held-out.csv"), text(heldOut));
    writeFileSync(join(out, "samples.csv"), text(samples));
    const found = peer(out);
    const trees = detectionScore(real, samples, { columns });
    const { measures } = await assess(
      { samples, reference: heldOut, training: real },
      { columns, metrics: [usefulnessMetric()], seed: 1 },
    );
    const near = await assess(
      { samples, reference: real },
      {
        columns,
        metrics: [alphaPrecisionMetric({ scale: "range" }), betaRecallMetric({ scale: "range" })],
        seed: 1,
        count: 20_000,
      },
    );
    const rows = Math.min(heldOut.shape[0]!, 2000);
    const losses = async (part: typeof run.data.training) =>
      rowLosses(model, await part.read(Array.from({ length: rows }, (_, i) => i)), { seed: 1 });
    const attack = membershipAttack({
      memberLosses: await losses(run.data.training),
      otherLosses: await losses(run.data.heldOut),
    });
    const useful = measures.find(({ name: of }) => of.includes("useful"));
    console.log(
      [
        `${name}: ${count} rows; ${last?.step ?? "-"} steps in ${trained.toFixed(0)} s, refined in ${(seconds - trained).toFixed(0)} s; loss ${show(last?.loss)}, held out ${show(last?.heldOutLoss)} (least ${show(least)}); drawn in ${drawn.toFixed(1)} s`,
        `  detection score: ours ${show(trees.score)}; XGBoost ${show(found?.training)} (held-out rows ${show(found?.heldOut)}, real against real ${show(found?.real)})`,
        `  usefulness: samples ${show(useful?.samples.value)}, real ${show(useful?.real?.value)}; XGBoost ${show(found?.useful)}, real ${show(found?.usefulReal)}`,
        `  ${near.measures.map(({ name: of, samples: { value } }) => `${of} ${show(value)}`).join(", ")}`,
        `  membership: ${JSON.stringify(attack)}`,
      ].join("\n"),
    );
  }
} finally {
  if (given.keep === undefined) rmSync(place, { recursive: true });
}
