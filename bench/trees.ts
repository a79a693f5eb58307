/**
 * Boosted trees and linear models on tables, beside XGBoost and scikit-learn on the same rows, where they are installed:
 *
 *     npm run bench bench/trees.ts [folder of data]
 *
 * XGBoost: `hist`, depth 6, 100 trees, one thread, categories as categories. Times are CPU seconds of training. The
 * Python is SCOREFIELD_BENCH_PYTHON, else `python3`; Debian has both as python3-xgboost and python3-sklearn.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { auroc, boostedTrees, detectionScore, linearModel } from "@scorefield/assess";
import { permutation } from "@scorefield/core";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { magicColumns, readPlain, type Task, tasks } from "./plain-tables.ts";

const folder = process.argv[2] ?? process.env.SCOREFIELD_DATA ?? "../shared/data";
const rates = [0.3, 0.1];
const all = tasks(folder, { splits: Number(process.env.SPLITS ?? 8), small: Number(process.env.SPLITS ?? 8) * 7 });

/** AUC, of several classes the mean of each against the others; or the root of the mean squared error. */
const figureOf = ({ objective, classes, test: { y } }: Task, found: ArrayLike<number>): number => {
  const n = y.length;
  if (objective === "squares") {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (found[i]! - y[i]!) ** 2;
    return Math.sqrt(sum / n);
  }
  const area = (of: (i: number) => number, is: (i: number) => boolean) =>
    auroc(
      ndarray(Float64Array.from({ length: n }, (_, i) => of(i))),
      ndarray(Int32Array.from({ length: n }, (_, i) => (is(i) ? 1 : 0))) as NdArray,
    );
  if (objective === "binary")
    return area(
      (i) => found[i]!,
      (i) => y[i] === 1,
    );
  let sum = 0;
  for (let k = 0; k < classes; k++)
    sum +=
      area(
        (i) => found[i * classes + k]!,
        (i) => y[i] === k,
      ) / classes;
  return sum;
};

interface Found {
  readonly figure: number;
  readonly seconds: number;
}

/** Means over the splits of a table, and the standard error of a difference of two. */
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value / values.length, 0);
const standardError = (values: readonly number[]): number => {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1) / values.length);
};

interface Detection {
  readonly name: string;
  readonly a: NdArray<"float64">;
  readonly b: NdArray<"float64">;
  readonly columns: readonly { readonly name: string; readonly levels?: readonly string[] }[];
  readonly categories: readonly number[];
}

