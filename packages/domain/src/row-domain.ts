/** What domains whose samples are rows of numbers share: defaults, figures and files. */
import type { FloatType, NdArray, Shape } from "@scorefield/tensor";
import type { DataFacts, Domain, DomainDefaults, FittedDefaults, Preview, Shown, Writing } from "./domain.ts";
import { columnNames, shortList } from "./names.ts";
import { asRows, type Composition } from "./samples.ts";
import { measureRows } from "./table/measure-rows.ts";
import { tableContent, tableEndings } from "./table/write-table.ts";

// Few rows are memorised when they are seen too often. On the tables in docs/tables.md, with 128 features, the loss
// on held-out rows is least after 300 to 700 passes and the correlations of samples gain until about 600. Many rows need
// no more steps than these.
const passes = 600;

/** Steps in which training passes over all samples a number of times, within bounds and round. */
export const stepsOfPasses = ({ count, batch }: DataFacts, passes: number, most: number): number =>
  Math.min(most, Math.max(1000, Math.round((passes * count) / batch / 100) * 100));

const rowDefaults: DomainDefaults = {
  heldOut: 0.2,
  network: "mlp",
  sampler: { kind: "unipc", steps: 32 },
  batch: 256,
  // Enough to show a distribution.
  count: 1000,
  evaluated: 10_000,
};

/** Width of the network by the number of rows and columns, and steps by the number of rows. */
const rowDefaultsFor = (facts: DataFacts): FittedDefaults => {
  const columns = facts.shape.reduce((product, side) => product * side, 1);
  return {
    network: facts.network === "mlp" ? { width: facts.count < 10_000 || columns <= 8 ? 128 : 256 } : {},
    steps: stepsOfPasses(facts, passes, 20_000),
  };
};

const describeRow = (made: Composition): string => {
  const names = columnNames(made);
  return `a row of ${names.length} column${names.length === 1 ? "" : "s"}: ${shortList(names)}`;
};

const previewRows = (values: NdArray<FloatType>, shown: Shown): Preview => {
  const { table } = shown;
  return {
    kind: "points",
    columns: columnNames(shown),
    values: asRows(values),
    ...(table?.some(({ levels }) => levels) && { levels: table.map(({ levels }) => levels) }),
    ...(table?.some(({ missing }) => missing) && { missing: true }),
    ...(table?.some(({ kind }) => kind === "date") && { dates: table.map(({ kind }) => kind === "date") }),
  };
};

const writeRows = (_: Shape): Writing => ({ endings: tableEndings, content: tableContent });

/** What a domain of rows is, besides how they are read and encoded. */
export const rowDomain = {
  samples: "rows",
  defaults: rowDefaults,
  defaultsFor: rowDefaultsFor,
  describe: describeRow,
  likelihood: "log-density",
  measure: measureRows,
  preview: previewRows,
  usualEnding: () => ".csv",
  exampleFile: "new.csv",
  writing: writeRows,
} as const satisfies Partial<Domain>;
