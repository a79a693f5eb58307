/** The `scorefield` command. */
import { describeSystemError } from "@scorefield/data/errors";
import { Command, CommanderError } from "commander";
import { inOptions } from "./command/in-options.ts";
import { Interrupted, interruptedCode } from "./command/interrupt.ts";
import { listedCommands } from "./command/listed-commands.ts";
import { oneLine, unknownCommand, usageMessage, withExamples } from "./command/usage.ts";
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

/** The command that arguments name first, and for help the one that is asked about. */
const calledBy = (args: readonly string[]): string | undefined => {
  const [first, second] = args.filter((arg) => !arg.startsWith("-"));
  return first === "help" ? second : first;
};

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

/** Adds all commands: the one that is called as it is, the others as the list has them. */
const addCommands = async (root: Command, called: string | undefined): Promise<void> => {
  for (const { name, takes = [], summary, light, load } of listedCommands) {
    if (name === called) {
      if (!light) await import("./runtime.ts");
      (await load())(root);
      continue;
    }
    const listed = root.command(name).summary(summary);
    for (const argument of takes) listed.argument(argument);
  }
  addHelp(root);
};

const program = async (args: readonly string[]): Promise<Command> => {
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
  await addCommands(root, calledBy(args));
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
  const root = await program(args);
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
