/** `scorefield inspect`: a run's score as a field, in one report. */
import { join } from "node:path";
import { atomicWrite } from "@scorefield/data";
import type { Command } from "commander";
import { RunError, UsageError } from "../errors.ts";
import { type Inspection, inspect, instrumentNames } from "../report/inspect/inspection.ts";
import type { Subject } from "../report/inspect/subject.ts";
import { facts, htmlPage, type Section } from "../report/page.ts";
import { type LoadedRun, loadRun } from "../run/load.ts";
import { applyScaling } from "../table/scaling.ts";
import { ownRows } from "./evaluate.ts";
import { readGivenRows } from "./given-rows.ts";
import { Interrupted, interruptible } from "./interrupt.ts";
import { list, whole } from "./options.ts";
import { output } from "./output.ts";
import { progress } from "./progress.ts";

interface InspectFlags {
  readonly data?: string;
  readonly report?: string;
  readonly only?: readonly string[];
  readonly seed: number;
  readonly checkpoint?: number;
  readonly json?: boolean;
}

/** The data to inspect a run with, in the model's units. @throws RunError where there are none; DataError */
const dataOf = async (
  run: LoadedRun,
  file: string | undefined,
  signal: AbortSignal,
): Promise<Pick<Subject, "heldOut" | "training">> => {
  const { record, path } = run;
  const own = await ownRows(path, record, signal).catch((error) => {
    // With rows of one's own the training data is a gain, not a need.
    if (file !== undefined && (error as Error).name === "DataError") return undefined;
    throw error;
  });
  const seed = record.training?.recipe.seed ?? 0;
  const scaled = (rows: Parameters<typeof applyScaling>[1], part: number) =>
    applyScaling(record.scaling, rows, { seed, part });
  const given = file === undefined ? undefined : (await readGivenRows(run, file, undefined, signal)).rows;
  const heldOut = given ? scaled(given, 2) : own && scaled(own.heldOut, 1);
  if (!heldOut) throw new RunError(`${path}: expected a run with its data, found a model alone; name rows with --data`);
  if (heldOut.shape[0]! < 2)
    throw new RunError(`${path}: expected at least 2 rows to inspect with, found ${heldOut.shape[0]}`);
  return { heldOut, ...(own && { training: scaled(own.training, 0) }) };
};

const kindOf = ({ kind, ...settings }: { readonly kind: string }): string => {
  const told = Object.entries(settings).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
  return `${kind}${told.length > 0 ? ` (${told.map(([name, value]) => `${name} ${value}`).join(", ")})` : ""}`;
};

/** What was inspected, and with what. */
const aboutRun = (
  run: LoadedRun,
  { heldOut, training }: Pick<Subject, "heldOut" | "training">,
  flags: InspectFlags,
): Section => {
  const { record, step, model } = run;
  const count = (n: number) => n.toLocaleString("en-US");
  return {
    title: "The run",
    parts: [
      facts([
        ["run", run.path],
        ["checkpoint", `step ${count(step)}`],
        ["samples", `${model.shape.join(" × ")}${run.columns ? `: ${run.columns.join(", ")}` : ""}`],
        ["process", kindOf(record.model.process)],
        ["network", kindOf(record.model.network)],
        ["scaling", record.scaling.kind],
        [
          "inspected with",
          `${count(heldOut.shape[0]!)} ${flags.data ? `rows of ${flags.data}` : "held-out rows"}${training ? `, and ${count(training.shape[0]!)} training rows` : ""}`,
        ],
        ["seed", `${flags.seed}`],
      ]),
    ],
  };
};

const watched = async (subject: Subject, flags: InspectFlags): Promise<Inspection> => {
  const line = progress("inspecting", 1000);
  try {
    return await inspect(subject, {
      ...(flags.only && { only: flags.only }),
      onProgress: ({ part, done }) => line.update(Math.floor(1000 * done), [part]),
    });
  } catch (error) {
    if (subject.signal?.aborted) throw new Interrupted("stopped; no report was written");
    throw error;
  } finally {
    line.end();
  }
};

const action = (path: string, flags: InspectFlags): Promise<void> =>
  interruptible(async (signal) => {
    const out = output(flags);
    const unknown = flags.only?.find((name) => !instrumentNames.includes(name));
    if (unknown !== undefined)
      throw new UsageError(`--only: expected some of ${instrumentNames.join(", ")}; found ${unknown}`);
    const run = await loadRun(path, { ...(flags.checkpoint !== undefined && { checkpoint: flags.checkpoint }) });
    const data = await dataOf(run, flags.data, signal);
    const { model, sampler, columns } = run;
    const begun = performance.now();
    const subject = { model, sampler, ...data, ...(columns && { columns }), seed: flags.seed, signal };
    const { numbers, sections } = await watched(subject, flags);
    const seconds = (performance.now() - begun) / 1000;
    const file = flags.report ?? join(path, "inspect.html");
    const page = htmlPage({
      title: `Inspection of ${path}`,
      subtitle: `Made by scorefield inspect in ${seconds.toFixed(0)} s.`,
      sections: [aboutRun(run, data, flags), ...sections],
    });
    await atomicWrite(file, page);
    out.text(`${file}: report of ${sections.map(({ title }) => title.toLowerCase()).join(", ")}`);
    out.result({ run: path, checkpoint: run.step, report: file, seed: flags.seed, seconds, ...numbers });
  }, "stopping (Ctrl-C again quits at once)");

/** Adds the command to the program. */
export const addInspect = (program: Command): void => {
  program
    .command("inspect")
    .summary("look at the score of a run as a field, in a report")
    .description(
      "Examines what a run has learnt and writes one HTML file with figures and numbers: calibration at every noise level,\nwhether the score is a gradient, the dimension of the data, modes, tails and peaks, Langevin chains; for data in the\nplane the field itself, its landscapes, streamlines, basins and curl.",
    )
    .argument("<run>", "the run's folder")
    .option("--data <file>", "inspect with the rows of this table instead of the held-out ones")
    .option("--report <file>", "where the report goes (default: inspect.html in the run's folder)")
    .option("--only <names>", `some of ${instrumentNames.join(", ")}`, list)
    .option("--seed <n>", "of all draws", whole(0), 0)
    .option("--checkpoint <step>", "the checkpoint to use (default: the last)", whole(0))
    .option("--json", "print the numbers as JSON")
    .addHelpText("after", "\nExample:\n  scorefield inspect runs/moons --report moons.html")
    .action(action);
};
