/** `scorefield samplers`: every sampler there is, and the settings of each. */
import { type Declaration, RecipeError, samplerCatalogue } from "@scorefield/core";
import { type HasRecipe, type Setting, typeText } from "@scorefield/core/internal";
import type { Command } from "commander";
import { suggest } from "../recipe/explain.ts";
import { paint, terminalWidth } from "../report/terminal.ts";
import { wrapped, wrapText } from "../report/wrap-text.ts";
import { output } from "./output.ts";
import { settingText } from "./sampler-option.ts";
import { withExamples } from "./usage.ts";

/** The default of a setting as a recipe says it: of a part its kind. */
const defaultOf = ({ type, default: value }: Setting): unknown =>
  type.type === "part" ? (value as HasRecipe).recipe.kind : value;

/** A sampler's settings with their defaults, and the settings of its predictor. */
const settingsOf = ({ settings, beside }: Declaration): Record<string, Setting> => {
  const part = beside === undefined ? undefined : settings[beside];
  if (part?.type.type !== "part") return settings;
  const inner = part.type.parts.declarations.find(({ kind }) => kind === defaultOf(part));
  return { ...inner?.settings, ...settings };
};

const defaultsOf = (sampler: Declaration): Record<string, unknown> =>
  Object.fromEntries(Object.entries(settingsOf(sampler)).map(([name, setting]) => [name, defaultOf(setting)]));

const defaultText = (value: unknown): string => (value === undefined || value === null ? "(none)" : settingText(value));

const leastRoom = 40;

/** Lines beside a name, or below it where that leaves little room. */
const beside = (
  name: string,
  nameWidth: number,
  width: number,
  texts: readonly (readonly [string, boolean])[],
): string => {
  const below = width - nameWidth - 4 < leastRoom;
  const indent = " ".repeat(below ? 4 : nameWidth + 4);
  const lines = texts
    .flatMap(([text, dim]) =>
      wrapText(text, Math.max(16, width - indent.length)).map((line) => (dim ? paint("dim", line) : line)),
    )
    .join(`\n${indent}`);
  return below ? `  ${paint("cyan", name)}\n${indent}${lines}` : `  ${paint("cyan", name.padEnd(nameWidth))}  ${lines}`;
};

/** A line about a sampler, its source and its settings. */
const describe = (sampler: Declaration, nameWidth: number, width: number): string => {
  const settings = Object.entries(defaultsOf(sampler)).map(([name, value]) => `${name}=${defaultText(value)}`);
  return beside(sampler.kind, nameWidth, width, [
    [sampler.summary, false],
    [sampler.source, true],
    ...(settings.length > 0 ? [[settings.join(" "), false] as const] : []),
  ]);
};

const notes = [
  "Under each sampler: its source, and its settings with their defaults, for --sampler name:setting=value,...",
  "scorefield samplers <sampler> says what each setting does, and what it may be.",
  "Intervals of restart are low:high:steps:repeats, with slashes between several.",
];

/** What a setting does, what it may be, and its default. */
const describeSetting = (name: string, setting: Setting, nameWidth: number, width: number): string => {
  const value = defaultOf(setting);
  const byDefault = setting.otherwise ?? (value === null ? "null" : defaultText(value));
  return beside(name, nameWidth, width, [
    [setting.help, false],
    [`${typeText(setting.type)}; default ${byDefault}`, true],
  ]);
};

const samplerText = (sampler: Declaration, width: number): string => {
  const settings = Object.entries(settingsOf(sampler));
  const nameWidth = Math.max(...settings.map(([name]) => name.length));
  return [
    `${paint("bold", sampler.kind)}  ${paint("dim", sampler.family ?? "")}`,
    ...wrapText(sampler.summary, width),
    ...wrapText(sampler.source, width).map((line) => paint("dim", line)),
    "",
    ...settings.map(([name, setting]) => describeSetting(name, setting, nameWidth, width)),
  ].join("\n");
};

const listText = (width: number): string => {
  const nameWidth = Math.max(...samplerCatalogue.map(({ kind }) => kind.length));
  const families = [...new Set(samplerCatalogue.map(({ family }) => family))].map((family) => {
    const entries = samplerCatalogue.filter((entry) => entry.family === family);
    return [paint("bold", family ?? ""), ...entries.map((entry) => describe(entry, nameWidth, width))].join("\n");
  });
  return [...families, notes.map((note) => wrapped(note)).join("\n")].join("\n\n");
};

const about = ({ kind, family, summary, source }: Declaration) => ({ kind, family, summary, source });

const action = (kind: string | undefined, flags: { readonly json?: boolean }): void => {
  const out = output(flags);
  const width = terminalWidth() ?? Number.POSITIVE_INFINITY;
  if (kind === undefined) {
    out.text(listText(width));
    out.result({ samplers: samplerCatalogue.map((sampler) => ({ ...about(sampler), settings: defaultsOf(sampler) })) });
    return;
  }
  const sampler = samplerCatalogue.find((entry) => entry.kind === kind);
  if (!sampler)
    throw new RecipeError(
      `${kind}: unknown sampler; ${suggest(
        kind,
        samplerCatalogue.map((entry) => entry.kind),
      )}`,
    );
  out.text(samplerText(sampler, width));
  const settings = Object.entries(settingsOf(sampler)).map(([name, setting]) => ({
    name,
    help: setting.help,
    values: typeText(setting.type),
    default: defaultOf(setting),
    ...(setting.otherwise !== undefined && { otherwise: setting.otherwise }),
  }));
  out.result({ ...about(sampler), settings });
};

/** Adds the command to the program. */
export const addSamplers = (program: Command): void => {
  const command = program
    .command("samplers")
    .summary("list every sampler, or explain the settings of one")
    .description(
      "Lists every sampler that --sampler takes, with a summary, its source and its settings. With the name of one sampler, it explains each setting, its range and its default.",
    )
    .argument("[sampler]", "a sampler of the list")
    .option("--json", "print the result as JSON")
    .action(action);
  withExamples(command, [
    "scorefield samplers          every sampler",
    "scorefield samplers heun     the settings of one",
    "scorefield samplers --json   for programs",
  ]);
};
