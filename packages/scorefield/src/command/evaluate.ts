/** `scorefield evaluate`: how near samples come to rows the model has not seen. */

import { DataError, readTable } from "@scorefield/data";
import type { Command } from "commander";
import { RunError } from "../errors.ts";
import { isImages } from "../recipe/schema.ts";
import { compareTables, comparisonText } from "../report/comparison.ts";
import { loadRun } from "../run/load.ts";
import { readSplit, type Table } from "../run/prepare.ts";
import type { RunRecord } from "../run/record.ts";
import { interruptible } from "./interrupt.ts";
import { describeAverage, whole, withParametersChoice } from "./options.ts";
import { output } from "./output.ts";
import { sampleWatched } from "./sampling.ts";

interface EvaluateFlags {
  readonly data?: string;
  readonly count: number;
  readonly steps?: number;
  readonly sampler?: string;
  readonly seed: number;
  readonly checkpoint?: number;
  readonly averageWidth?: number;
  readonly json?: boolean;
}

/** The own training and held-out rows of a run on a table. @throws DataError when the data is gone or has changed */
export const ownRows = async (path: string, { training }: RunRecord, signal: AbortSignal) => {
  const data = training?.recipe.data;
  if (!data || isImages(data)) return undefined;
  const split = await readSplit({ ...training.recipe, data }, path, signal);
  if (split.sha256 !== training.sha256)
    throw new DataError({ path, expected: "the data that the run was trained on", found: "other values" });
  return split;
};

const action = (path: string, flags: EvaluateFlags): Promise<void> =>
  interruptible(async (signal) => {
    const out = output(flags);
    const run = await loadRun(path, flags);
    for (const remark of describeAverage(run)) out.remark(remark);
    if (run.model.shape.length !== 1)
      throw new RunError(`${path}: expected a run on a table, found samples of shape [${run.model.shape.join(", ")}]`);
    const own = await ownRows(path, run.record, signal);
    const columns = run.columns ?? [];
    const given = flags.data === undefined ? undefined : await readTable(flags.data, { columns, signal });
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
    const { samples, sampler, seconds } = await sampleWatched(run, flags, signal);
    const comparison = compareTables(columns, { samples, reference, training: own?.training });
    out.text(comparisonText(comparison, flags.data === undefined ? "held-out rows" : `rows of ${flags.data}`));
    const drawn = { checkpoint: run.step, average: run.average, sampler: sampler.recipe, seed: flags.seed, seconds };
    out.result({ run: path, ...drawn, ...comparison });
  }, "stopping (Ctrl-C again quits at once)");

/** Adds the command to the program. */
export const addEvaluate = (program: Command): void => {
  withParametersChoice(program.command("evaluate"))
    .summary("compare samples of a run with rows it has not seen")
    .description(
      "Draws samples from a run and compares every column and all correlations with the rows held out of training,\nbeside the same for the real training rows: the distance that chance alone makes.",
    )
    .argument("<run>", "the run's folder")
    .option("--data <file>", "compare with the rows of this table instead of the held-out ones")
    .option("-n, --count <n>", "how many samples", whole(2), 10_000)
    .option("--sampler <name>", "such as heun or euler-maruyama (default: the recipe's)")
    .option("--steps <n>", "steps of the sampler (default: the sampler's own)", whole(1))
    .option("--seed <n>", "of the draws", whole(0), 0)
    .option("--json", "print the result as JSON")
    .addHelpText("after", "\nExample:\n  scorefield evaluate runs/proteins --count 5000")
    .action(action);
};
