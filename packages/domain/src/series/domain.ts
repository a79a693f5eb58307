/** Series in time: sensors, markets, signals. Samples are windows. */
import { resolve } from "node:path";
import type { FloatType, NdArray, Shape } from "@scorefield/tensor";
import { defineDomain } from "../define.ts";
import type { Preview, ReadOptions, Shown } from "../domain.ts";
import { shortList } from "../names.ts";
import type { Composition } from "../samples.ts";
import type { DataSettings } from "../settings.ts";
import { readGivenWindows } from "./given-series.ts";
import { measureSeries } from "./measure-series.ts";
import { readSeries } from "./read-series.ts";
import { readWindows } from "./read-windows.ts";
import { fitSeries, seriesCodec } from "./series-codec.ts";
import { seriesDefaults, seriesDefaultsFor } from "./series-defaults.ts";
import { type SeriesSettings, seriesOptions, seriesSettings } from "./series-settings.ts";
import { type SeriesSamples, windowsOf } from "./windows.ts";
import { seriesContent, seriesEndings } from "./write-series.ts";

const kind = "series";

const read = async (given: DataSettings, options: ReadOptions = {}) => {
  const settings = given as SeriesSettings;
  if (settings.windows) {
    const { samples } = await readWindows(resolve(options.folder ?? ".", settings.path), settings);
    return { samples: { ...samples, logs: settings.logs, returns: settings.returns }, settings };
  }
  const data = await readSeries(settings, options);
  const { samples, length, stride } = windowsOf(data, settings);
  return { samples, settings: { ...data.settings, length, stride }, remarks: data.remarks };
};

/** Of a recipe's fields or a path with them, whether they are of series. */
const isSeries = (source: Readonly<Record<string, unknown>>): boolean =>
  !("kind" in source) && typeof source.path === "string" && ("time" in source || source.windows === true);

const describe = ({ shape: [channels, length], columns = [], classes }: Composition): string =>
  `a window of ${length} steps of ${channels === 1 ? "" : `${channels} channels: `}${shortList(columns)}${
    classes ? `, of ${classes.length} groups: ${shortList(classes)}` : ""
  }`;

/** Windows that are still told apart in one plot. */
const mostShown = 12;

const preview = (values: NdArray<FloatType>, { columns, shape }: Shown): Preview => ({
  kind: "series",
  names: columns ?? Array.from({ length: shape[0] ?? 1 }, (_, j) => `x${j + 1}`),
  values: {
    ...values,
    shape: [Math.min(values.shape[0]!, mostShown), ...values.shape.slice(1)],
    data: values.data.subarray(0, Math.min(values.shape[0]!, mostShown) * (shape[0] ?? 1) * (shape[1] ?? 1)),
  } as NdArray<FloatType>,
});

/** Windows of series in time. */
export const series = defineDomain({
  kind,
  title: "series in time",
  samples: "windows",
  settings: seriesSettings,
  options: seriesOptions,
  chosenBy: ["time", "windows"],
  recognises: (source) => (typeof source === "object" && isSeries(source) ? { kind, ...source } : undefined),
  paths: () => ["path"],
  read,
  given: readGivenWindows,
  codecs: () => [kind],
  fit: (_, training) => fitSeries(training, training as Partial<SeriesSamples>),
  codec: seriesCodec,
  defaults: seriesDefaults,
  defaultsFor: seriesDefaultsFor,
  describe,
  likelihood: "log-density",
  measure: measureSeries,
  preview,
  usualEnding: () => ".csv",
  exampleFile: "new.csv",
  writing: (_: Shape) => ({ endings: seriesEndings, content: seriesContent }),
});
