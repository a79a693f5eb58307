/** Command lines that are no command: what is wrong with them, and what to type in their place. */
import { didYouMean, nearestWord } from "@scorefield/tensor/internal";
import { type Command, type CommanderError, InvalidArgumentError, Option } from "commander";
import { suggest } from "../recipe/suggest.ts";

const examplesOf = new WeakMap<Command, readonly string[]>();

/** What the help of commands that take recipes says of them. */
export const recipesRun =
  "A .json recipe is only read. A .ts or .js recipe is a program: its code runs with your rights.";

/**
 * Adds examples to the help of a command; the first one is what its errors propose.
 * @param examples command lines, each with two or more spaces before a remark on it
 */
export const withExamples = (command: Command, examples: readonly string[], more = ""): Command => {
  examplesOf.set(command, examples);
  const lines = examples.map((example) => `\n  ${example}`).join("");
  return command.addHelpText("after", `\nExample${examples.length > 1 ? "s" : ""}:${lines}${more && `\n\n${more}`}`);
};

/** An option that takes one of some words; a misspelt one is answered with the nearest. */
export const oneOf = (flags: string, description: string, words: readonly string[]): Option =>
  new Option(flags, description).choices(words).argParser((word) => {
    if (words.includes(word)) return word;
    throw new InvalidArgumentError(`Allowed choices are ${words.join(", ")}${didYouMean(word, words)}`);
  });

/** The command that arguments name, else the program itself. */
const commandOf = (root: Command, args: readonly string[]): Command =>
  root.commands.find((command) => command.name() === args.find((arg) => !arg.startsWith("-"))) ?? root;

/** The option nearest to a misspelt one, which may lack a dash. */
const nearestOption = (command: Command, flag: string): string | undefined =>
  nearestWord(`--${flag.replace(/^-+/, "").replace(/=.*/, "")}`, [
    ...command.options.flatMap(({ long }) => long ?? []),
    "--help",
  ]);

/** The first word in quotes of a message. */
const quoted = (message: string): string => /'([^']*)'/.exec(message)?.[1] ?? "";

/** What to say of a word that is no command. */
export const unknownCommand = (root: Command, word: string): string =>
  `unknown command ${word}; ${suggest(
    word,
    root.commands.map((command) => command.name()),
  )}`;

/** What to say of a word that a command does not know. */
export const unknownWord = (command: string, word: string, words: readonly string[]): string =>
  `${command}: expected ${words.slice(0, -1).join(", ")} or ${words.at(-1)}, found ${word}; ${suggest(word, words)}`;

/** A text of several lines as one. */
export const oneLine = (text: string): string =>
  text
    .split("\n")
    .flatMap((line) => line.trim() || [])
    .join(" ");

/**
 * What is wrong with a command line, in one line for the user.
 * @param args without the program and its file
 */
export const usageMessage = ({ code, message }: CommanderError, root: Command, args: readonly string[]): string => {
  const command = commandOf(root, args);
  const name = command === root ? "" : `${command.name()}: `;
  const text = oneLine(message).replace(/^error: /, "");
  const example = examplesOf.get(command)?.[0]?.replace(/\s{2,}.*/, "");
  const proposal = example ? `, such as: ${example}` : "";
  const help = `see scorefield ${command === root ? "" : `${command.name()} `}--help`;
  const word = quoted(message);
  const near = nearestOption(command, word);
  switch (code) {
    case "commander.missingArgument": {
      const argument = command.registeredArguments.find((argument) => argument.name() === word);
      return `${name}expected <${word}>, ${argument?.description}; type one${proposal}`;
    }
    case "commander.unknownOption":
      return `unknown option ${word}; ${near === undefined ? help : `did you mean ${near}?`}`;
    case "commander.unknownCommand":
      return unknownCommand(root, word);
    case "commander.excessArguments": {
      const wanted = command.registeredArguments.length;
      const found = command.args.slice(wanted).join(" ");
      return `${name}expected ${wanted === 0 ? "no argument, found" : `${wanted} argument, found also`} ${found}; ${help}`;
    }
    case "commander.optionMissingArgument":
      return `${word}: expected a value, found none; ${help}`;
    default:
      return text;
  }
};