/** What peers find, by model and setting, for each split of each table. Empty where they are not installed. */
const peers = (): Map<string, Found> => {
  const python = process.env.SCOREFIELD_BENCH_PYTHON ?? "python3";
  const place = mkdtempSync(join(tmpdir(), "scorefield-trees-"));
  try {
    const flat = all.flatMap((ways) => ways.map((task, way) => ({ task, way })));
    for (const [i, { a, b }] of found.entries()) {
      writeFileSync(join(place, `d${i}.a`), a.data);
      writeFileSync(join(place, `d${i}.b`), b.data);
    }
    const sets = found.map(({ name, categories }, i) => ({ name, file: `d${i}`, categories }));
    writeFileSync(join(place, "detections.json"), JSON.stringify(sets));
    const list = flat.map(({ task: { name, objective, classes, categories, train, test }, way }, i) => {
      writeFileSync(join(place, `${i}.x`), train.x.data);
      writeFileSync(join(place, `${i}.y`), train.y);
      writeFileSync(join(place, `${i}.t`), test.x.data);
      return { name: `${name} ${way}`, file: String(i), objective, classes, categories, rates, linear: true };
    });
    writeFileSync(join(place, "tasks.json"), JSON.stringify(list));
    const script = fileURLToPath(new URL("peers/trees.py", import.meta.url));
    const lines = execFileSync(python, [script, place], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    return new Map(
      lines
        .trim()
        .split("\n")
        .map((line) => {
          const { task, model, setting, file, seconds, figure: score } = JSON.parse(line);
          if (score !== undefined) return [`${task} ${model} ${setting}`, { figure: score, seconds }] as const;
          const bytes = readFileSync(join(place, file));
          const values = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
          const figure = figureOf(flat.find(({ task: { name }, way }) => `${name} ${way}` === task)!.task, values);
          return [`${task} ${model} ${setting}`, { figure, seconds }] as const;
        }),
    );
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    console.error(
      `Peers are left out: ${(stderr || message).trim().split("\n").at(-1)}. Install xgboost and scikit-learn, or name a Python in SCOREFIELD_BENCH_PYTHON.`,
    );
    return new Map();
  } finally {
    rmSync(place, { recursive: true });
  }
};

const ourTrees = ({ objective, classes, categories, train, test }: Task, learningRate: number): Found => {
  const begun = process.cpuUsage().user;
  const trees = boostedTrees(train.x, train.y, {
    objective,
    categories,
    rounds: 100,
    depth: 6,
    learningRate,
    ...(objective === "classes" && { classes }),
  });
  const seconds = (process.cpuUsage().user - begun) / 1e6;
  return { figure: figureOf({ objective, classes, test } as Task, trees.predict(test.x).data), seconds };
};

const ourLine = ({ objective, classes, categories, train, test }: Task): Found => {
  const begun = process.cpuUsage().user;
  const model = linearModel(train.x, train.y, { objective, categories, ...(objective === "classes" && { classes }) });
  const seconds = (process.cpuUsage().user - begun) / 1e6;
  return { figure: figureOf({ objective, classes, test } as Task, model.predict(test.x).data), seconds };
};

/** MAGIC's rows beside rows of the same columns without any relation, and its halves. */
const detections = (): Detection[] => {
  const { rows, categories, columns } = readPlain(join(folder, "tables", "magic04.data.gz"), { header: magicColumns });
  const [n = 0, d = 0] = rows.shape;
  const order = permutation(n, { seed: 3 }).data;
  const half = n >> 1;
  const part = (from: number, column: (j: number) => ArrayLike<number>) =>
    ndarray(
      Float64Array.from(
        { length: half * d },
        (_, k) => rows.data[column(k % d)[from + Math.floor(k / d)]! * d + (k % d)]!,
      ),
      [half, d],
    );
  const shuffled = Array.from({ length: d }, (_, j) => permutation(n, { seed: 4, step: j }).data);
  const first = part(0, () => order);
  const about = columns.map((name, j) => (categories[j] ? { name, levels: ["g", "h"] } : { name }));
  return [
    { name: "MAGIC, columns shuffled", a: first, b: part(0, (j) => shuffled[j]!), columns: about, categories },
    { name: "MAGIC, its halves", a: first, b: part(half, () => order), columns: about, categories },
  ];
};

const found = detections();
const theirs = peers();
const row = (cells: readonly string[]) => console.log(`| ${cells.join(" | ")} |`);
row(["table", "rows", "splits", "model", "figure", "ours", "peer", "difference", "standard error", "CPU s", "peer's"]);
row(Array(11).fill("---"));
for (const ways of all)
  for (const [model, peer, of] of [
    ...rates.map((rate) => [`trees, rate ${rate}`, `xgboost ${rate}`, (task: Task) => ourTrees(task, rate)] as const),
    ["linear", "scikit-learn linear", ourLine] as const,
  ]) {
    const { name, objective, train } = ways[0]!;
    const squares = objective === "squares";
    const ours = ways.map(of);
    const peerFound = ways.flatMap((_, way) => theirs.get(`${name} ${way} ${peer}`) ?? []);
    // In percent of the peer's error, or as it is.
    const differences = peerFound.map(({ figure }, way) =>
      squares ? (ours[way]!.figure / figure - 1) * 100 : ours[way]!.figure - figure,
    );
    const shown = (value: number) => (squares ? `${value.toFixed(2)} %` : value.toFixed(4));
    const figure = (all: readonly Found[]) => {
      const value = mean(all.map(({ figure }) => figure));
      return squares ? value.toPrecision(5) : value.toFixed(4);
    };
    const seconds = (all: readonly Found[]) => mean(all.map(({ seconds }) => seconds)).toFixed(2);
    const there = peerFound.length > 0;
    row([
      name,
      String(train.y.length),
      String(ways.length),
      model,
      squares ? "RMSE" : "AUC",
      figure(ours),
      there ? figure(peerFound) : "-",
      there ? shown(mean(differences)) : "-",
      there ? shown(standardError(differences)) : "-",
      seconds(ours),
      there ? seconds(peerFound) : "-",
    ]);
  }

console.log("");
row(["rows", "by", "detection score", "peer", "difference", "CPU s", "peer's"]);
row(Array(7).fill("---"));
for (const { name, a, b, columns } of found)
  for (const by of ["trees", "linear"] as const) {
    const begun = process.cpuUsage().user;
    const { score } = detectionScore(a, b, { columns, by });
    const seconds = (process.cpuUsage().user - begun) / 1e6;
    const peer = theirs.get(`${name} detection ${by}`);
    const cells = peer
      ? [peer.figure.toFixed(4), (score - peer.figure).toFixed(4), seconds.toFixed(2), peer.seconds.toFixed(2)]
      : ["-", "-", seconds.toFixed(2), "-"];
    row([name, by, score.toFixed(4), ...cells]);
  }
