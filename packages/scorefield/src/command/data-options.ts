/** Options of `scorefield train` that stand for settings of data: those that domains name. */
import { nearestWord, type setting } from "@scorefield/core";
import { builtInDomains, type Domain, findDomain } from "@scorefield/domain";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import { labelList, list, whole } from "./options.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Names of the options of all domains, which are those of the settings they stand for. */
const dataOptions = [...new Set(builtInDomains.flatMap(({ options = {} }) => Object.keys(options)))];

/** Domains by what people call them, each once. */
const titlesOf = (domains: readonly Domain[]): string => [...new Set(domains.map(({ title }) => title))].join(" or ");

/** The settings of data that options say. @throws UsageError for an option that this kind of data does not have */
export const aboutData = (data: unknown, flags: Fields): Fields => {
  const domain = findDomain((data as Fields | undefined)?.kind);
  const about = Object.fromEntries(
    dataOptions.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])),
  );
  const stray = Object.keys(about).find((name) => !(name in (domain?.options ?? {})));
  if (stray !== undefined) {
    const meant = builtInDomains.filter(({ options = {} }) => stray in options);
    const near = nearestWord(stray, Object.keys(domain?.options ?? {}));
    throw new UsageError(
      `--${stray}: expected ${titlesOf(meant)} to apply it to, found ${domain?.title ?? "none"}${near === undefined ? "" : `; did you mean --${near}?`}`,
    );
  }
  return about.labels === true ? { ...about, labels: "folders" } : about;
};

/** How the text of an option becomes the value of a setting. */
const parserOf = (type: setting.SettingType): ((text: string) => unknown) => {
  if (type.type === "whole") return whole(1);
  if (type.type !== "list") return (text) => text;
  return type.of.type === "number" || (type.of.type === "text" && type.of.orNumber) ? labelList : list;
};

/** Adds the options of all domains. */
export const withDataOptions = (command: Command): Command => {
  const added = new Set<string>();
  for (const { options = {}, settings } of builtInDomains.toReversed())
    for (const [name, [flags, help]] of Object.entries(options)) {
      if (added.has(name)) continue;
      added.add(name);
      const { type } = settings[name]!;
      if (type.type === "boolean") command.option(flags, help);
      else command.option(flags, help, parserOf(type));
    }
  return command;
};
