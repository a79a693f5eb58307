/** How near rows drawn by a model come to rows that it has not seen. */
import { ArgumentError } from "@scorefield/core";
import type { Measured, MeasureInput } from "../measure.ts";
import { columnNames } from "../names.ts";
import { asRows, firstSamples } from "../samples.ts";
import { measureTable } from "./measure-table.ts";

/**
 * Draws rows and compares them with rows that the model has not seen.
 * @throws ArgumentError for fewer than two rows to compare with, or features, which are of images
 */
export const measureRows = async (input: MeasureInput): Promise<Measured> => {
  const { model, made, given, own, count, seed, signal, draw, onProgress, membership } = input;
  if (input.features)
    throw new ArgumentError(`${model}: expected features for a model of images alone, found them for one of rows`);
  // One row has no correlations.
  for (const [rows, what] of [
    [input.reference, given ?? "held out"],
    [own?.training, "to learn from"],
  ] as const)
    if (rows && rows.count < 2)
      throw new ArgumentError(`${model}: expected at least 2 rows to compare with, found ${rows.count} (${what})`);
  const reference = asRows(await firstSamples(input.reference));
  const training = own && asRows(await firstSamples(own.training));
  const samples = asRows((await draw({ count, seed })).samples);
  const quality = await measureTable(
    columnNames(made),
    { samples, reference, training },
    { columns: made.table, membership, seed, signal, onProgress: (news) => onProgress?.({ of: "measuring", ...news }) },
  );
  return {
    quality,
    samples,
    real: reference,
    comparedWith: given === undefined ? "held-out rows" : `rows of ${given}`,
  };
};
