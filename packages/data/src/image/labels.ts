/** The classes of images. */
import type { NdArray } from "@scorefield/tensor";
import { DataError } from "../errors.ts";

/** A class for every image, and what the classes are called. */
export interface Labels {
  /** Indices into `classes`. */
  readonly labels: Int32Array;
  readonly classes: readonly string[];
}

const numbered = <T>(values: readonly T[], order: (a: T, b: T) => number): Labels => {
  const distinct = [...new Set(values)].sort(order);
  const index = new Map(distinct.map((value, i) => [value, i]));
  return { labels: Int32Array.from(values, (value) => index.get(value)!), classes: distinct.map(String) };
};

const mostClasses = 10_000;

/**
 * Classes from an array of whole numbers, in ascending order.
 * @param count of the images they belong to
 * @param path of the labels, for errors
 * @throws DataError for another number of labels, or labels that are not whole
 */
export const labelsFromArray = ({ data, shape }: NdArray, count: number, path: string): Labels => {
  if (data.length !== count || shape[0] !== count)
    throw new DataError({
      path,
      expected: `${count} labels, one for each image`,
      found: `an array of shape [${shape.join(", ")}]`,
    });
  const values = Array.from(data as ArrayLike<number | bigint>, Number);
  const broken = values.findIndex((value) => !Number.isInteger(value));
  if (broken >= 0)
    throw new DataError({ path, row: broken + 1, expected: "a whole number as label", found: `${values[broken]}` });
  const found = numbered(values, (a, b) => a - b);
  if (found.classes.length > mostClasses)
    throw new DataError({ path, expected: `at most ${mostClasses} classes`, found: `${found.classes.length}` });
  return found;
};

/**
 * Classes from the first folder in every file's name, in the order of their names.
 * @param files relative to `path`, with `/` between folders
 * @throws DataError for a file that is in none
 */
export const labelsFromFolders = (files: readonly string[], path: string): Labels => {
  const loose = files.find((file) => !file.includes("/"));
  if (loose !== undefined)
    throw new DataError({
      path,
      expected: "every image in a sub-folder named after its class",
      found: `${loose} in none`,
      fix: "Sort the images into sub-folders, or train without labels",
    });
  return numbered(
    files.map((file) => file.slice(0, file.indexOf("/"))),
    (a, b) => (a < b ? -1 : 1),
  );
};
