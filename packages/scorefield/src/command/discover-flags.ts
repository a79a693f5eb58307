/** The options of `scorefield discover`, and which of them go together. */
import { didYouMean } from "@scorefield/core";
import type { Observations } from "@scorefield/discover";
import { shortList } from "@scorefield/domain";
import { isPriced, type MethodName, methods, type ScoreName } from "../discover/find-network.ts";
import { networkEndings } from "../discover/network-files.ts";
import { UsageError } from "../errors.ts";
import { list } from "./options.ts";
import { checkOutputFile } from "./output-file.ts";
import type { InputFormat } from "./standard-input.ts";
import { standardStream } from "./standard-output.ts";

/** The options as commander gives them. */
export interface DiscoverFlags {
  readonly dataFormat?: InputFormat;
  readonly method?: MethodName;
  readonly score?: ScoreName;
  readonly penalty?: number;
  readonly interventions?: string;
  readonly knowledge?: string;
  readonly lags?: number;
  readonly columns?: readonly string[];
  readonly exclude?: readonly string[];
  readonly kinds?: readonly string[];
  readonly delimiter?: string;
  readonly sheet?: string;
  readonly missing?: "error" | "drop";
  readonly missingWords?: readonly string[];
  readonly log?: boolean;
  readonly bootstrap?: number;
  readonly level?: number;
  readonly edges?: number;
  readonly minutes?: number;
  readonly do?: string;
  readonly truth?: string;
  readonly seed: number;
  readonly out?: readonly string[];
  readonly json?: boolean;
}

/** Rows that a search with lags needs besides them. */
export const fewestRows = 20;

/** Values of variables out of text such as `A=0,B=1.5`. @throws UsageError for other text */
const settingsOf = (text: string): Record<string, number> => {
  const found: Record<string, number> = {};
  for (const part of list(text)) {
    const at = part.lastIndexOf("=");
    const [name, value] = [part.slice(0, Math.max(0, at)).trim(), part.slice(at + 1).trim()];
    if (name === "" || value === "" || !Number.isFinite(Number(value)))
      throw new UsageError(`--do ${text}: expected names with values, such as A=0 or A=0,B=1.5, found ${part}`);
    if (name in found) throw new UsageError(`--do ${text}: expected each name once, found ${name} twice`);
    found[name] = Number(value);
  }
  return found;
};

/** Values that are set, in the units of the file, as the search sees them. @throws UsageError for unknown names and categories */
export const setOf = (
  flags: DiscoverFlags,
  { names, categories }: Observations,
): Record<string, number> | undefined => {
  if (flags.do === undefined) return undefined;
  const set = settingsOf(flags.do);
  const unknown = Object.keys(set).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new UsageError(
      `--do ${flags.do}: expected one of ${shortList(names)}, found ${unknown}${didYouMean(unknown, names)}`,
    );
  const category = categories?.findIndex((levels) => levels > 0) ?? -1;
  if (category >= 0)
    throw new UsageError(
      `--do: expected numbers alone, found the category ${names[category]}; leave it out with --exclude ${names[category]}`,
    );
  return set;
};

/** Places for results. @throws UsageError before any work */
const checkPlaces = (out: readonly string[], json: boolean): void => {
  for (const place of out) {
    if (place === standardStream) {
      if (json)
        throw new UsageError("--out - and --json: expected one thing on standard output; leave one of them out");
      continue;
    }
    checkOutputFile("--out", place, [...networkEndings]);
  }
  const twice = out.find((place, i) => out.indexOf(place) < i);
  if (twice !== undefined) throw new UsageError(`--out ${twice}: expected each file once, found it twice`);
};

/** @throws UsageError for an option that says nothing to the method */
export const checkApplies = (flags: DiscoverFlags, method: MethodName, score: ScoreName): void => {
  const { searches } = methods[method];
  const ordered = !searches && method !== "trees";
  const rules = [
    [flags.score, "--score", searches, "a method that searches"],
    [flags.penalty, "--penalty", isPriced(method, score), "--score ebic, bic or additive"],
    [flags.level, "--level", ordered, "--method score, nogam or diffan"],
    [flags.edges, "--edges", method === "trees", "--method trees"],
    [flags.minutes, "--minutes", method === "diffan", "--method diffan"],
    [
      flags.bootstrap || undefined,
      "--bootstrap",
      method !== "posterior" && method !== "trees",
      "a method without confidence of its own",
    ],
    [flags.knowledge, "--knowledge", method !== "trees", "a method that can keep it"],
    [flags.do, "--do", method !== "trees", "a method that finds causes"],
    [flags.lags, "--lags", searches, "a method that searches"],
  ] as const;
  for (const [given, option, fits, wanted] of rules)
    if (given !== undefined && !fits)
      throw new UsageError(`${option}: expected ${wanted}, found ${method}${searches ? ` with ${score}` : ""}`);
};

/** Refuses flags before anything is read. */
export const checkFlags = (flags: DiscoverFlags): void => {
  checkPlaces(flags.out ?? [], flags.json ?? false);
  if (flags.do !== undefined) settingsOf(flags.do);
  if (flags.method !== undefined) checkApplies(flags, flags.method, flags.score ?? "ebic");
  if (flags.lags !== undefined && flags.missing === "drop")
    throw new UsageError(
      "--missing drop: expected series without holes for --lags, since rows must follow at equal steps; fill cells with scorefield impute",
    );
  if (flags.method === "ges" && flags.score === "additive")
    throw new UsageError(
      "--score additive: expected exact, hill-climbing or posterior, found ges, which walks over classes of linear graphs",
    );
};
