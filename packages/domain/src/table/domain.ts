/** Tables of numbers in files. */
import { setting } from "@scorefield/core";
import { defineDomain } from "../define.ts";
import { rowDomain } from "../row-domain.ts";
import { fitRows } from "./fit-rows.ts";
import { readGivenRows } from "./given-rows.ts";
import { readFileRows, type TableSettings } from "./read-rows.ts";
import { scalingCodec } from "./scaling.ts";

const settings = {
  path: setting.path({
    help: "A table: .csv, .tsv, .npy, .npz, .parquet, .jsonl or .idx; relative to the recipe",
  }),
  columns: setting.list(setting.text({ help: "A name" }), {
    help: "Columns to model, in this order",
    fewest: 1,
    otherwise: "all",
  }),
  exclude: setting.list(setting.text({ help: "A name" }), { help: "Columns to leave out", otherwise: "none" }),
  label: setting.text({
    help: "A column, or an array of an .npz file, that labels rows and is not modelled",
    otherwise: "none",
  }),
  only: setting.list(setting.label({ help: "A label, or the number of one from 0 where labels are words" }), {
    help: "Labels of the rows to learn from",
    fewest: 1,
    otherwise: "all rows",
  }),
  array: setting.text({ help: "The array of an .npz file", otherwise: "X" }),
  missing: setting.choice({
    help: "What to do with rows that lack a number",
    values: ["error", "drop"],
    default: "error",
  }),
  header: setting.boolean({ help: "CSV: whether the first record holds names", otherwise: "found out" }),
  delimiter: setting.text({ help: "CSV: between cells", fewest: 1, most: 1, otherwise: "found out" }),
};

const options = {
  columns: ["--columns <names>", "columns to model, between commas (default: all)"],
  exclude: ["--exclude <names>", "columns to leave out, between commas"],
  label: ["--label <name>", "a column, or an array of an .npz file, that labels rows and is not modelled"],
  only: ["--only <labels>", "learn only from rows or images with these labels, between commas, such as cat,dog"],
  array: ["--array <name>", "the array of an .npz file (default: X)"],
  missing: ["--missing <what>", "rows that lack a number: error or drop (default: error)"],
} as const;

const kind = "file";

/** Rows of numbers from a file. */
export const table = defineDomain({
  ...rowDomain,
  kind,
  title: "a data file",
  settings,
  options,
  recognises: (source) =>
    typeof source === "string" ? { kind, path: source } : "kind" in source ? undefined : { kind, ...source },
  paths: () => ["path"],
  read: (settings, options) => readFileRows(settings as TableSettings, options),
  given: readGivenRows,
  codecs: () => ["quantile", "standard", "none"],
  fit: fitRows,
  codec: scalingCodec,
});
