/** Options of `scorefield train` that stand for settings of data: those that domains name. */
import { nearestWord, type setting } from "@scorefield/core";
import { builtInDomains, type Domain, findDomain, recogniseData } from "@scorefield/domain";
import { type Command, Option } from "commander";
import { UsageError } from "../errors.ts";
import { gather, labelList, list, number, whole } from "./options.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The options of all domains by the names of the settings they stand for, as commander names them. */
const dataOptions = new Map(
  builtInDomains.flatMap(({ options = {} }) =>
    Object.entries(options).map(([name, [flags]]) => [name, new Option(flags).attributeName()] as const),
  ),
);

/** An option as people write it. */
const written = (flag = ""): string => `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Domains by what people call them, each once. */
const titlesOf = (domains: readonly Domain[]): string => [...new Set(domains.map(({ title }) => title))].join(" or ");

/** Of a path, settings of the domain that one of the options chooses, such as `--time`; all else as it is. */
export const chosenData = (data: unknown, flags: Fields): unknown => {
  if (typeof data !== "string") return data;
  const domain = builtInDomains.find(({ chosenBy = [] }) =>
    chosenBy.some((name) => flags[dataOptions.get(name)!] !== undefined),
  );
  return domain ? { kind: domain.kind, path: data } : data;
};

/** The settings of data that options say. @throws UsageError for an option that this kind of data does not have */
export const aboutData = (data: unknown, flags: Fields): Fields => {
  const about = Object.fromEntries(
    [...dataOptions].flatMap(([name, flag]) => (flags[flag] === undefined ? [] : [[name, flags[flag]]])),
  );
  const { kind, path } = (data ?? {}) as Fields;
  const named = findDomain(kind);
  // An option may say what the data are for, and so of which domain they are: clean sounds that are to get a fault.
  const strays = Object.keys(about).some((name) => !(name in (named?.options ?? {})));
  const meantKind = strays && typeof path === "string" ? recogniseData({ path, ...about })?.kind : undefined;
  const other = findDomain(meantKind);
  const domain = other && Object.keys(about).every((name) => name in (other.options ?? {})) ? other : named;
  const stray = Object.keys(about).find((name) => !(name in (domain?.options ?? {})));
  if (stray !== undefined) {
    const meant = builtInDomains.filter(({ options = {} }) => stray in options);
    const near = nearestWord(stray, Object.keys(domain?.options ?? {}));
    throw new UsageError(
      `${written(dataOptions.get(stray))}: expected ${titlesOf(meant)} to apply it to, found ${domain?.title ?? "none"}${near === undefined ? "" : `; did you mean ${written(dataOptions.get(near))}?`}`,
    );
  }
  if (domain && domain !== named) return { ...about, kind: domain.kind };
  return about.labels === true ? { ...about, labels: "folders" } : about;
};

/** How the text of an option becomes the value of a setting. */
const parserOf = (type: setting.SettingType): ((text: string) => unknown) => {
  if (type.type === "whole") return whole(1);
  if (type.type === "number") return number;
  if (type.type !== "list") return (text) => text;
  return type.of.type === "number" || (type.of.type === "text" && type.of.orNumber) ? labelList : list;
};

/** Adds the options of all domains. */
export const withDataOptions = (command: Command): Command => {
  const added = new Set<string>();
  for (const { options = {}, settings } of builtInDomains.toReversed())
    for (const [name, [flags, help, repeatable]] of Object.entries(options)) {
      if (added.has(name)) continue;
      added.add(name);
      const { type } = settings[name]!;
      if (type.type === "boolean") command.option(flags, help);
      else if (repeatable) command.option(flags, help, gather);
      else command.option(flags, help, parserOf(type));
    }
  return command;
};
