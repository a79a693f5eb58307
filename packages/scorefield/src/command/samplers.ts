/** `scorefield samplers`: every sampler there is. */
import { type SamplerEntry, samplerCatalogue, samplerFromRecipe } from "@scorefield/core";
import type { Command } from "commander";
import { paint, terminalWidth } from "../report/terminal.ts";
import { wrapText } from "../report/wrap-text.ts";
import { output } from "./output.ts";
import { settingText } from "./sampler-option.ts";
import { withExamples } from "./usage.ts";

const settingsOf = (kind: string): Record<string, unknown> => {
  const { kind: _, ...settings } = samplerFromRecipe({ kind }).recipe;
  return settings;
};

/** A line about a sampler, its source and its settings, beside its name and within a width. */
const describe = ({ kind, summary, source }: SamplerEntry, nameWidth: number, width: number): string => {
  const settings = Object.entries(settingsOf(kind)).map(([name, value]) => `${name}=${settingText(value)}`);
  const indent = " ".repeat(nameWidth + 4);
  const inside = Math.max(20, width - indent.length);
  const wrapped = (text: string) => (Number.isFinite(inside) ? wrapText(text, inside) : [text]);
  const lines = [
    ...wrapped(summary),
    ...wrapped(source).map((line) => paint("dim", line)),
    ...(settings.length > 0 ? wrapped(settings.join(" ")) : []),
  ];
  return `  ${paint("cyan", kind.padEnd(nameWidth))}  ${lines.join(`\n${indent}`)}`;
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
    return [paint("bold", family), ...entries.map((entry) => describe(entry, nameWidth, width))].join("\n");
  });
  out.text([...families, notes.join("\n")].join("\n\n"));
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
