/** The quality of a run on a table. */
import { readTable } from "@scorefield/data";
import { measureTable, type TableQuality } from "@scorefield/domain";
import { RunError } from "../errors.ts";
import type { LoadedRun } from "../run/load.ts";
import { ownRows, ownWithout } from "../run/own-data.ts";
import type { Table } from "../run/prepare.ts";
import type { Assessed, RunAssessment } from "./run-assessment.ts";

const defaultCount = 10_000;

/**
 * Draws samples of a run on a table and compares them with rows that it has not seen.
 * @throws RunError for a run on something else, or without data to compare with; DataError for data that cannot be read
 */
export const assessTableRun = async (
  run: LoadedRun,
  { file, data = file, count = defaultCount, seed, signal, draw, onProgress }: RunAssessment,
): Promise<Assessed<TableQuality>> => {
  const { path, model } = run;
  if (model.shape.length !== 1)
    throw new RunError(
      `${path}: expected a run on a table or on images, found samples of shape [${model.shape.join(", ")}]`,
    );
  const own = await ownWithout(ownRows(run, signal), path, file);
  const columns = run.columns ?? Array.from({ length: model.shape[0]! }, (_, j) => `x${j + 1}`);
  const given = file === undefined ? undefined : await readTable(file, { columns: run.columns ?? [], signal });
  const reference: Table | undefined = given?.values ?? own?.heldOut;
  if (!reference)
    throw new RunError(`${path}: expected a run with its data, found a model alone; name rows with --data`);
  // One row has no correlations.
  for (const [rows, what] of [
    [reference, given ? data : "held out"],
    [own?.training, "to learn from"],
  ] as const)
    if (rows && rows.shape[0]! < 2)
      throw new RunError(`${path}: expected at least 2 rows to compare with, found ${rows.shape[0]} (${what})`);
  const { samples } = await draw({ count, seed });
  const quality = await measureTable(
    columns,
    { samples, reference, training: own?.training },
    { seed, signal, onProgress: (news) => onProgress?.({ of: "measuring", ...news }) },
  );
  return { quality, samples, real: reference, comparedWith: data === undefined ? "held-out rows" : `rows of ${data}` };
};
