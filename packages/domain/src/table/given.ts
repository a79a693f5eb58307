/** Rows that a person gives to a run: what `likelihood` and `anomaly` read. */
import { DataError, readTable } from "@scorefield/data";
import { RunError } from "../errors.ts";
import type { LoadedRun } from "../run/load.ts";
import type { Table } from "../run/prepare.ts";
import { archiveLabels, withoutColumn } from "../table/labels.ts";

/** Rows in the units of the data, and a label for each where they were asked for. */
export interface GivenRows {
  /** [n, columns], the run's columns in their order. */
  readonly rows: Table;
  readonly labels?: Float64Array;
}

/** The names of a table run's columns. @throws RunError for a run on something else */
export const tableColumns = ({ path, model, columns }: LoadedRun): readonly string[] => {
  if (model.shape.length !== 1 || !columns)
    throw new RunError(`${path}: expected a run on a table, found samples of shape [${model.shape.join(", ")}]`);
  return columns;
};

/**
 * Reads the run's columns, and no others, from a table.
 * @param label a column, or an array of an NPZ archive, of labels
 * @throws DataError for data that cannot be read or lack a column; RunError for a run on something else than a table
 */
export const readGivenRows = async (
  run: LoadedRun,
  path: string,
  label: string | undefined,
  signal: AbortSignal,
): Promise<GivenRows> => {
  const columns = tableColumns(run);
  const source = run.record.training?.recipe.data;
  const archive = /\.npz$/i.test(path);
  const array = archive && source?.kind === "file" ? source.array : undefined;
  if (label !== undefined && columns.includes(label))
    throw new DataError({ path, column: label, expected: "a label that the run does not model", found: "one it does" });
  if (label !== undefined && !archive) {
    const table = await readTable(path, { columns: [...columns, label], signal });
    const { values: rows, labels } = withoutColumn(table.values, columns.length);
    return { rows, labels };
  }
  const { values } = await readTable(path, { columns, array, signal });
  if (values.shape[0] === 0) throw new DataError({ path, expected: "at least one row", found: "none" });
  if (label === undefined) return { rows: values };
  return { rows: values, labels: await archiveLabels(path, label, values.shape[0]!) };
};

/** How many rows have a value that a quantile scaling has not seen the like of, and takes for the end of its range. */
export const rowsBeyondRange = ({ record }: LoadedRun, { data, shape: [n = 0, width = 0] }: Table): number => {
  const { scaling } = record;
  if (scaling.kind !== "quantile") return 0;
  const beyond = (i: number) =>
    scaling.columns.some(({ values }, j) => {
      const value = data[i * width + j]!;
      return value < values[0]! || value > values.at(-1)!;
    });
  return Array.from({ length: n }, (_, i) => i).filter(beyond).length;
};
