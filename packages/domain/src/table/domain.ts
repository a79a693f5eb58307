/** Tables in files. */
import { setting } from "@scorefield/core";
import { observedFeatures } from "@scorefield/core/internal";
import { sizeOf } from "@scorefield/tensor";
import { defineDomain } from "../define.ts";
import type { DataFacts, FittedDefaults } from "../domain.ts";
import { rowDomain } from "../row-domain.ts";
import { fitRows, rowCodec, rowCodecs } from "./fit-rows.ts";
import { readGivenRows } from "./given-rows.ts";
import { readFileRows } from "./read-rows.ts";
import { tableRules } from "./rules/table-rules.ts";
import type { TableSettings } from "./table-settings.ts";

const settings = {
  path: setting.path({
    help: "A table: .csv, .tsv, .xlsx, .sqlite, .jsonl, .parquet, .npy, .npz or .idx; relative to the recipe",
  }),
  columns: setting.list(setting.text({ help: "A name" }), {
    help: "Columns to model, in this order",
    fewest: 1,
    otherwise: "all",
  }),
  exclude: setting.list(setting.text({ help: "A name" }), { help: "Columns to leave out", otherwise: "none" }),
  kinds: setting.list(
    setting.text({
      help: "A column and its kind: number, whole, ordered, category, yes-no, date, day-first, month-first or leave-out; of ordered also its levels, as in size=ordered:small<medium<large",
    }),
    { help: "Kinds of columns, such as age=whole", otherwise: "found out" },
  ),
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
    help: "Missing cells: learn them as they are, leave rows that lack one out, or stop",
    values: ["model", "drop", "error"],
    default: "model",
  }),
  header: setting.boolean({ help: "CSV: whether the first record holds names", otherwise: "found out" }),
  delimiter: setting.text({ help: "CSV: between cells", fewest: 1, most: 1, otherwise: "found out" }),
  encoding: setting.text({ help: "CSV: such as utf-16le or latin1", otherwise: "found out" }),
  decimal: setting.choice({ help: "The mark before decimals", values: [".", ","], otherwise: "found out" }),
  thousands: setting.text({ help: "What sets thousands apart; empty for nothing", most: 1, otherwise: "found out" }),
  missingWords: setting.list(setting.text({ help: "A word, such as unknown or -999" }), {
    help: "More words for missing cells",
    otherwise: "empty cells, NA, NaN, null, none and ?",
  }),
  sheet: setting.label({ help: "Excel: the sheet's name, or its number from 1", otherwise: "the first" }),
  table: setting.text({ help: "SQLite: the table", otherwise: "the only one" }),
  rules: setting.list(
    setting.text({
      help: "A rule, such as end >= start, a + b = total or city determines country; found: all that are found; none",
      fewest: 1,
    }),
    { help: "Rules that samples keep", otherwise: "none" },
  ),
};

const options = {
  columns: ["--columns <names>", "columns to model, between commas (default: all)"],
  exclude: ["--exclude <names>", "columns to leave out, between commas"],
  kinds: [
    "--kinds <kinds>",
    "kinds of columns, between commas, such as zip=category,age=whole,note=leave-out (default: found)",
  ],
  label: ["--label <name>", "a column, or an array of an .npz file, that labels rows and is not modelled"],
  only: [
    "--only <labels>",
    "learn only from rows, images or sounds with these labels, between commas, such as cat,dog",
  ],
  array: ["--array <name>", "the array of an .npz file (default: X)"],
  missing: [
    "--missing <what>",
    "missing cells: model learns them, drop leaves their rows out, or error (default: model)",
  ],
  missingWords: ["--missing-words <words>", "more words for missing cells, between commas, such as unknown,-999"],
  encoding: ["--encoding <name>", "of a text file, such as utf-16le or latin1 (default: found)"],
  delimiter: ["--delimiter <character>", "between the cells of a text file (default: found)"],
  decimal: ["--decimal <mark>", "the mark before decimals: . or , (default: found)"],
  thousands: ["--thousands <mark>", "what sets thousands apart (default: found)"],
  sheet: ["--sheet <name>", "the sheet of an Excel file, or its number (default: the first)"],
  table: ["--table <name>", "the table of an SQLite file (default: the only one)"],
  rules: [
    "--rule <text>",
    'a rule that samples keep, such as "end >= start" or "a + b = total"; found: all that hold in every training row; repeatable',
    "repeatable",
  ],
} as const;

const kind = "file";

/**
 * Steps at least. Of tables of 300 to 1,000 rows the held-out loss is least at 2,000 to 3,000. Cells are filled better than with
 * 1,000, and fewer rows are memorised than with 3,000.
 */
const fewestSteps = 2000;

/**
 * Steps at most. With a density ratio behind them, more than these gain little: on two cores the largest tables of the
 * tests then take two minutes.
 */
const mostSteps = 10_000;

/** What a network of a kind is to know of the columns, besides settings of all rows. */
const networkFor = (
  { network, preconditioning }: DataFacts,
  layout: NonNullable<DataFacts["layout"]>,
): Record<string, unknown> => {
  const { columns, scale } = layout;
  const observed = preconditioning === "mixed" ? { observed: observedFeatures(layout) } : {};
  if (network === "forest") return { columns, scale };
  if (network === "transformer") return { columns, scale, ...observed };
  return network === "mlp" ? observed : {};
};

/** A model of mixed columns that can be conditioned on any of them. */
const defaultsFor = (facts: DataFacts): FittedDefaults => {
  const { network, steps, ...rest } = rowDomain.defaultsFor(facts);
  const layout = facts.layout ?? { columns: new Array<number>(sizeOf(facts.shape)).fill(1), scale: 1 };
  const { columns, scale } = layout;
  return {
    ...rest,
    steps: Math.min(Math.max(steps, fewestSteps), mostSteps),
    network: { ...network, ...networkFor(facts, layout) },
    preconditioning: { kind: "mixed", columns, scale },
    objective: { kind: "mixed", columns, scale },
  };
};

/** Rows of a file, in columns of numbers, categories and dates, of which cells may be missing. */
export const table = defineDomain({
  ...rowDomain,
  kind,
  title: "a data file",
  settings,
  options,
  // Samples are moved to keep them after they are drawn.
  changeable: ["rules"],
  recognises: (source) =>
    typeof source === "string" ? { kind, path: source } : "kind" in source ? undefined : { kind, ...source },
  paths: () => ["path"],
  read: (settings, options) => readFileRows(settings as TableSettings, options),
  given: readGivenRows,
  codecs: (_, made) => rowCodecs(made),
  defaults: { ...rowDomain.defaults, preconditioning: "mixed", objective: "mixed" },
  defaultsFor,
  fit: fitRows,
  rules: tableRules,
  codec: rowCodec,
});
