/** `scorefield impute` of a run on series: missing values of a file, filled. */
import { basename, dirname, extname, join } from "node:path";
import { drawQuantiles } from "@scorefield/assess";
import {
  filledLevels,
  imputeSeries,
  readGivenSeries,
  type SeriesData,
  type SeriesSettings,
} from "@scorefield/domain/series";
import { ndarray } from "@scorefield/tensor";
import { UsageError } from "../errors.ts";
import type { FanPlot } from "../figure/fan-chart.ts";
import { grouped } from "../figure/grouped.ts";
import type { LoadedRun } from "../run/load.ts";
import type { Output } from "./output.ts";
import { checkOutputFile } from "./output-file.ts";
import { progress } from "./progress.ts";
import { chooseSampler } from "./sampling.ts";
import { numberCell, rowsContent, timeCell, usualQuantiles } from "./series-files.ts";
import { standardStream, writeOutput } from "./standard-output.ts";

/** What the options say. */
export interface SeriesImputeFlags {
  readonly data: string;
  readonly draws?: number;
  readonly best?: boolean;
  readonly out?: string;
  readonly uncertainty?: string;
  readonly sampler?: string;
  readonly steps?: number;
  readonly seed: number;
  readonly batch?: number;
}

/** Draws of each value where their number is not given. */
const usualDraws = 50;

/** Rows that a picture shows at most. */
const mostShown = 400;

/** Fills the missing values of series. @throws DataError for a file that lacks columns of the run */
export const imputeSeriesFile = async (
  run: LoadedRun,
  flags: SeriesImputeFlags,
  {
    out,
    taken,
    signal,
    title,
  }: { readonly out: Output; readonly taken: boolean; readonly signal: AbortSignal; readonly title: string },
): Promise<void> => {
  const { seed, uncertainty } = flags;
  const draws = flags.draws ?? usualDraws;
  const each = flags.draws !== undefined && !flags.best;
  const base = basename(title).replace(/\.gz$/i, "");
  if (flags.out === undefined && title === "-")
    throw new UsageError("--out: expected a file to write the filled series to, or - for standard output, found none");
  const file = flags.out ?? join(dirname(title), `${base.slice(0, base.length - extname(base).length)}-filled.csv`);
  if (file !== standardStream) checkOutputFile("--out", file, [".csv", ".tsv", ".png"]);
  if (uncertainty !== undefined) checkOutputFile("--uncertainty", uncertainty, [".csv", ".tsv"]);
  const read = await readGivenSeries(flags.data, run.record.training!.recipe.data as SeriesSettings, signal);
  const series = read.names.slice(0, read.names.length - read.covariates);
  // Covariates are written as the file has them; the calendar follows from the times.
  const kept = read.names.slice(0, series.length + (read.settings.covariates?.length ?? 0));
  const line = progress("filling", 100);
  const begun = performance.now();
  let drawn: Awaited<ReturnType<typeof imputeSeries>>;
  try {
    drawn = await imputeSeries(run, read, {
      draws,
      seed,
      signal,
      sampler: chooseSampler(run, flags),
      ...(flags.batch !== undefined && { batch: flags.batch }),
      onProgress: (done, total) => line.update(Math.floor((100 * done) / total)),
    });
  } finally {
    line.end();
  }
  const seconds = (performance.now() - begun) / 1000;
  // Of returns, prices are written.
  const { data, found } = filledLevels(read, drawn);
  const several = data.groups.length > 1;
  const filled = found.groups.map((group) =>
    group.map(({ row, series, draws: own }) => ({
      row,
      series,
      own,
      quantiles: drawQuantiles(ndarray(own, [own.length, 1]), usualQuantiles).map(([value]) => value!),
    })),
  );
  if (extname(file).toLowerCase() === ".png") await writeOutput(file, await picture(data, series, filled));
  else {
    const columns = [...(each ? ["draw"] : []), ...(several ? ["group"] : []), data.timeName, ...kept];
    const width = data.names.length;
    const rows = (each ? Array.from({ length: draws }, (_, k) => k) : [-1]).flatMap((draw) =>
      data.groups.flatMap(({ name, times, values }, g) => {
        const own = new Map(
          filled[g]!.map(({ row, series, own, quantiles }) => [
            row * width + series,
            draw < 0 ? quantiles[2]! : own[draw]!,
          ]),
        );
        return Array.from(times, (time, row) => [
          ...(each ? [draw] : []),
          ...(several ? [name] : []),
          timeCell(data, time),
          ...kept.map((_, j) => numberCell(own.get(row * width + j) ?? values[row * width + j]!)),
        ]);
      }),
    );
    await writeOutput(file, rowsContent(columns, rows, extname(file).toLowerCase()));
  }
  if (uncertainty !== undefined) {
    const rows = filled.flatMap((group, g) =>
      group.map(({ row, series: j, quantiles }) => [
        ...(several ? [data.groups[g]!.name] : []),
        timeCell(data, data.groups[g]!.times[row]!),
        series[j]!,
        ...quantiles.map(numberCell),
      ]),
    );
    const columns = [...(several ? ["group"] : []), data.timeName, "series", ...usualQuantiles.map((q) => `${q}`)];
    await writeOutput(uncertainty, rowsContent(columns, rows, extname(uncertainty).toLowerCase()));
  }
  const how = each ? (draws === 1 ? "one draw" : `${draws} draws`) : `medians of ${draws} draws`;
  out.text(
    found.filled === 0
      ? `${taken ? "standard output" : file}: no value is missing`
      : `${taken ? "standard output" : file}: ${grouped(found.filled)} values filled by ${how} in ${seconds.toFixed(1)} s`,
  );
  if (uncertainty !== undefined) out.text(`${uncertainty}: quantiles of each of these values`);
  out.result({ file, filled: found.filled, draws, best: !each, uncertainty, seed, seconds, checkpoint: run.step });
};

/** The first rows around what was filled. */
const picture = async (
  data: SeriesData,
  series: readonly string[],
  filled: readonly (readonly {
    readonly row: number;
    readonly series: number;
    readonly quantiles: readonly number[];
  }[])[],
): Promise<Uint8Array> => {
  const { fanChart } = await import("../figure/fan-chart.ts");
  const { rasterise } = await import("../figure/rasterise.ts");
  const [{ times, values }, own] = [data.groups[0]!, filled[0]!];
  const first = Math.max(0, (own[0]?.row ?? 0) - mostShown / 8);
  const last = Math.min(times.length, first + mostShown);
  const plots = series.slice(0, 6).map(
    (title, j): FanPlot => ({
      title,
      past: Array.from({ length: last - first }, (_, i) => ({
        time: times[first + i]!,
        value: values[(first + i) * data.names.length + j]!,
      })),
      fan: own
        .filter(({ row, series }) => series === j && row >= first && row < last)
        .map(({ row, quantiles }) => ({ time: times[row]!, quantiles })),
    }),
  );
  return rasterise(fanChart(plots, { isDate: data.isDate, step: data.step }));
};
