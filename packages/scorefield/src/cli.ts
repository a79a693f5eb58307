/** The `scorefield` command. */
import "./runtime.ts";
import { describeSystemError } from "@scorefield/data";
import { Command, CommanderError } from "commander";
import { addAnomaly } from "./command/anomaly.ts";
import { addDemo } from "./command/demo.ts";
import { addEvaluate } from "./command/evaluate.ts";
import { addInspect } from "./command/inspect.ts";
import { Interrupted, interruptedCode } from "./command/interrupt.ts";
import { addLikelihood } from "./command/likelihood.ts";
import { addSample } from "./command/sample.ts";
import { addSamplers } from "./command/samplers.ts";
import { addSummary } from "./command/summary.ts";
import { addTrain } from "./command/train.ts";
import { addVerify } from "./command/verify.ts";
import { version } from "./version.ts";

// Errors that say all a person needs; anything else is a defect of ours, or of the machine.
const known = new Set([
  "ArgumentError",
  "CheckpointError",
  "DataError",
  "DataTypeError",
  "FigureError",
  "RecipeError",
  "RunError",
  "RuntimeError",
  "SamplingError",
  "ShapeError",
  "TrainingError",
  "UsageError",
  "VerificationError",
]);

const oneLine = (text: string): string =>
  text
    .split("\n")
    .flatMap((line) => line.trim() || [])
    .join(" ");

const program = (): Command => {
  const root = new Command("scorefield")
    .description("Score-based generative modelling: learn the score of your data, and draw new samples.")
    .version(version)
    .addHelpText(
      "after",
      `
Examples:
  scorefield demo                                  see the whole way in a minute
  scorefield train table.csv                       learn the rows of a table
  scorefield sample runs/table --count 1000        draw new rows
  scorefield evaluate runs/table                   compare them with rows held out`,
    )
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`scorefield: ${oneLine(text.replace(/^error: /, ""))}\n`) });
  for (const add of [
    addDemo,
    addTrain,
    addSample,
    addEvaluate,
    addInspect,
    addLikelihood,
    addAnomaly,
    addSamplers,
    addSummary,
    addVerify,
  ])
    add(root);
  for (const command of root.commands)
    command.exitOverride().configureOutput(root.configureOutput()).showHelpAfterError(false);
  return root;
};

const report = (error: unknown, json: boolean): number => {
  if (error instanceof CommanderError) {
    const message = oneLine(error.message.replace(/^error: /, ""));
    if (json && error.exitCode !== 0)
      process.stdout.write(`${JSON.stringify({ error: { name: "UsageError", message } })}\n`);
    return error.exitCode;
  }
  const failure = error instanceof Error ? error : new Error(String(error));
  if (failure instanceof Interrupted) {
    process.stderr.write(`scorefield: ${failure.message}\n`);
    return interruptedCode;
  }
  const message = oneLine(failure.message);
  const hint = known.has(failure.name) ? "" : ` (unexpected ${failure.name}; set DEBUG=1 for its stack trace)`;
  process.stderr.write(`scorefield: ${message}${hint}\n`);
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
  // Nobody reads on: what is told on the way is no reason to end work.
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
    return report(error, args.includes("--json"));
  }
};
