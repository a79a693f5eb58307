/** Rows that the user gives to a run. */
import { ArgumentError } from "@scorefield/core";
import { DataError, readTable } from "@scorefield/data";
import type { GivenData, GivenOptions } from "../domain.ts";
import { fingerprint } from "../fingerprint.ts";
import { columnNames } from "../names.ts";
import { arraySamples, type Composition } from "../samples.ts";
import { archiveLabels, withoutColumn } from "./labels.ts";
import { isArchive, type Rows } from "./read-rows.ts";

/** Where the rows that are left stand among all, from 0. */
const positionsOf = (count: number, dropped: readonly number[]): Int32Array => {
  const left = new Set(dropped);
  return Int32Array.from({ length: count + left.size }, (_, i) => i).filter((i) => !left.has(i));
};

const about = ({ columns, shape }: Composition, values: Rows) => {
  const names = columns ?? columnNames({ shape });
  return arraySamples(values, { columns: names, sha256: fingerprint(names, values) });
};

/** In these the person cannot leave columns out, which are those that the run models. */
const withoutExclude = (error: unknown, missing: string | undefined): unknown =>
  error instanceof DataError && error.row !== undefined && /exclude: \[/.test(error.details.fix ?? "")
    ? new DataError({
        ...error.details,
        fix: `The run models this column: fill its values in with numbers${missing === "drop" ? "" : ', or leave rows that lack one out with missing: "drop"'}`,
      })
    : error;

/**
 * Reads the run's columns, and no others, from a table.
 * @throws DataError for data that cannot be read, lack a column, or have no row; ArgumentError for a label that is modelled
 */
export const readGivenRows = async (path: string, options: GivenOptions): Promise<GivenData> => {
  const { like, settings, label, missing, signal } = options;
  const columns = like.columns ?? [];
  const archive = isArchive(path);
  const array = archive && typeof settings?.array === "string" ? settings.array : undefined;
  if (label !== undefined && columns.includes(label))
    throw new DataError({ path, column: label, expected: "a label that the run does not model", found: "one it does" });
  if (label !== undefined && archive && missing === "drop")
    throw new ArgumentError(`${path}: expected missing: "error" with an array of labels, found "drop"`);
  const wanted = label === undefined || archive ? columns : [...columns, label];
  const read = await readTable(path, { columns: wanted.length > 0 ? wanted : undefined, array, missing, signal }).catch(
    (error) => {
      throw withoutExclude(error, missing);
    },
  );
  const { labels, values } =
    label === undefined || archive
      ? { labels: undefined, values: read.values as Rows }
      : withoutColumn(read.values as Rows, columns.length);
  const rows = values.shape[0]!;
  if (values.shape[1] !== like.shape[0])
    throw new DataError({ path, expected: `${like.shape[0]} columns, as the run's`, found: `${values.shape[1]}` });
  const found = label !== undefined && archive ? await archiveLabels(path, label, rows) : labels;
  return {
    samples: about(like, values),
    ...(found && { labels: found }),
    ...(read.dropped && { dropped: read.dropped.length, positions: positionsOf(rows, read.dropped) }),
  };
};
