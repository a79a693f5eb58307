/** S&P 500: stylised facts of long draws and of GARCH-t beside the block bootstrap, and value at risk on later days. */
import {
  backTestRisk,
  bootstrapBand,
  fitGarch,
  riskOf,
  simulateGarch,
  stylisedFactNames,
  stylisedFacts,
} from "@scorefield/assess";
import { unipc } from "@scorefield/core";
import { forecastSeries, readGivenSeries, type SeriesSettings } from "@scorefield/domain/series";
import { knownParts, repeatRows } from "../packages/domain/src/series/known-parts.ts";
import { drawWindows } from "../packages/domain/src/series/series-model.ts";
import { cutWindows } from "../packages/domain/src/series/windows.ts";
import { dataFolder, type PartOptions, spent, trainedRun } from "./series-runs.ts";

const until = "2023-12-31";
const paths = 12;
const garchPaths = 100;
/** Days that are back-tested, and draws of each. */
const [days, draws] = [250, 40];
const level = 0.95;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

export const marketPart = async ({ runs, steps = 800 }: PartOptions): Promise<void> => {
  const path = `${dataFolder}/finance/sp500-daily.csv`;
  const run = await trainedRun(runs, "series-sp500", {
    data: { kind: "series", path, time: ["observation_date"], returns: true, length: 64, until },
    network: { kind: "unet", width: 16, multipliers: [1, 2, 2], blocks: 1, observed: 64 },
    training: { steps, batch: 32, learningRate: 2e-3 },
  });
  const all = await readGivenSeries(path, run.record.training!.recipe.data as SeriesSettings);
  const [group] = all.groups as [(typeof all.groups)[0]];
  const last = group.times.findLastIndex((time) => time <= Date.parse(until)) + 1;
  const returns = group.values.slice(0, last);
  const begun = spent();
  const sampler = unipc({ steps: 12 });
  const { draws: drawn } = await forecastSeries(run, all, {
    horizon: last,
    draws: paths,
    from: last,
    seed: 5,
    sampler,
  });
  const ours = Array.from({ length: paths }, (_, k) => stylisedFacts(drawn.data.slice(k * last, (k + 1) * last)));
  const garch = fitGarch(returns);
  const theirs = Array.from({ length: garchPaths }, (_, k) =>
    stylisedFacts(simulateGarch(garch, { length: last, seed: 3, replicate: k })),
  );
  const real = stylisedFacts(returns);
  let [inside, garchInside] = [0, 0];
  for (const name of stylisedFactNames) {
    const [low, high] = bootstrapBand(returns, (series) => stylisedFacts(series)[name], { replicates: 300, seed: 7 });
    const [own, other] = [median(ours.map((facts) => facts[name])), median(theirs.map((facts) => facts[name]))];
    const isIn = (value: number): boolean => value >= low && value <= high;
    if (isIn(own)) inside++;
    if (isIn(other)) garchInside++;
    const marked = (value: number): string => `${value.toFixed(3)}${isIn(value) ? "" : " *"}`;
    console.log(
      `| ${name} | ${real[name].toFixed(3)} | ${low.toFixed(3)} to ${high.toFixed(3)} | ${marked(own)} | ${marked(other)} |`,
    );
  }
  console.log(`inside the band: model ${inside}, GARCH-t ${garchInside} of ${stylisedFactNames.length}`);
  console.error(`${paths} paths of ${last} days: ${(spent() - begun).toFixed(0)} s of processor time`);
  // Value at risk of the next day, day by day, with what was known until then: the last day of a window is hidden.
  const count = Math.min(days, group.times.length - last);
  const length = run.made.shape[1]!;
  const windows = cutWindows(
    all,
    Array.from({ length: count }, (_, i) => ({ group: 0, row: last + i - length + 1 })),
    length,
  );
  const encoded = run.codec.encode(windows, { seed: 0, part: 2, steady: true });
  const observed = repeatRows(
    knownParts(encoded, (_, __, t) => t < length - 1),
    draws,
  );
  const next = await drawWindows(run, observed, { seed: 11, batch: 256, sampler: unipc({ steps: 10 }) });
  const came = Array.from({ length: count }, (_, i) => group.values[last + i]!);
  const [model, peer]: [number[], number[]] = [[], []];
  let variance = returns.reduce((sum, value) => sum + (value - garch.mean) ** 2, 0) / last;
  for (let t = 0; t < last + count; t++) {
    if (t >= last) {
      const i = t - last;
      const own = Array.from({ length: draws }, (_, k) => Number(next.data[(i * draws + k + 1) * length - 1]));
      model.push(riskOf(own, level).valueAtRisk);
      const one = Array.from(
        { length: 400 },
        (_, k) => simulateGarch(garch, { length: 1, seed: t, replicate: k, variance })[0]!,
      );
      peer.push(riskOf(one, level).valueAtRisk);
    }
    variance = garch.omega + garch.alpha * (group.values[t]! - garch.mean) ** 2 + garch.beta * variance;
  }
  for (const [name, risks] of [
    ["model", model],
    ["GARCH-t", peer],
  ] as const) {
    const { exceeded, count, expected, kupiec, christoffersen } = backTestRisk(came, risks, level);
    console.log(
      `| ${name} | ${exceeded} of ${count} | ${expected.toFixed(1)} | ${kupiec.p.toFixed(3)} | ${christoffersen.p.toFixed(3)} |`,
    );
  }
  console.error(`finance: ${(spent() - begun).toFixed(0)} s of processor time after training`);
};
