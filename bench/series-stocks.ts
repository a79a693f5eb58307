/** Google's stock, 24 days: discriminative and predictive scores of drawn windows, by the protocol of TimeGAN. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sample, unipc } from "@scorefield/core";
import { readTable, writeNpz } from "@scorefield/data";
import { ndarray } from "@scorefield/tensor";
import { findPython } from "./peer.ts";
import { dataFolder, type PartOptions, spent, trainedRun } from "./series-runs.ts";

const [length, features, rounds] = [24, 6, 5];

/** All windows of the prices and volumes, each column between 0 and 1 over the whole file, as the protocol has them: [n, 6, 24]. */
const protocolWindows = async () => {
  const { values } = await readTable(`${dataFolder}/finance/google-daily.csv`);
  const rows = values.shape[0]!;
  const scaled = new Float64Array(rows * features);
  for (let j = 0; j < features; j++) {
    const own = Array.from({ length: rows }, (_, i) => Number(values.data[i * features + j]));
    const [least, most] = [Math.min(...own), Math.max(...own)];
    for (const [i, value] of own.entries()) scaled[i * features + j] = (value - least) / (most - least);
  }
  const n = rows - length;
  return ndarray(
    Float64Array.from({ length: n * features * length }, (_, at) => {
      const [i, j, t] = [Math.floor(at / (features * length)), Math.floor(at / length) % features, at % length];
      return scaled[(i + t) * features + j]!;
    }),
    [n, features, length],
  );
};

/** Windows with time before the features, as the peer reads them. */
const timeFirst = ({ data, shape: [n = 0] }: { readonly data: ArrayLike<number>; readonly shape: readonly number[] }) =>
  ndarray(
    Float64Array.from({ length: n * features * length }, (_, at) => {
      const [i, t, j] = [Math.floor(at / (features * length)), Math.floor(at / features) % length, at % features];
      return data[(i * features + j) * length + t]!;
    }),
    [n, length, features],
  );

const text = (values: readonly number[]): string => {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  return `${mean.toFixed(3)} ± ${deviation.toFixed(3)}`;
};

/** Trains on all windows, draws as many, and has them told apart. */
export const stocksPart = async ({ runs, steps = 3500 }: PartOptions): Promise<void> => {
  const real = await protocolWindows();
  mkdirSync(runs, { recursive: true });
  const path = join(runs, "google-windows.npz");
  await writeNpz(path, { X: real });
  const run = await trainedRun(runs, "series-google", {
    data: { kind: "series", path, windows: true },
    // The protocol holds nothing out.
    heldOut: 0.02,
    network: { kind: "unet", width: 16, multipliers: [1, 2, 2], blocks: 1, observed: 2 * features * length },
    objective: { kind: "denoising", noiseDistribution: { kind: "log-normal", mean: -1.5, deviation: 1.8 } },
    training: { steps, batch: 64, learningRate: 2e-3, knownShare: 0.2 },
  });
  const begun = spent();
  const encoded = await sample(run.model, {
    count: real.shape[0]!,
    sampler: unipc({ steps: 24 }),
    seed: 1,
    batch: 256,
  });
  const drawn = run.codec.decode(encoded);
  const seconds = spent() - begun;
  const sets = join(runs, "google-sets.npz");
  await writeNpz(sets, { real: timeFirst(real), drawn: timeFirst(drawn) });
  const python = await findPython();
  if (!python) throw new Error("the scores need a Python with PyTorch: name one in SCOREFIELD_BENCH_PYTHON");
  const scores = JSON.parse(
    execFileSync(python, [fileURLToPath(new URL("peers/series_scores.py", import.meta.url)), sets, `${rounds}`], {
      encoding: "utf8",
    }),
  ) as Record<string, number[]>;
  for (const [name, values] of Object.entries(scores)) console.log(`| ${name} | ${text(values)} |`);
  console.error(`${real.shape[0]} windows drawn: ${seconds.toFixed(0)} s of processor time`);
};
