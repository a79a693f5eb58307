/** A command that lists every part of a sort, such as the samplers, and explains the settings of one. */
import { type Declaration, RecipeError } from "@scorefield/core";
import { type HasRecipe, type Setting, typeText } from "@scorefield/core/internal";
import type { Command } from "commander";
import { suggest } from "../recipe/suggest.ts";
import { paint, terminalWidth } from "../report/terminal.ts";
import { wrapped, wrapText } from "../report/wrap-text.ts";
import { output } from "./output.ts";
import { settingText } from "./sampler-option.ts";
import { withExamples } from "./usage.ts";

/** The default of a setting as a recipe says it: of a part its kind. */
const defaultOf = ({ type, default: value }: Setting): unknown =>
  type.type === "part" ? (value as HasRecipe | undefined)?.recipe.kind : value;

/** A part's settings with their defaults, and the settings of its predictor. */
const settingsOf = ({ settings, beside }: Declaration): Record<string, Setting> => {
  const part = beside === undefined ? undefined : settings[beside];
  if (part?.type.type !== "part") return settings;
  const inner = part.type.parts.declarations.find(({ kind }) => kind === defaultOf(part));
  return { ...inner?.settings, ...settings };
};

const defaultsOf = (part: Declaration): Record<string, unknown> =>
  Object.fromEntries(Object.entries(settingsOf(part)).map(([name, setting]) => [name, defaultOf(setting)]));

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

/** A line about a part, its source and its settings. */
const describe = (part: Declaration, nameWidth: number, width: number): string => {
  const settings = Object.entries(defaultsOf(part)).map(([name, value]) => `${name}=${defaultText(value)}`);
  return beside(part.kind, nameWidth, width, [
    [part.summary, false],
    [part.source, true],
    ...(settings.length > 0 ? [[settings.join(" "), false] as const] : []),
  ]);
};

/** What is known of a part besides what all parts declare: in lines for people, and for programs. */
export interface PartFacts {
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
}

const noFacts = (): PartFacts => ({ lines: [], json: {} });

/** A sort of parts, and what a command says of it. */
export interface PartCommand {
  /** The name of the command, the plural of the sort. */
  readonly name: string;
  readonly sort: string;
  readonly catalogue: readonly Declaration[];
  /** How the command describes itself. */
  readonly description: string;
  /** Sentences below the list. */
  readonly notes: readonly string[];
  /** A part to show in examples. */
  readonly example: string;
  /** What else is known of a part. Default nothing. */
  readonly facts?: (kind: string) => PartFacts;
}

/** What a setting does, what it may be, and its default. */
const describeSetting = (name: string, setting: Setting, nameWidth: number, width: number): string => {
  const value = defaultOf(setting);
  const byDefault = setting.otherwise ?? (value === null ? "null" : defaultText(value));
  return beside(name, nameWidth, width, [
    [setting.help, false],
    [`${typeText(setting.type)}; default ${byDefault}`, true],
  ]);
};

const partText = (part: Declaration, { lines }: PartFacts, width: number): string => {
  const settings = Object.entries(settingsOf(part));
  const nameWidth = Math.max(...settings.map(([name]) => name.length));
  return [
    `${paint("bold", part.kind)}  ${paint("dim", part.family ?? "")}`,
    ...wrapText(part.summary, width),
    ...wrapText(part.source, width).map((line) => paint("dim", line)),
    ...lines.flatMap((line) => wrapText(line, width)),
    ...(settings.length > 0 ? [""] : []),
    ...settings.map(([name, setting]) => describeSetting(name, setting, nameWidth, width)),
  ].join("\n");
};

const listText = ({ catalogue, notes }: PartCommand, width: number): string => {
  const nameWidth = Math.max(...catalogue.map(({ kind }) => kind.length));
  const families = [...new Set(catalogue.map(({ family }) => family))].map((family) => {
    const entries = catalogue.filter((entry) => entry.family === family);
    return [paint("bold", family ?? ""), ...entries.map((entry) => describe(entry, nameWidth, width))].join("\n");
  });
  return [...families, notes.map((note) => wrapped(note)).join("\n")].join("\n\n");
};

const about = ({ kind, family, summary, source }: Declaration) => ({ kind, family, summary, source });

/** Adds such a command to the program. */
export const addPartCommand = (program: Command, parts: PartCommand): void => {
  const { name, sort, catalogue, facts = noFacts, example } = parts;
  const action = (kind: string | undefined, flags: { readonly json?: boolean }): void => {
    const out = output(flags);
    const width = terminalWidth() ?? Number.POSITIVE_INFINITY;
    if (kind === undefined) {
      out.text(listText(parts, width));
      out.result({
        [name]: catalogue.map((part) => ({ ...about(part), ...facts(part.kind).json, settings: defaultsOf(part) })),
      });
      return;
    }
    const part = catalogue.find((entry) => entry.kind === kind);
    if (!part) {
      const kinds = catalogue.map((entry) => entry.kind);
      throw new RecipeError(`${kind}: unknown ${sort}; ${suggest(kind, kinds)}`);
    }
    out.text(partText(part, facts(kind), width));
    const settings = Object.entries(settingsOf(part)).map(([name, setting]) => ({
      name,
      help: setting.help,
      values: typeText(setting.type),
      default: defaultOf(setting),
      ...(setting.otherwise !== undefined && { otherwise: setting.otherwise }),
    }));
    out.result({ ...about(part), ...facts(kind).json, settings });
  };
  const command = program
    .command(name)
    .description(parts.description)
    .argument(`[${sort}]`, `a ${sort} of the list`)
    .option("--json", "print the result as JSON")
    .action(action);
  const width = Math.max(`${name} ${example}`.length, `${name} --json`.length);
  withExamples(command, [
    `scorefield ${name.padEnd(width)}   every ${sort}`,
    `scorefield ${`${name} ${example}`.padEnd(width)}   the settings of one`,
    `scorefield ${`${name} --json`.padEnd(width)}   for programs`,
  ]);
};
