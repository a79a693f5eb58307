/** `scorefield forecast`: what follows a series, with its uncertainty. */
import { extname, resolve } from "node:path";
import { coverage, crps, drawQuantiles } from "@scorefield/assess";
import {
  type Forecast,
  forecastSeries,
  readGivenSeries,
  type SeriesData,
  type SeriesSettings,
} from "@scorefield/domain/series";
import { type NdArray, ndarray } from "@scorefield/tensor";
import { type Command, InvalidArgumentError } from "commander";
import { RunError, UsageError } from "../errors.ts";
import type { FanPlot } from "../figure/fan-chart.ts";
import { grouped } from "../figure/grouped.ts";
import { fixedNumber } from "../report/number-text.ts";
import { type LoadedRun, loadRun } from "../run/load.ts";
import { checkTakesSeries } from "./check-takes-series.ts";
import { interruptible } from "./interrupt.ts";
import { describeAverage, list, whole, withParametersChoice } from "./options.ts";
import { output } from "./output.ts";
import { checkOutputFile } from "./output-file.ts";
import { progress } from "./progress.ts";
import { withProvider } from "./provider-option.ts";
import { chooseSampler } from "./sampling.ts";
import { numberCell, rowsContent, timeCell, usualQuantiles } from "./series-files.ts";
import { standardStream, toStandardOutput, writeOutput } from "./standard-output.ts";
import { withExamples } from "./usage.ts";

interface ForecastFlags {
  readonly data?: string;
  readonly horizon: number;
  readonly draws: number;
  readonly quantiles?: readonly number[];
  readonly paths?: boolean;
  readonly score?: boolean;
  readonly out?: string;
  readonly sampler?: string;
  readonly steps?: number;
  readonly seed: number;
  readonly batch?: number;
  readonly checkpoint?: number;
  readonly averageWidth?: number;
  readonly json?: boolean;
}

/** The file that a run was trained on. @throws RunError of a model that knows none */
const ownFile = ({ path, record }: LoadedRun): string => {
  const file = record.training?.recipe.data.path;
  if (typeof file === "string") return resolve(path, file);
  throw new RunError(`${path}: expected a run that knows its data, found a model alone; name a file with --data`);
};

/** A forecast of one group, and what came where that is known. */
interface GroupForecast {
  readonly name: string;
  readonly forecast: Forecast;
  /** [horizon][series] with `--score`. */
  readonly truth?: Float64Array | undefined;
}

/** What is shown of a forecast: levels where there are some, such as prices. */
const shownDraws = ({ draws, levels }: Forecast): NdArray<"float64"> => levels ?? draws;

/** Draws [draws, horizon, series] as [draws, horizon series]. */
const flatDraws = (draws: NdArray<"float64">): NdArray<"float64"> =>
  ndarray(draws.data, [draws.shape[0]!, draws.shape[1]! * draws.shape[2]!]);

const tableOf = (
  data: SeriesData,
  series: readonly string[],
  found: readonly GroupForecast[],
  flags: ForecastFlags,
) => {
  const { quantiles = usualQuantiles, paths = false } = flags;
  const several = data.groups.length > 1;
  const head = [...(several ? ["group"] : []), ...(paths ? ["draw"] : []), data.timeName];
  const columns = [...head, ...(paths ? series : series.flatMap((name) => quantiles.map((q) => `${name} ${q}`)))];
  const rows = found.flatMap(({ name, forecast }) => {
    const shown = shownDraws(forecast);
    const [draws = 0, horizon = 0, width = 0] = shown.shape;
    const lead = several ? [name] : [];
    if (paths)
      return Array.from({ length: draws * horizon }, (_, at) => [
        ...lead,
        Math.floor(at / horizon),
        timeCell(data, forecast.times[at % horizon]!),
        ...series.map((_, j) => numberCell(shown.data[at * width + j]!)),
      ]);
    const levels = drawQuantiles(flatDraws(shown), quantiles);
    return Array.from(forecast.times, (time, i) => [
      ...lead,
      timeCell(data, time),
      ...series.flatMap((_, j) => levels.map((values) => numberCell(values[i * width + j]!))),
    ]);
  });
  return { columns, rows };
};

