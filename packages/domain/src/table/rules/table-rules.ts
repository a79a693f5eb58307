/** The rules of a table: found in its training rows, chosen by its settings, and kept in samples. */
import { ArgumentError } from "@scorefield/core";
import { ndarray } from "@scorefield/tensor";
import { columnNames } from "../../names.ts";
import type { DomainRules, LearntRules } from "../../rules.ts";
import { asRows, type Composition, firstSamples } from "../../samples.ts";
import type { TableColumn } from "../table-column.ts";
import type { TableSettings } from "../table-settings.ts";
import { countViolations } from "./count-violations.ts";
import { findRules } from "./find-rules.ts";
import { checkKeptRules, keepRules, keptRules } from "./kept-rules.ts";
import { differentRules } from "./same-rule.ts";

/** Words in place of rules: all that are found, and none, such as for a run that kept some. */
const allFound = "found";
const none = "none";

// Every pair of columns is looked at: of more columns, rules are looked for where a person asks for them.
const mostColumns = 300;

/** The columns of rows; of rows of numbers alone, columns of numbers. */
const columnsOf = (made: Composition): readonly TableColumn[] =>
  made.table ?? columnNames(made).map((name) => ({ name, kind: "number", missing: false }));

const learn: DomainRules["learn"] = async (training, settings, { find, signal }): Promise<LearntRules> => {
  const { rules: texts = [], ...rest } = settings as TableSettings;
  if (texts.includes(none) && texts.length > 1)
    throw new ArgumentError(`rules: expected ${none} alone, or other rules, found ${texts.join(", ")}`);
  const said = texts.filter((text) => text !== allFound && text !== none);
  const all = texts.includes(allFound);
  const columns = columnsOf(training);
  if (!find && !all && said.length === 0) return { found: [], settings: rest, remarks: [] };
  const rows = asRows(await firstSamples(training));
  // What is no rule is refused before others are looked for.
  const own = keptRules(said, rows, columns);
  const looked = all || columns.length <= mostColumns;
  const found = looked ? await findRules(rows, columns, { signal }) : [];
  const remarks = looked
    ? []
    : [
        `rules are not looked for in more than ${mostColumns} columns by themselves; ask for them with rules: ["found"]`,
      ];
  const wanted = differentRules([...own.rules, ...(all ? found : [])]).map(({ text }) => text);
  const foundTexts = found.map(({ text }) => text);
  if (wanted.length === 0) return { found: foundTexts, settings: rest, remarks };
  const kept = keptRules(wanted, rows, columns);
  return {
    found: foundTexts,
    kept,
    violations: countViolations(rows, columns, kept.rules),
    settings: { ...rest, rules: wanted },
    remarks,
  };
};

const keep: DomainRules["keep"] = (samples, made, kept, { known, conditions = [], signal } = {}) => {
  const columns = columnsOf(made);
  const { shape } = samples;
  const rows = ndarray(Float64Array.from(samples.data as ArrayLike<number>, Number), [shape[0] ?? 0, columns.length]);
  const { rows: moved, before, after } = keepRules(rows, columns, kept, { known, conditions, signal });
  return { samples: ndarray(moved.data, shape), before, after };
};

/** Rules of rows. */
export const tableRules: DomainRules = {
  learn,
  check: (stored, made) => checkKeptRules(stored, columnsOf(made)),
  keep,
};
