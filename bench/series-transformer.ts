/** ETTh1: the oil temperature of an electricity transformer, 24 and 96 hours ahead, beside the day before and an ARIMA. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { coverage, crps } from "@scorefield/assess";
import { unipc } from "@scorefield/core";
import { readGivenSeries, type SeriesSettings } from "@scorefield/domain/series";
import { ndarray } from "@scorefield/tensor";
import { knownParts, repeatRows } from "../packages/domain/src/series/known-parts.ts";
import { drawWindows } from "../packages/domain/src/series/series-model.ts";
import { cutWindows } from "../packages/domain/src/series/windows.ts";
import { dataFolder, type PartOptions, spent, trainedRun } from "./series-runs.ts";

/** One run forecasts both: half a window is known, half is to come. */
const [length, longest, draws] = [192, 96, 24];
const horizons = [24, 96];
/** Forecasts, and hours from one to the next. */
const [origins, apart] = [40, 48];

/** Trains until October 2017 and forecasts from November on. An earlier `until` is for choices that must not see those months. */
export const transformerPart = async ({
  runs,
  steps = 2400,
  until = "2017-10-31 23:00",
}: PartOptions & { readonly until?: string }): Promise<void> => {
  const path = `${dataFolder}/timeseries/ETTh1.csv.gz`;
  const run = await trainedRun(runs, `series-ett-${until.slice(0, 10)}`, {
    data: { kind: "series", path, time: ["date"], length, calendar: ["hour", "weekday"], until },
    // Levels drift from year to year: the network sees shapes alone.
    network: { kind: "unet", width: 16, multipliers: [1, 2, 2, 2], blocks: 1, observed: 2 * 11 * length },
    preconditioning: {
      kind: "partial",
      shape: [11, length],
      covariates: 4,
      masks: ["past"],
      baseline: "line",
      level: false,
    },
    training: { steps, batch: 32, learningRate: 2e-3, knownShare: 0.95 },
  });
  const all = await readGivenSeries(path, run.record.training!.recipe.data as SeriesSettings);
  const [group] = all.groups as [(typeof all.groups)[0]];
  const width = all.names.length;
  const own = all.names.indexOf("OT");
  const temperature = Float64Array.from({ length: group.times.length }, (_, t) => group.values[t * width + own]!);
  const first = group.times.findLastIndex((time) => time <= Date.parse(`${until.replace(" ", "T")}:00Z`)) + 1;
  const starts = Array.from({ length: origins }, (_, i) => first + i * apart);
  const begun = spent();
  const windows = cutWindows(
    all,
    starts.map((row) => ({ group: 0, row: row - (length - longest) })),
    length,
  );
  const encoded = run.codec.encode(windows, { seed: 0, part: 2, steady: true });
  // The seven series are known up to the origin, the calendar throughout.
  const observed = repeatRows(
    knownParts(encoded, (_, j, t) => j >= width - 4 || t < length - longest),
    draws,
  );
  const drawn = await drawWindows(run, observed, { seed: 5, batch: 240, sampler: unipc({ steps: 14 }) });
  const peers = arima(temperature, starts);
  for (const horizon of horizons) {
    const n = origins * horizon;
    /** Row of place i, and steps from its origin. */
    const placeOf = (i: number) => ({ start: starts[Math.floor(i / horizon)]!, step: i % horizon });
    const truths = ndarray(
      Float64Array.from({ length: n }, (_, i) => temperature[placeOf(i).start + placeOf(i).step]!),
      [n],
    );
    const each = (value: (draw: number, i: number) => number) =>
      ndarray(
        Float64Array.from({ length: draws * n }, (_, at) => value(Math.floor(at / n), at % n)),
        [draws, n],
      );
    const ours = each((k, i) => {
      const window = Math.floor(i / horizon) * draws + k;
      return Number(drawn.data[(window * width + own) * length + length - longest + (i % horizon)]);
    });
    /** The same hour of the last day that is known, and how many days before it is. */
    const dayBefore = (i: number) => {
      const { start, step } = placeOf(i);
      const days = Math.floor(step / 24) + 1;
      return { row: start + step - 24 * days, days };
    };
    // That hour with the changes over as many days of the days before.
    const naive = each((k, i) => {
      const { row, days } = dayBefore(i);
      const then = row - 24 * k;
      return temperature[row]! + temperature[then]! - temperature[then - 24 * days]!;
    });
    const lastDay = truths.data.reduce(
      (sum, value, i) => sum + Math.abs(temperature[dayBefore(i).row]! - value) / n,
      0,
    );
    const row = (name: string, score: number, inside?: number): void =>
      console.log(
        `| ${horizon} h | ${name} | ${score.toFixed(3)} | ${inside === undefined ? "" : (100 * inside).toFixed(0)} |`,
      );
    row("model", crps(ours, truths), coverage(ours, truths));
    row("the last day known", lastDay);
    row("the last day known and changes of earlier days", crps(naive, truths), coverage(naive, truths));
    const [score, inside] = peers[horizons.indexOf(horizon)]!;
    row("ARIMA(3, 0, 1)", score, inside);
  }
  console.error(`${origins} forecasts of ${draws} draws: ${(spent() - begun).toFixed(0)} s of processor time`);
};

const script = `
import sys, json, numpy as np, warnings
from scipy.stats import norm
from statsmodels.tsa.arima.model import ARIMA
warnings.filterwarnings("ignore")
d = json.load(open(sys.argv[1])); x = np.array(d["x"])
c, inside = [], []
h = max(d["horizons"])
for s in d["starts"]:
    fit = ARIMA(x[s - 500:s], order=(3, 0, 1)).fit()
    f = fit.get_forecast(h); m, sd = f.predicted_mean, f.se_mean
    y = x[s:s + h]; z = (y - m) / sd
    c.append(sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi)))
    inside.append(np.abs(z) < 1.645)
print(json.dumps([[float(np.mean(np.array(a)[:, :k])) for a in (c, inside)] for k in d["horizons"]]))
`;

/** An ARIMA of statsmodels, fitted to the 500 hours before each origin: score and coverage of each horizon. */
const arima = (x: Float64Array, starts: readonly number[]): [number, number][] => {
  const folder = mkdtempSync(join(tmpdir(), "scorefield-arima-"));
  try {
    writeFileSync(join(folder, "in.json"), JSON.stringify({ x: Array.from(x), starts, horizons }));
    writeFileSync(join(folder, "peer.py"), script);
    return JSON.parse(
      execFileSync("/usr/bin/python3", [join(folder, "peer.py"), join(folder, "in.json")], { encoding: "utf8" }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
};