/** Steps of the past that a picture shows. */
const pastShown = (horizon: number): number => Math.max(48, 2 * horizon);

const plotsOf = (
  data: SeriesData,
  series: readonly string[],
  { forecast, truth, name }: GroupForecast,
  group: number,
  from: number,
): FanPlot[] => {
  const { times, values, levels } = data.groups[group]!;
  const shown = shownDraws(forecast);
  const [, horizon = 0, width = 0] = shown.shape;
  const channels = data.names.length;
  const quantiles = drawQuantiles(flatDraws(shown), usualQuantiles);
  const first = Math.max(0, from - pastShown(horizon));
  return series.slice(0, 6).map((title, j) => {
    const valueAt = (row: number) => (levels ? levels[row * width + j]! : values[row * channels + j]!);
    return {
      title: name === "" ? title : `${name}: ${title}`,
      past: Array.from({ length: from - first }, (_, i) => ({ time: times[first + i]!, value: valueAt(first + i) })),
      fan: Array.from(forecast.times, (time, i) => ({ time, quantiles: quantiles.map((own) => own[i * width + j]!) })),
      ...(truth && { truth: Array.from(forecast.times, (time, i) => ({ time, value: valueAt(from + i) })) }),
    };
  });
};

const scoresOf = (found: readonly GroupForecast[], series: readonly string[]) =>
  series.map((name, j) => {
    const pairs = found.flatMap(({ forecast: { draws }, truth }) => {
      const [k = 0, horizon = 0, width = 0] = draws.shape;
      const own = ndarray(
        Float64Array.from({ length: k * horizon }, (_, at) => draws.data[at * width + j]!),
        [k, horizon],
      );
      return [
        {
          own,
          truths: ndarray(
            Float64Array.from({ length: horizon }, (_, i) => truth![i * width + j]!),
            [horizon],
          ),
        },
      ];
    });
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    return {
      series: name,
      crps: mean(pairs.map(({ own, truths }) => crps(own, truths))),
      coverage: mean(pairs.map(({ own, truths }) => coverage(own, truths, 0.9))),
    };
  });

const forecastRun = async (path: string, flags: ForecastFlags, signal: AbortSignal): Promise<void> => {
  const taken = toStandardOutput("--out", flags.out, flags.json);
  const out = output(flags, taken);
  const { out: file = "forecast.csv", horizon, draws, seed } = flags;
  if (file !== standardStream) checkOutputFile("--out", file, [".csv", ".tsv", ".png"]);
  const { checkpoint, averageWidth } = flags;
  const run = await loadRun(path, {
    ...(checkpoint !== undefined && { checkpoint }),
    ...(averageWidth !== undefined && { averageWidth }),
  });
  checkTakesSeries(run, "forecast");
  for (const remark of describeAverage(run)) out.remark(remark);
  const source = flags.data ?? ownFile(run);
  const data = await readGivenSeries(source, run.record.training!.recipe.data as SeriesSettings, signal);
  const series = data.names.slice(0, data.names.length - data.covariates);
  const channels = data.names.length;
  const line = progress("forecasting", data.groups.length * draws);
  const found: GroupForecast[] = [];
  const starts: number[] = [];
  const begun = performance.now();
  try {
    for (const [group, { name, values, times }] of data.groups.entries()) {
      const from = flags.score ? times.length - horizon : undefined;
      if (from !== undefined && from < 1)
        throw new UsageError(
          `--horizon ${horizon}: expected fewer steps than the ${times.length} rows of ${source} with --score`,
        );
      const forecast = await forecastSeries(run, data, {
        horizon,
        draws,
        seed,
        group,
        signal,
        sampler: chooseSampler(run, flags),
        ...(from !== undefined && { from }),
        ...(flags.batch !== undefined && { batch: flags.batch }),
        onProgress: (done, total) => line.update(group * draws + Math.floor((done / total) * draws)),
      });
      const truth =
        from === undefined
          ? undefined
          : Float64Array.from(
              { length: horizon * series.length },
              (_, at) => values[(from + Math.floor(at / series.length)) * channels + (at % series.length)]!,
            );
      found.push({ name, forecast, truth });
      starts.push(times.findIndex((time) => time >= forecast.times[0]!));
    }
  } finally {
    line.end();
  }
  const seconds = (performance.now() - begun) / 1000;
  if (extname(file).toLowerCase() === ".png") {
    const { fanChart } = await import("../figure/fan-chart.ts");
    const { rasterise } = await import("../figure/rasterise.ts");
    const plots = found.flatMap((one, group) => {
      const start = starts[group]!;
      return plotsOf(data, series, one, group, start < 0 ? data.groups[group]!.times.length : start);
    });
    await writeOutput(file, await rasterise(fanChart(plots.slice(0, 12), { isDate: data.isDate, step: data.step })));
  } else {
    const { columns, rows } = tableOf(data, series, found, flags);
    await writeOutput(file, rowsContent(columns, rows, extname(file).toLowerCase()));
  }
  const what = data.groups[0]?.levels
    ? "levels that returns lead to"
    : series.length === 1
      ? series[0]!
      : `${series.length} series`;
  out.text(
    `${taken ? "standard output" : file}: ${grouped(horizon)} steps of ${what}, ${grouped(draws)} draws in ${seconds.toFixed(1)} s`,
  );
  const scores = flags.score ? scoresOf(found, series) : undefined;
  for (const { series: name, crps: score, coverage: inside } of scores ?? [])
    out.text(
      `${name}: CRPS ${fixedNumber(score)}; the central 90 % of draws hold ${(100 * inside).toFixed(0)} % of what came`,
    );
  out.result({
    run: run.path,
    file,
    horizon,
    draws,
    seed,
    groups: data.groups.length,
    ...(scores && { scores }),
    checkpoint: run.step,
    seconds,
  });
};

