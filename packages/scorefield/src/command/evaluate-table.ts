/** The evaluation of a run on a table. */
import { readTable } from "@scorefield/data";
import { RunError } from "../errors.ts";
import { comparisonText } from "../report/comparison.ts";
import { measuresText } from "../report/measure.ts";
import { evaluateTable } from "../report/table-evaluation.ts";
import { wrapped } from "../report/wrap-text.ts";
import type { LoadedRun } from "../run/load.ts";
import { ownRows, ownWithout } from "../run/own-data.ts";
import type { Table } from "../run/prepare.ts";
import { type Evaluated, type EvaluateInput, headOf, stages } from "./evaluation.ts";
import type { Output } from "./output.ts";
import { sampleWatched } from "./sampling.ts";

const defaultCount = 10_000;

/** @throws RunError for a run on something else, or without data to compare with; DataError for data that cannot be read */
export const evaluateTableRun = async (
  run: LoadedRun,
  flags: EvaluateInput,
  out: Output,
  signal: AbortSignal,
): Promise<Evaluated> => {
  const { path, model } = run;
  if (model.shape.length !== 1)
    throw new RunError(
      `${path}: expected a run on a table or on images, found samples of shape [${model.shape.join(", ")}]`,
    );
  const own = await ownWithout(ownRows(run, signal), run.path, flags.file);
  const columns = run.columns ?? Array.from({ length: model.shape[0]! }, (_, j) => `x${j + 1}`);
  const given =
    flags.file === undefined ? undefined : await readTable(flags.file, { columns: run.columns ?? [], signal });
  const reference: Table | undefined = given?.values ?? own?.heldOut;
  if (!reference)
    throw new RunError(`${path}: expected a run with its data, found a model alone; name rows with --data`);
  // One row has no correlations.
  for (const [rows, what] of [
    [reference, given ? flags.data : "held out"],
    [own?.training, "to learn from"],
  ] as const)
    if (rows && rows.shape[0]! < 2)
      throw new RunError(`${path}: expected at least 2 rows to compare with, found ${rows.shape[0]} (${what})`);
  const drawn = await sampleWatched(run, { ...flags, count: flags.count ?? defaultCount }, signal);
  const { samples, sampler, seconds } = drawn;
  const evaluation = await evaluateTable(
    columns,
    { samples, reference, training: own?.training },
    { seed: flags.seed, signal, onStage: stages(out) },
  );
  const what = flags.data === undefined ? "held-out rows" : `rows of ${flags.data}`;
  const { count, measures } = evaluation;
  const wholeRows =
    measures.length > 0
      ? [
          wrapped(`Whole rows in standard deviations, ${count} of each set; real: training rows against the same.`),
          "",
          measuresText(measures),
        ]
      : [`Whole rows are not compared: ${count} of each set are too few.`];
  const text = [comparisonText(evaluation, what), "", ...wholeRows].join("\n");
  const head = headOf(run, flags, { sampler, seconds, reference: what, count: evaluation.samples.rows });
  return {
    text,
    result: { ...head.result, ...evaluation },
    report: async () => {
      const { tableReport } = await import("../report/table-report.ts");
      return tableReport(evaluation, { samples, reference }, head);
    },
  };
};
