/** `scorefield samplers`: every sampler there is. */
import { type Declaration, samplerCatalogue, samplerFromRecipe } from "@scorefield/core";
import type { Command } from "commander";
import { paint, terminalWidth } from "../report/terminal.ts";
import { wrapped, wrapText } from "../report/wrap-text.ts";
import { output } from "./output.ts";
import { settingText } from "./sampler-option.ts";
import { withExamples } from "./usage.ts";

const settingsOf = (kind: string): Record<string, unknown> => {
  const { kind: _, ...settings } = samplerFromRecipe({ kind }).recipe;
  return settings;
};

const leastRoom = 40;

/** A line about a sampler, its source and its settings: beside its name, or below it where that leaves little room. */
const describe = ({ kind, summary, source }: Declaration, nameWidth: number, width: number): string => {
  const settings = Object.entries(settingsOf(kind)).map(
    ([name, value]) => `${name}=${value === undefined || value === null ? "(none)" : settingText(value)}`,
  );
  const below = width - nameWidth - 4 < leastRoom;
  const indent = " ".repeat(below ? 4 : nameWidth + 4);
  const wrap = (text: string) => wrapText(text, Math.max(16, width - indent.length));
  const lines = [
    ...wrap(summary),
    ...wrap(source).map((line) => paint("dim", line)),
    ...(settings.length > 0 ? wrap(settings.join(" ")) : []),
  ].join(`\n${indent}`);
  return below ? `  ${paint("cyan", kind)}\n${indent}${lines}` : `  ${paint("cyan", kind.padEnd(nameWidth))}  ${lines}`;
};

const notes = [
  "Under each sampler: its source, and its settings with their defaults, for --sampler name:setting=value,...",
  "Intervals of restart are low:high:steps:repeats, with slashes between several.",
];

const action = (flags: { readonly json?: boolean }): void => {
  const out = output(flags);
  const width = terminalWidth() ?? Number.POSITIVE_INFINITY;
  const nameWidth = Math.max(...samplerCatalogue.map(({ kind }) => kind.length));
  const families = [...new Set(samplerCatalogue.map(({ family }) => family))].map((family) => {
    const entries = samplerCatalogue.filter((entry) => entry.family === family);
    return [paint("bold", family ?? ""), ...entries.map((entry) => describe(entry, nameWidth, width))].join("\n");
  });
  out.text([...families, notes.map((note) => wrapped(note)).join("\n")].join("\n\n"));
  out.result({ samplers: samplerCatalogue.map((entry) => ({ ...entry, settings: settingsOf(entry.kind) })) });
};

/** Adds the command to the program. */
export const addSamplers = (program: Command): void => {
  const command = program
    .command("samplers")
    .summary("list every sampler, with its source and settings")
    .description("Lists every sampler that --sampler takes: a line about it, its source, and its settings.")
    .option("--json", "print the result as JSON")
    .action(action);
  withExamples(command, ["scorefield samplers          for people", "scorefield samplers --json   for programs"]);
};
