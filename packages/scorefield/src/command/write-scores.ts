/** Scores of rows as a file. */
import { writeCsv } from "@scorefield/data";
import { ndarray } from "@scorefield/tensor";
import { checkOutputFile } from "./output-file.ts";

/** @throws UsageError unless scores can be written under such a name */
export const checkScoreFile = (path: string): void => checkOutputFile("--out", path, [".csv", ".tsv"]);

/** Writes columns of equal length, atomically. @throws UsageError as {@link checkScoreFile}; DataError */
export const writeScores = async (path: string, scores: Readonly<Record<string, Float64Array>>): Promise<void> => {
  checkScoreFile(path);
  const columns = Object.keys(scores);
  const [first] = Object.values(scores);
  const values = ndarray(new Float64Array((first?.length ?? 0) * columns.length), [first?.length ?? 0, columns.length]);
  for (const [j, column] of Object.values(scores).entries())
    for (const [i, value] of column.entries()) values.data[i * columns.length + j] = value;
  await writeCsv(path, { columns, values });
};
