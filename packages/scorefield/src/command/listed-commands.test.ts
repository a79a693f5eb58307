import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { expect, test } from "vitest";
import { called } from "../testing/called-command.ts";
import { loadedFiles } from "../testing/loaded-files.ts";
import { listedCommands } from "./listed-commands.ts";

const bin = fileURLToPath(new URL("../../bin/scorefield.js", import.meta.url));

/** An argument as the help writes it, such as `<run>` or `[ids...]`. */
const written = (argument: Command["registeredArguments"][number]): string => {
  const inside = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${inside}>` : `[${inside}]`;
};

test.each(listedCommands.map((listed) => [listed.name, listed] as const))(
  "%s is what the list says of it",
  async (name, { takes = [], load }) => {
    const root = new Command();
    (await load())(root);
    const [command, ...more] = root.commands;
    expect(more).toEqual([]);
    expect(command!.name()).toBe(name);
    expect(command!.registeredArguments.map(written)).toEqual(takes);
  },
);

test("the help lists every command with what it is for", async () => {
  const { stdout } = await called("--help");
  const text = stdout.replace(/\s+/g, " ");
  for (const { name, takes = [], summary } of listedCommands)
    expect(text).toContain(` ${[name, ...takes].join(" ")} ${summary}`);
});

// Loading all that Scorefield has is 1,500 files, and more than a second of the processor.
test.each([
  ["--version", 60],
  ["--help", 60],
  ["worker --help", 200],
  ["jobs --help", 60],
])("%s loads at most %d files", async (line, most) => {
  const files = await loadedFiles([bin, ...line.split(" ")]);
  // The command itself is among them.
  expect(files.some((file) => file.endsWith("/dist/cli.js"))).toBe(true);
  expect(files.length).toBeLessThanOrEqual(most);
});
