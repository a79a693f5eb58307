/** The data that a run was trained on, read again. */
import { DataError } from "@scorefield/data";
import { RunError } from "../errors.ts";
import { isImages } from "../recipe/is-images.ts";
import { dataName } from "../recipe/paths.ts";
import { runName } from "./folder.ts";
import type { LoadedRun } from "./load.ts";
import { readImageSplit, readSplit } from "./prepare.ts";

/** @throws DataError unless data read again are, by their SHA-256, those that a run was trained on */
export const checkUnchanged = (path: string, found: string, expected: string): void => {
  if (found !== expected)
    throw new DataError({ path, expected: "the data that the run was trained on", found: "other values" });
};

/**
 * A run's own data, which a person's own are compared with where they are still there: a gain, not a need. Without a
 * person's own they are all there is.
 * @param given the person's own, if any
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

/** The own training and held-out rows of a run on a table. @throws DataError when the data is gone or has changed */
export const ownRows = async ({ path, record: { training } }: LoadedRun, signal: AbortSignal) => {
  const data = training?.recipe.data;
  if (!data || isImages(data)) return undefined;
  const split = await readSplit({ ...training.recipe, data }, path, signal);
  checkUnchanged(path, split.sha256, training.sha256);
  return split;
};

/** The own training and held-out images of a run on images, and what they are called. @throws DataError when the data is gone or has changed */
export const ownImages = async ({ path, record: { training } }: LoadedRun) => {
  const data = training?.recipe.data;
  if (!data || !isImages(data)) return undefined;
  const split = await readImageSplit({ ...training.recipe, data }, path);
  checkUnchanged(path, split.training.sha256, training.sha256);
  return { ...split, name: data.kind === "glyphs" ? "glyphs" : runName(dataName(data, path)) };
};
