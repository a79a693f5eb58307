/** run.json on disk: written, and read and checked. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ArgumentError, nearestWord } from "@scorefield/core";
import { atomicWrite } from "@scorefield/data";
import { type Domain, domainOfRecord, fillSettings } from "@scorefield/domain";
import { RunError } from "../errors.ts";
import { parseJson } from "../recipe/parse-json.ts";
import { version } from "../version.ts";
import { type RunRecord, sampleShape } from "./record.ts";

/** The path of a run's record. */
export const recordPath = (folder: string): string => join(folder, "run.json");

const currentVersions = (): Record<string, string> => ({
  scorefield: version,
  node: process.version,
  machine: `${process.platform}-${process.arch}`,
});

/** The record of a run begun now. */
export const newRecord = (content: Omit<RunRecord, "format" | "version" | "created" | "versions">): RunRecord => ({
  format: "scorefield-run",
  version: 1,
  created: new Date().toISOString(),
  versions: currentVersions(),
  ...content,
});

/** Writes run.json, atomically; the folder must exist. @throws DataError */
export const writeRecord = (folder: string, record: RunRecord): Promise<void> =>
  atomicWrite(recordPath(folder), `${JSON.stringify(record, undefined, 2)}\n`);

/** Where a path has no run, a hint: the run in the same folder whose name is nearest, if any is near. */
const nearRun = async (folder: string): Promise<string> => {
  const parent = dirname(folder);
  const names = await readdir(parent).catch(() => []);
  const near = nearestWord(
    basename(folder),
    names.filter((name) => existsSync(recordPath(join(parent, name)))),
  );
  return near === undefined ? "" : `; did you mean ${join(parent, near)}?`;
};

/** @throws ArgumentError for what are no rules of the run's samples */
export const checkRules = (record: RunRecord, domain: Domain): void => {
  const { rules, columns, table } = record;
  if (!rules) return;
  if (!domain.rules) throw new ArgumentError(`rules: expected none of the domain ${domain.kind}, found some`);
  domain.rules.check(rules, { shape: sampleShape(record), ...(columns && { columns }), ...(table && { table }) });
};

/** A run's record, and the domain of its data. */
export interface ReadRecord {
  readonly record: RunRecord;
  readonly domain: Domain;
}

/**
 * Reads and checks run.json.
 * @param own a domain that is not built in
 * @throws RunError when the folder is not a run, the file is damaged, or its domain is neither given nor built in
 */
export const readRecord = async (folder: string, own?: Domain): Promise<ReadRecord> => {
  const path = recordPath(folder);
  const text = await readFile(path, "utf8").catch(async (cause: NodeJS.ErrnoException) => {
    const found =
      cause.code === "ENOENT" || cause.code === "ENOTDIR" ? "no run.json there" : `run.json unreadable (${cause.code})`;
    throw new RunError(`${folder}: expected the folder of a run, found ${found}${await nearRun(folder)}`, { cause });
  });
  const { checkRecord } = await import("./record-schema.ts");
  const refuse = (cause: unknown): never => {
    throw new RunError(`${path}: expected the record of a run, found ${(cause as Error).message}`, { cause });
  };
  let record: RunRecord;
  try {
    record = checkRecord(parseJson(text));
  } catch (cause) {
    return refuse(cause);
  }
  const domain = domainOfRecord(record, own);
  if (!domain)
    throw new RunError(
      `${path}: expected a run of a built-in domain, found one of the domain ${record.domain ?? record.training?.recipe.data.kind}; ` +
        "give that domain to loadRun or resumeRun, with the option domain",
    );
  try {
    const { training } = record;
    if (training && training.recipe.data.kind === domain.kind) fillSettings(domain, training.recipe.data);
    checkRules(record, domain);
  } catch (cause) {
    return refuse(cause);
  }
  return { record, domain };
};
