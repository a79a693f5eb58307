/** The data that a run was trained on, read again. */
import { DataError } from "@scorefield/data";
import { dataName, readSplit, type SplitData } from "@scorefield/domain";
import { RunError } from "../errors.ts";
import { runName } from "./folder.ts";
import type { DrawnRun } from "./load.ts";

/** @throws DataError unless data read again are, by their SHA-256, those that a run was trained on */
const checkUnchanged = (path: string, found: string, expected: string): void => {
  if (found !== expected)
    throw new DataError({ path, expected: "the data that the run was trained on", found: "other values" });
};

/**
 * A run's own data. Where the user gives data, these are compared with the run's own if they are still there. Where the user
 * gives no data, the run's own are needed.
 * @param given the user's data, if any
 * @throws RunError where there are neither
 */
export const ownWithout = async <T>(own: Promise<T>, path: string, given: string | undefined): Promise<T | undefined> =>
  own.catch((error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    if (given !== undefined) return undefined;
    throw new RunError(
      `${path}: its own data cannot be read again. ${error.message} Put them back, or name other data with --data.`,
      { cause: error },
    );
  });

/** Data to learn from and data set apart, in their own units, and what they are called. */
export interface OwnData extends SplitData {
  readonly name: string;
}

/** The own data of a run; nothing of a model that a program saved. @throws DataError when they are gone or have changed */
export const ownData = async (
  { path, domain, made, record: { training } }: DrawnRun,
  signal?: AbortSignal,
): Promise<OwnData | undefined> => {
  if (!training) return undefined;
  const { data, heldOut, seed } = training.recipe;
  const split = await readSplit(domain, data, { heldOut, seed, folder: path, signal, like: made });
  checkUnchanged(path, split.training.sha256, training.sha256);
  const name = domain.paths ? runName(dataName(domain, data, path)) : (domain.nameOf?.(data) ?? domain.kind);
  return { ...split, name };
};
