/** What a recipe says of series in time. */
import { setting } from "@scorefield/core";
import type { DataSettings } from "../settings.ts";

/** Features of the calendar that a series may have as covariates. */
const calendarFeatures = ["hour", "weekday", "year"] as const;
export type CalendarFeature = (typeof calendarFeatures)[number];

/** Settings of series. */
export interface SeriesSettings extends DataSettings {
  readonly kind: "series";
  readonly path: string;
  readonly time?: readonly string[];
  readonly columns?: readonly string[];
  readonly exclude?: readonly string[];
  readonly covariates?: readonly string[];
  readonly group?: string;
  readonly returns: boolean;
  readonly logs: boolean;
  readonly length?: number;
  readonly stride?: number;
  readonly calendar?: readonly (CalendarFeature | "none")[];
  readonly gaps?: "fill" | "rows";
  readonly until?: string;
  readonly windows: boolean;
  readonly label?: string;
  readonly only?: readonly (string | number)[];
  readonly array?: string;
  readonly missingWords?: readonly string[];
}

export const seriesSettings = {
  path: setting.path({ help: "A table with a time column, or arrays of windows; relative to the recipe" }),
  time: setting.list(setting.text({ help: "A name" }), {
    help: "The column of times, several such as year, month, day, hour, or row where rows follow each other evenly",
    fewest: 1,
    otherwise: "needed unless the file holds windows",
  }),
  columns: setting.list(setting.text({ help: "A name" }), {
    help: "Series to model, in this order",
    fewest: 1,
    otherwise: "all columns of numbers",
  }),
  exclude: setting.list(setting.text({ help: "A name" }), { help: "Columns to leave out", otherwise: "none" }),
  covariates: setting.list(setting.text({ help: "A name" }), {
    help: "Columns that are known beforehand, such as prices to come",
    otherwise: "none",
  }),
  group: setting.text({ help: "A column that tells several series from each other, such as store", otherwise: "none" }),
  returns: setting.boolean({ help: "Learn logarithms of the ratio to the row before, as of prices", default: false }),
  logs: setting.boolean({ help: "Learn logarithms of the series, of 1 more where there are zeros", default: false }),
  length: setting.whole({
    help: "Steps in a window",
    least: 2,
    most: 65_536,
    otherwise: "by the step and the number of rows",
  }),
  stride: setting.whole({ help: "Steps from one window to the next", least: 1, otherwise: "by the number of rows" }),
  calendar: setting.list(setting.choice({ values: [...calendarFeatures, "none"], help: "A feature of the calendar" }), {
    help: "Features of the calendar beside the series: hour of day, day of week, day of year",
    otherwise: "by the step; none for returns",
  }),
  gaps: setting.choice({
    values: ["fill", "rows"],
    help: "Where times lack: fill them in as missing rows, or take rows as they follow each other",
    otherwise: "fill where at most a tenth of the rows lacks",
  }),
  until: setting.text({ help: "Learn from rows up to this time, such as 2019-12-31", otherwise: "all rows" }),
  windows: setting.boolean({
    help: "The file holds windows: an array [n, length] or [n, series, length]",
    default: false,
  }),
  label: setting.text({
    help: "Windows: an array of the .npz file that labels them and is not modelled",
    otherwise: "none",
  }),
  only: setting.list(setting.label({ help: "A label" }), {
    help: "Windows: labels of those to learn from",
    fewest: 1,
    otherwise: "all",
  }),
  array: setting.text({ help: "Windows: the array of an .npz file", otherwise: "X" }),
  missingWords: setting.list(setting.text({ help: "A word, such as -999" }), {
    help: "More words for missing cells",
    otherwise: "empty cells, NA, NaN, null, none and ?",
  }),
};

export const seriesOptions = {
  time: [
    "--time <columns>",
    "series: the column of times, or several between commas such as year,month,day,hour; row where rows follow each other evenly",
  ],
  columns: ["--columns <names>", "columns to model, between commas (default: all)"],
  exclude: ["--exclude <names>", "columns to leave out, between commas"],
  covariates: ["--covariates <names>", "series: columns that are known beforehand, between commas"],
  group: ["--group <name>", "series: a column that tells several series from each other, such as store"],
  returns: ["--returns", "series: learn logarithmic returns, as of prices"],
  logs: ["--logs", "series: learn logarithms of what is never negative, such as concentrations"],
  length: ["--length <n>", "series: steps in a window (default: found)"],
  stride: ["--stride <n>", "series: steps from one window to the next (default: found)"],
  calendar: ["--calendar <features>", "series: hour, weekday, year between commas, or none (default: found)"],
  gaps: [
    "--gaps <what>",
    "series: lacking times are filled in as missing rows, or rows follow each other (default: found)",
  ],
  until: ["--until <time>", "series: learn from rows up to this time, such as 2019-12-31"],
  windows: ["--windows", "series: the file holds windows, an array [n, length] or [n, series, length]"],
  label: ["--label <name>", "a column, or an array of an .npz file, that labels rows and is not modelled"],
  only: ["--only <labels>", "learn only from rows or images with these labels, between commas, such as cat,dog"],
  array: ["--array <name>", "the array of an .npz file (default: X)"],
  missingWords: ["--missing-words <words>", "more words for missing cells, between commas, such as unknown,-999"],
} as const;
