/** Tables of numbers in files. */
import { defineDomain } from "../define.ts";
import { rowDomain } from "../rows.ts";
import type { Settings } from "../settings.ts";
import { givenRows } from "./given.ts";
import { fitScaling, type ScalingKind, scalingCodec } from "./scaling.ts";
import { readFileRows, type TableSettings } from "./source.ts";

const settings: Settings = {
  path: {
    type: "path",
    required: true,
    help: "A table: .csv, .tsv, .npy, .npz, .parquet, .jsonl or .idx; relative to the recipe",
  },
  columns: {
    type: "texts",
    least: 1,
    help: "Columns to model, in this order; default all",
    option: ["--columns <names>", "columns to model, between commas (default: all)"],
  },
  exclude: {
    type: "texts",
    help: "Columns to leave out",
    option: ["--exclude <names>", "columns to leave out, between commas"],
  },
  label: {
    type: "text",
    help: "A column, or an array of an .npz file, that labels rows and is not modelled",
    option: ["--label <name>", "a column, or an array of an .npz file, that labels rows and is not modelled"],
  },
  only: {
    type: "numbers",
    least: 1,
    help: "Labels of the rows to learn from; default all rows",
    option: ["--only <labels>", "learn only from rows or images with these labels, between commas"],
  },
  array: {
    type: "text",
    help: "The array of an .npz file; default X",
    option: ["--array <name>", "the array of an .npz file (default: X)"],
  },
  missing: {
    type: "choice",
    choices: ["error", "drop"],
    default: "error",
    help: "What to do with rows that lack a number",
    option: ["--missing <what>", "rows that lack a number: error or drop (default: error)"],
  },
  header: { type: "flag", help: "CSV: whether the first record holds names; default found out" },
  delimiter: { type: "text", least: 1, most: 1, help: "CSV: default found out" },
};

const kind = "file";

/** Rows of numbers from a file. */
export const table = defineDomain({
  ...rowDomain,
  kind,
  title: "a data file",
  settings,
  recognises: (source) =>
    typeof source === "string" ? { kind, path: source } : "kind" in source ? undefined : { kind, ...source },
  paths: () => ["path"],
  read: (settings, options) => readFileRows(settings as TableSettings, options),
  given: givenRows,
  codecs: () => ["quantile", "standard", "none"],
  fit: async (codec, training) => scalingCodec(await fitScaling(codec as ScalingKind, training)),
  codec: (stored) => scalingCodec(stored),
});
