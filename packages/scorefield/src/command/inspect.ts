/** `scorefield inspect`: a run's score as a field, in one report. */
import { join } from "node:path";
import { type Inspection, inspect } from "@scorefield/assess";
import { instrumentNames } from "@scorefield/assess/internal";
import { didYouMean } from "@scorefield/core";
import type { Command } from "commander";
import { RunError, UsageError } from "../errors.ts";
import { grouped } from "../figure/grouped.ts";
import { duration } from "../report/duration.ts";
import { kindText } from "../report/network-summary.ts";
import { facts, htmlPage, type Section } from "../report/page.ts";
import { type LoadedRun, loadRun } from "../run/load.ts";
import { type ModelData, modelData } from "../run/model-data.ts";
import { refuseLatent } from "../run/refuse-latent.ts";
import { checkAllowed } from "./allowed.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { describeAverage, list, whole, withParametersChoice } from "./options.ts";
import { output } from "./output.ts";
import { checkOutputFile } from "./output-file.ts";
import { progress } from "./progress.ts";
import { withProvider } from "./provider-option.ts";
import { type InputFormat, inputFormatOption, missingOption, withInput } from "./standard-input.ts";
import { toStandardOutput, writeOutput } from "./standard-output.ts";
import { withExamples } from "./usage.ts";

const names: readonly string[] = instrumentNames;

interface InspectFlags {
  readonly data?: string | undefined;
  readonly dataFormat?: InputFormat;
  readonly missing?: "error" | "drop";
  readonly report?: string;
  readonly only?: readonly string[];
  readonly seed: number;
  readonly checkpoint?: number;
  readonly averageWidth?: number;
  readonly json?: boolean;
}

/** What was inspected, and with what. */
const aboutRun = (run: LoadedRun, { counts }: ModelData, flags: InspectFlags): Section => {
  const { record, step, model } = run;
  return {
    title: "The run",
    parts: [
      facts([
        ["run", run.path],
        ["checkpoint", `step ${grouped(step)}${run.average ? `, averaged over ${run.average.width} of training` : ""}`],
        ["a sample", `${model.shape.join(" × ")}${run.columns ? `: ${run.columns.join(", ")}` : ""}`],
        ["process", kindText(record.model.process)],
        ["network", kindText(record.model.network)],
        ["scaling", record.scaling.kind],
        [
          "inspected with",
          `${grouped(counts.heldOut)} ${flags.data ? `of ${flags.data}` : "held out"}${counts.training === undefined ? "" : `, and ${grouped(counts.training)} of training`}`,
        ],
        ["seed", `${flags.seed}`],
      ]),
    ],
  };
};

const watched = async (
  { model, sampler }: LoadedRun,
  { heldOut, training }: ModelData,
  { only, seed }: InspectFlags,
  signal: AbortSignal,
): Promise<Inspection> => {
  const line = progress("inspecting", 1000, { percent: true });
  try {
    return await inspect(
      model,
      { heldOut, training },
      {
        only,
        sampler,
        seed,
        signal,
        onProgress: ({ part, done }) => line.update(Math.floor(1000 * done), [part]),
      },
    );
  } catch (error) {
    if (signal.aborted) throw new Interrupted("stopped; no report was written");
    throw error;
  } finally {
    line.end();
  }
};

/** Maps of the plane are half a megabyte of numbers to be drawn, which the report does. */
const withoutMaps = ({ plane, ...rest }: Inspection) => {
  if (!plane) return rest;
  const { maps: _, ...numbers } = plane;
  return { plane: numbers, ...rest };
};

const action = (path: string, flags: InspectFlags): Promise<void> =>
  interruptible(async (signal) => {
    const taken = toStandardOutput("--report", flags.report, flags.json);
    const out = output(flags, taken);
    const unknown = flags.only?.find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new UsageError(
        `--only: expected some of ${instrumentNames.join(", ")}; found ${unknown}${didYouMean(unknown, names)}`,
      );
    if (flags.report !== undefined && !taken) checkOutputFile("--report", flags.report, [".html"]);
    const { checkpoint, averageWidth } = flags;
    const run = await loadRun(path, { checkpoint, averageWidth });
    refuseLatent(run, "inspect");
    checkAllowed(run, "inspect");
    for (const remark of describeAverage(run)) out.remark(remark);
    const { data, title } = await withInput(flags, signal, async (file, title) => ({
      data: await modelData(run, { file, missing: flags.missing, signal }),
      title,
    }));
    if (data.heldOut.shape[0]! < 2)
      throw new RunError(`${path}: expected at least 2 samples to inspect with, found ${data.heldOut.shape[0]}`);
    const begun = performance.now();
    const inspection = await watched(run, data, flags, signal);
    const seconds = (performance.now() - begun) / 1000;
    const file = flags.report ?? join(path, "inspect.html");
    const { inspectionSections } = await import("../report/inspect/sections.ts");
    const page = htmlPage({
      title: `Inspection of ${path}`,
      subtitle: `Made by scorefield inspect in ${duration(seconds)}.`,
      sections: [aboutRun(run, data, { ...flags, data: title }), ...inspectionSections(inspection, run.columns)],
    });
    await writeOutput(file, page);
    if (!taken) out.text(`Report: ${file}`);
    out.result({
      run: path,
      checkpoint: run.step,
      report: file,
      seed: flags.seed,
      seconds,
      ...withoutMaps(inspection),
    });
  }, "stopping (Ctrl-C again quits at once)");

/** Adds the command to the program. */
export const addInspect = (program: Command): void => {
  const command = program
    .command("inspect")
    .description(
      "Examines what a run has learnt and writes one HTML file with figures and numbers. It covers calibration at every noise level, whether the score is a gradient, the dimension of the data, modes, tails and peaks, and Langevin chains. For data in the plane it also shows the field, its landscapes, streamlines, basins and curl.",
    )
    .argument("<run>", "the run's folder")
    .option(
      "--data <file>",
      "inspect with this table or these images instead of what was held out; - for standard input",
    )
    .addOption(inputFormatOption())
    .addOption(missingOption())
    .option(
      "--report <file>",
      "where the report goes; - for standard output (default: inspect.html in the run's folder)",
    )
    .option("--only <names>", `some of ${instrumentNames.join(", ")} (default: all)`, list)
    .option("--seed <n>", "seed of all draws", whole(0), 0)
    .option("--json", "print the numbers as JSON (without the maps of the plane)")
    .action(action);
  withProvider(withParametersChoice(command));
  withExamples(command, [
    "scorefield inspect runs/moons --report moons.html",
    "scorefield inspect runs/moons --only calibration,modes --json",
  ]);
};
