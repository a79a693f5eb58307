/** Beijing PM2.5: hidden hours filled in, beside a line between neighbours and a Kalman smoother. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coverage, crps } from "@scorefield/assess";
import { uniform, unipc } from "@scorefield/core";
import { imputeSeries, readGivenSeries, type SeriesSettings } from "@scorefield/domain/series";
import { ndarray } from "@scorefield/tensor";
import { dataFolder, type PartOptions, spent, trainedRun } from "./series-runs.ts";

const draws = 32;
/** Hours of the fourth year that are filled: the first ones, so that it ends in minutes. */
const mostRows = 1500;

/** Trains on three years and fills hidden hours of the fourth. */
export const airPart = async ({ runs, steps = 4200 }: PartOptions): Promise<void> => {
  const path = `${dataFolder}/timeseries/beijing_pm25.csv.gz`;
  const run = await trainedRun(runs, "series-pm25", {
    data: {
      kind: "series",
      path,
      time: ["year", "month", "day", "hour"],
      columns: ["pm2.5"],
      covariates: ["DEWP", "TEMP", "PRES", "Iws"],
      calendar: ["hour", "year"],
      logs: true,
      length: 36,
      until: "2012-12-31 23:00",
    },
    network: { kind: "unet", width: 32, multipliers: [1, 2, 2], blocks: 1, observed: 2 * 9 * 36 },
    // Hours here and there alone are asked for, and they are near what is known.
    preconditioning: { kind: "partial", shape: [9, 36], covariates: 8, masks: ["points"], baseline: "line" },
    objective: { kind: "denoising", noiseDistribution: { kind: "log-normal", mean: -1.1, deviation: 1.4 } },
    training: { steps, learningRate: 2e-3, knownShare: 0.95 },
  });
  const settings = run.record.training!.recipe.data as SeriesSettings;
  const all = await readGivenSeries(path, settings);
  const [group] = all.groups as [(typeof all.groups)[0]];
  const width = all.names.length;
  const first = group.times.findIndex((time) => time >= Date.UTC(2013, 0, 1));
  const rows = mostRows;
  const part = {
    ...group,
    times: group.times.slice(first, first + rows),
    values: group.values.slice(first * width, (first + rows) * width),
  };
  const u = uniform([rows], { seed: 1 }).data;
  for (const share of [0.1, 0.5]) {
    const truth = Float64Array.from({ length: rows }, (_, i) => part.values[i * width]!);
    const hidden = [...truth.keys()].filter((i) => !Number.isNaN(truth[i]!) && u[i]! < share);
    const seen = truth.map((value, i) => (u[i]! < share ? Number.NaN : value));
    const values = part.values.slice();
    for (let i = 0; i < rows; i++) values[i * width] = seen[i]!;
    const begun = spent();
    const found = await imputeSeries(
      run,
      { ...all, groups: [{ ...part, values }] },
      {
        draws,
        seed: 3,
        sampler: unipc({ steps: 12 }),
      },
    );
    const seconds = spent() - begun;
    const byRow = new Map(found.groups[0]!.map(({ row, draws }) => [row, draws]));
    const drawn = ndarray(
      Float64Array.from(
        { length: draws * hidden.length },
        (_, at) => byRow.get(hidden[at % hidden.length]!)![Math.floor(at / hidden.length)]!,
      ),
      [draws, hidden.length],
    );
    const truths = ndarray(
      Float64Array.from(hidden, (i) => truth[i]!),
      [hidden.length],
    );
    const scale = truths.data.reduce((sum, value) => sum + Math.abs(value), 0) / hidden.length;
    const row = (name: string, score: number, inside?: number): void =>
      console.log(
        `| ${100 * share} % | ${name} | ${score.toFixed(2)} | ${(score / scale).toFixed(4)} | ${inside === undefined ? "" : (100 * inside).toFixed(0)} |`,
      );
    row("model", crps(drawn, truths), coverage(drawn, truths));
    row("line between neighbours", lineError(seen, truth, hidden));
    for (const [name, score, inside] of kalman(seen, truth, hidden)) row(name, score, inside);
    console.error(
      `${hidden.length} hours hidden; ${seconds.toFixed(0)} s of processor time for ${draws} draws of each`,
    );
  }
};

/** Mean absolute error of a line between known neighbours, which is its CRPS. */
const lineError = (seen: Float64Array, truth: Float64Array, hidden: readonly number[]): number => {
  const known = [...seen.keys()].filter((i) => !Number.isNaN(seen[i]!));
  let sum = 0;
  for (const i of hidden) {
    const before = known.findLast((k) => k < i) ?? known[0]!;
    const after = known.find((k) => k > i) ?? known.at(-1)!;
    const share = before === after ? 0 : (i - before) / (after - before);
    sum += Math.abs(seen[before]! + share * (seen[after]! - seen[before]!) - truth[i]!);
  }
  return sum / hidden.length;
};

const script = `
import sys, json, numpy as np, warnings
from scipy.stats import norm
import statsmodels.api as sm
warnings.filterwarnings("ignore")
d = json.load(open(sys.argv[1]))
y = np.array([np.nan if v is None else v for v in d["seen"]]); t = np.array([np.nan if v is None else v for v in d["truth"]]); h = np.array(d["hidden"])
def crps_normal(m, s, x):
    z = (x - m) / s
    return s * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
rng = np.random.default_rng(0)
out = []
for logs in (False, True):
    x = np.log1p(y) if logs else y
    model = sm.tsa.UnobservedComponents(x, level="lltrend" if False else "llevel", autoregressive=2)
    fit = model.fit(disp=0, maxiter=200)
    smooth = fit.smoother_results
    Z = model.ssm["design"][0]
    m = np.array([Z @ smooth.smoothed_state[:, i] for i in h])
    s = np.sqrt(np.array([Z @ smooth.smoothed_state_cov[:, :, i] @ Z for i in h]) + model.ssm["obs_cov"][0, 0])
    if logs:
        draws = np.maximum(np.expm1(m + s * rng.standard_normal((400, len(h)))), 0)
        a = np.abs(draws - t[h]).mean(0); b = np.abs(draws[:200, None] - draws[None, 200:]).mean((0, 1)) if len(h) < 1 else np.array([np.abs(draws[:200, k][:, None] - draws[200:, k][None]).mean() for k in range(len(h))])
        c = a - b / 2
        lo, hi = np.quantile(draws, [.05, .95], axis=0)
    else:
        c = crps_normal(m, s, t[h]); lo, hi = m - 1.645 * s, m + 1.645 * s
    out.append(["Kalman smoother" + (" of logarithms" if logs else ""), float(c.mean()), float(((t[h] >= lo) & (t[h] <= hi)).mean())])
print(json.dumps(out))
`;

/** A Kalman smoother of statsmodels: a random walk and an AR(2), its parameters fitted to what is seen; plain and of logarithms. */
const kalman = (seen: Float64Array, truth: Float64Array, hidden: readonly number[]): [string, number, number][] => {
  const folder = mkdtempSync(join(tmpdir(), "scorefield-kalman-"));
  try {
    const plain = (values: Float64Array): (number | null)[] =>
      Array.from(values, (value) => (Number.isNaN(value) ? null : value));
    writeFileSync(join(folder, "in.json"), JSON.stringify({ seen: plain(seen), truth: plain(truth), hidden }));
    writeFileSync(join(folder, "peer.py"), script);
    return JSON.parse(
      execFileSync("/usr/bin/python3", [join(folder, "peer.py"), join(folder, "in.json")], { encoding: "utf8" }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
};
