/** `scorefield show`: what a run is, how far it is, and its loss curve. */
import type { Command } from "commander";
import { plannedSteps, type RunFacts, readRunFacts, shareOfTime } from "../report/run-facts.ts";
import { runText } from "../report/run-text.ts";
import { output } from "./output.ts";
import { checkOutputFile } from "./output-file.ts";
import { toStandardOutput, writeOutput } from "./standard-output.ts";
import { withExamples } from "./usage.ts";

interface ShowFlags {
  readonly report?: string;
  readonly json?: boolean;
}

/** Plain JSON. */
const resultOf = (facts: RunFacts): Readonly<Record<string, unknown>> => {
  const { path, record, parameters, step, losses, checkpoints, locked, files, metrics } = facts;
  const { created, versions, model, flowMap, sampler, columns, classes, scaling, training } = record;
  return {
    run: path,
    created,
    versions,
    model: { ...model, parameters },
    ...(flowMap && { flowMap }),
    sampler,
    columns,
    classes,
    scaling: scaling.kind,
    ...(training && {
      training: {
        recipe: training.recipe,
        rows: training.rows,
        planned: plannedSteps(facts),
        share: shareOfTime(facts),
      },
    }),
    step,
    ...losses,
    checkpoints,
    // JSON has no undefined.
    locked: locked ?? null,
    files,
    metrics,
  };
};

const action = async (path: string, flags: ShowFlags): Promise<void> => {
  const taken = toStandardOutput("--report", flags.report, flags.json);
  const out = output(flags, taken);
  if (flags.report !== undefined && !taken) checkOutputFile("--report", flags.report, [".html"]);
  const facts = await readRunFacts(path);
  if (flags.report !== undefined) {
    const { lossReport } = await import("../report/loss-report.ts");
    await writeOutput(flags.report, lossReport(facts));
  }
  if (!taken) out.text(runText(facts));
  if (flags.report !== undefined && !taken) out.text(`\nReport: ${flags.report}`);
  out.result({ ...resultOf(facts), ...(flags.report !== undefined && { report: flags.report }) });
};

/** Adds the command to the program. */
export const addShow = (program: Command): void => {
  const command = program
    .command("show")
    .description(
      "Shows what a run is: its data, network and settings, the progress of its training, its losses with their curve, its files, and the next commands. It reads only the run, not its data, and may be used while the run is trained.",
    )
    .argument("<run>", "the run's folder")
    .option("--report <file>", "write the loss curve as one .html file; - for standard output")
    .option("--json", "print everything as JSON, the losses of all steps included")
    .action(action);
  withExamples(command, [
    "scorefield show runs/proteins",
    "scorefield show runs/proteins --report loss.html",
    "scorefield show runs/proteins --json | jq .heldOut",
  ]);
};
