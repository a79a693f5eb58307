/** The `scorefield` command. */
import "./runtime.ts";
import { describeSystemError } from "@scorefield/data";
import { Command, CommanderError } from "commander";
import { addAnomaly } from "./command/anomaly.ts";
import { addCalibrate } from "./command/calibrate.ts";
import { addColumns } from "./command/columns.ts";
import { addDemo } from "./command/demo.ts";
import { addDiscover } from "./command/discover.ts";
import { addDistil } from "./command/distil.ts";
import { addEvaluate } from "./command/evaluate.ts";
import { addExport } from "./command/export.ts";
import { addForecast } from "./command/forecast.ts";
import { addGather } from "./command/gather.ts";
import { addImpute } from "./command/impute.ts";
import { inOptions } from "./command/in-options.ts";
import { addInspect } from "./command/inspect.ts";
import { Interrupted, interruptedCode } from "./command/interrupt.ts";
import { addJobs } from "./command/jobs.ts";
import { addLikelihood } from "./command/likelihood.ts";
import { addMetrics } from "./command/metrics.ts";
import { addNoises } from "./command/noises.ts";
import { addOperators } from "./command/operators.ts";
import { addPosteriors } from "./command/posteriors.ts";
import { addQueued } from "./command/queued.ts";
import { addRestore } from "./command/restore.ts";
import { addSample } from "./command/sample.ts";
import { addSamplers } from "./command/samplers.ts";
import { addSchema } from "./command/schema.ts";
import { addShow } from "./command/show.ts";
import { addSummary } from "./command/summary.ts";
import { addTrain } from "./command/train.ts";
import { oneLine, unknownCommand, usageMessage, withExamples } from "./command/usage.ts";
import { addVerify } from "./command/verify.ts";
import { addWorker } from "./command/worker.ts";
import { UsageError } from "./errors.ts";
import { paint } from "./report/terminal.ts";
import { version } from "./version.ts";

// Errors that say all the user needs; anything else is a defect of ours, or of the machine.
const known = new Set([
  "ArgumentError",
  "CheckpointError",
  "DataError",
  "DataTypeError",
  "FigureError",
  "JobError",
  "RecipeError",
  "RunError",
  "RuntimeError",
  "SamplingError",
  "ShapeError",
  "TrainingError",
  "UsageError",
  "VerificationError",
]);

const addHelp = (root: Command): void => {
  const help = root
    .command("help")
    .summary("describe a command")
    .description("Describes a command, as its option --help does; alone it lists all of them.")
    .argument("[command]", "the name of a command")
    .action((name?: string) => {
      const command = name === undefined ? root : root.commands.find((command) => command.name() === name);
      if (!command) throw new UsageError(unknownCommand(root, name!));
      command.outputHelp();
    });
  withExamples(help, ["scorefield help train"]);
};

const program = (): Command => {
  const root = new Command("scorefield")
    .description("Score-based generative modelling: learn the score of your data, and draw new samples.")
    .version(version)
    .helpCommand(false)
    .configureHelp({ styleTitle: (title) => paint("bold", title), styleCommandText: (text) => paint("cyan", text) })
    .addHelpText(
      "after",
      `
Examples:
  scorefield demo                                  see all steps, from data to samples, in a minute
  scorefield train table.csv                       learn the rows of a table
  scorefield sample runs/table                     draw new rows
  scorefield evaluate runs/table                   compare them with rows held out
  scorefield show runs/table                       see what the run is, and its loss curve
  cat table.csv | scorefield train - --out runs/t  - stands for standard input and output
  scorefield sample runs/t --out - | head -3

Results go to standard output, progress and errors to standard error. The exit code is 0 for success, 1 for an error and
130 after Ctrl-C.`,
    )
    .exitOverride()
    // Errors are printed in one place, see below.
    .configureOutput({ outputError: () => {} });
  for (const add of [
    addDemo,
    addTrain,
    addColumns,
    addDiscover,
    addDistil,
    addSample,
    addExport,
    addForecast,
    addImpute,
    addRestore,
    addCalibrate,
    addShow,
    addEvaluate,
    addInspect,
    addLikelihood,
    addAnomaly,
    addGather,
    addWorker,
    addJobs,
    addSamplers,
    addMetrics,
    addOperators,
    addNoises,
    addPosteriors,
    addSchema,
    addSummary,
    addVerify,
    addHelp,
  ])
    add(root);
  addQueued(root);
  for (const command of root.commands) command.copyInheritedSettings(root).showHelpAfterError(false);
  return root;
};

const tell = (message: string): void => {
  process.stderr.write(`${paint("red", "scorefield:", process.stderr)} ${message}\n`);
};

const report = (error: unknown, root: Command, args: readonly string[]): number => {
  const json = args.includes("--json");
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    const message = usageMessage(error, root, args);
    tell(message);
    if (json) process.stdout.write(`${JSON.stringify({ error: { name: "UsageError", message } })}\n`);
    return error.exitCode;
  }
  const failure = error instanceof Error ? error : new Error(String(error));
  if (failure instanceof Interrupted) {
    tell(failure.message);
    return interruptedCode;
  }
  const message = inOptions(oneLine(failure.message), args);
  const hint = known.has(failure.name) ? "" : ` (unexpected ${failure.name}; set DEBUG=1 for its stack trace)`;
  tell(`${message}${hint}`);
  if (process.env.DEBUG) process.stderr.write(`${failure.stack}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ error: { name: failure.name, message } })}\n`);
  return 1;
};

/**
 * Runs the command.
 * @param args as in `process.argv`, without the program and its file
 * @returns the exit code: 0, 1 for an error, 130 when interrupted
 */
export const main = async (args: readonly string[]): Promise<number> => {
  // A reader that has seen enough, such as head, closes the pipe.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    // Where it goes into a file, whose disk may be full.
    const { message } = describeSystemError(error, "standard output", "to write the result") as Error;
    process.stderr.write(`scorefield: ${message}\n`);
    process.exit(1);
  });
  // Nobody reads on: messages about progress are no reason to end work.
  process.stderr.on("error", () => {});
  const root = program();
  if (args.length === 0) {
    root.outputHelp();
    return 0;
  }
  try {
    await root.parseAsync([...args], { from: "user" });
    return 0;
  } catch (error) {
    return report(error, root, args);
  }
};