const probabilities = (text: string): readonly number[] => {
  const found = list(text).map(Number);
  if (found.length === 0 || found.some((p) => !(p >= 0 && p <= 1)))
    throw new InvalidArgumentError("Expected probabilities from 0 to 1 between commas, such as 0.05,0.5,0.95.");
  return found;
};

/** Adds the command to the program. */
export const addForecast = (program: Command): void => {
  const command = program
    .command("forecast")
    .description(
      "Draws what follows a series that the run was trained on, or one like it, given its past. Covariates that the file holds for later rows are taken into account. Of returns, the levels that they lead to are written, such as prices. A longer horizon than half a window goes on from what was drawn.",
    )
    .argument("<run>", "the folder of a run on series")
    .requiredOption("--horizon <n>", "steps to forecast", whole(1))
    .option("--data <file>", "a file with the run's columns, whose last rows are the past (default: the run's own)")
    .option("--draws <n>", "how many paths to draw", whole(2), 200)
    .option(
      "--quantiles <list>",
      `quantiles of each step, between commas (default: ${usualQuantiles.join(",")})`,
      probabilities,
    )
    .option("--paths", "write the paths themselves in place of quantiles")
    .option("--score", "forecast the last steps of the file from those before, and compare")
    .option("-o, --out <file>", "a .csv or .tsv file, a .png picture, or - for standard output (default: forecast.csv)")
    .option("--sampler <sampler>", "such as heun or dpm-solver++:order=3,steps=10 (default: the recipe's)")
    .option("--steps <n>", "steps of the sampler (default: the sampler's own)", whole(1))
    .option("--seed <n>", "seed of the draws", whole(0), 0)
    .option("--batch <n>", "windows computed at once", whole(1))
    .option("--json", "print the result as JSON")
    .action((path: string, flags: ForecastFlags) =>
      interruptible((signal) => forecastRun(path, flags, signal), "stopping (Ctrl-C again quits at once)"),
    );
  withProvider(withParametersChoice(command));
  withExamples(command, [
    "scorefield forecast runs/prices --horizon 20 --out forecast.csv",
    "scorefield forecast runs/air --horizon 24 --quantiles 0.1,0.5,0.9 --out -",
    "scorefield forecast runs/air --data later.csv --horizon 24 --score --out forecast.png",
  ]);
};
