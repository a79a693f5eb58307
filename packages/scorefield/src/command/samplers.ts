/** `scorefield samplers`: every sampler there is. */
import { type SamplerEntry, samplerCatalogue, samplerFromRecipe } from "@scorefield/core";
import type { Command } from "commander";
import { output } from "./output.ts";
import { settingText } from "./sampler-option.ts";

const settingsOf = (kind: string): Record<string, unknown> => {
  const { kind: _, ...settings } = samplerFromRecipe({ kind }).recipe;
  return settings;
};

const lines = ({ kind, summary, source }: SamplerEntry, width: number): string => {
  const indent = " ".repeat(width + 4);
  const settings = Object.entries(settingsOf(kind)).map(([name, value]) => `${name}=${settingText(value)}`);
  return [`  ${kind.padEnd(width)}  ${summary}`, source, settings.join(" ")].filter(Boolean).join(`\n${indent}`);
};

const action = (flags: { readonly json?: boolean }): void => {
  const out = output(flags);
  const width = Math.max(...samplerCatalogue.map(({ kind }) => kind.length));
  const families = [...new Set(samplerCatalogue.map(({ family }) => family))].map((family) => {
    const entries = samplerCatalogue.filter((entry) => entry.family === family);
    return `${family}\n${entries.map((entry) => lines(entry, width)).join("\n")}`;
  });
  out.text(
    `${families.join("\n\n")}\n\nUnder each sampler: its source, and its settings with their defaults, for --sampler name:setting=value,...\nIntervals of restart are low:high:steps:repeats, with slashes between several.`,
  );
  out.result({ samplers: samplerCatalogue.map((entry) => ({ ...entry, settings: settingsOf(entry.kind) })) });
};

/** Adds the command to the program. */
export const addSamplers = (program: Command): void => {
  program
    .command("samplers")
    .summary("list every sampler, with its source and settings")
    .description("Lists every sampler that --sampler takes: a line about it, its source, and its settings.")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  scorefield samplers          for people\n  scorefield samplers --json   for programs",
    )
    .action(action);
};
