/** Options of work as the command's own parser reads them: unknown ones and wrong values are refused as at a terminal. */
import { Command, CommanderError } from "commander";
import type { WorkContext } from "../command/work-context.ts";
import { JobError } from "./job-error.ts";
import { checkCarried } from "./shard-options.ts";
import type { ShardWork } from "./work.ts";

interface LoadedCommand {
  readonly add: (program: Command) => void;
  readonly run: (path: string, flags: never, context: WorkContext) => Promise<void>;
}

/** A worker loads only what its work needs. */
const commands: Readonly<Record<ShardWork["command"], () => Promise<LoadedCommand>>> = {
  sample: async () => {
    const { addSample: add, runSample: run } = await import("../command/sample.ts");
    return { add, run };
  },
  likelihood: async () => {
    const { addLikelihood: add, runLikelihood: run } = await import("../command/likelihood.ts");
    return { add, run };
  },
  anomaly: async () => {
    const { addAnomaly: add, runAnomaly: run } = await import("../command/anomaly.ts");
    return { add, run };
  },
  restore: async () => {
    const { addRestore: add, runRestore: run } = await import("../command/restore.ts");
    return { add, run };
  },
};

const argumentsOf = (name: string, value: ShardWork["options"][string]): string[] => {
  if (Array.isArray(value)) return value.flatMap((one) => argumentsOf(name, one));
  if (value === true) return [`--${name}`];
  // With an equals sign, so that a text that begins with a dash is no option.
  return value === false ? [] : [`--${name}=${value}`];
};

/**
 * The work of a part, ready to be done.
 * @param places of the run, of the files that are read, by option, and of the result
 * @throws JobError for options that the command does not take, and for those that a queue does not carry
 */
export const commandLine = async (
  { command, options, part, parts }: Pick<ShardWork, "command" | "options" | "part" | "parts">,
  places: { readonly run: string; readonly inputs: Readonly<Record<string, string>>; readonly out: string },
): Promise<(context: WorkContext) => Promise<void>> => {
  for (const [name, value] of Object.entries(options)) checkCarried(command, name, value);
  const { add, run } = await commands[command]();
  const root = new Command("scorefield").exitOverride().configureOutput({ outputError: () => {}, writeOut: () => {} });
  add(root);
  const own = root.commands.find((one) => one.name() === command)!;
  own.copyInheritedSettings(root).showHelpAfterError(false);
  const args = [
    ...Object.entries(options).flatMap(([name, value]) => argumentsOf(name, value)),
    ...Object.entries(places.inputs).flatMap(([name, file]) => argumentsOf(name, file)),
    `--out=${places.out}`,
    `--shard=${part}/${parts}`,
  ];
  let rest: readonly string[];
  try {
    // Options alone: what is done before the action at a terminal is about that machine's processors.
    const { operands, unknown } = own.parseOptions(args);
    rest = [...operands, ...unknown];
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new JobError(`${command}: ${error.message.replace(/^error: /, "")}`, { cause: error });
  }
  if (rest.length > 0)
    throw new JobError(`${command}: expected options of this command, found ${rest.join(" ").slice(0, 200)}`);
  return (context) => run(places.run, own.opts() as never, context);
};
