/** Windows that a file holds as such, in an array. */
import { DataError, readArray, takeRows } from "@scorefield/data";
import { type FloatType, type NdArray, ndarray } from "@scorefield/tensor";
import { fingerprint } from "../fingerprint.ts";
import { arraySamples, type Samples } from "../samples.ts";
import { archiveLabels, rowsLabelled } from "../table/labels.ts";
import type { SeriesSettings } from "./series-settings.ts";

/** Windows, and their labels where they were asked for. */
export interface ReadWindows {
  readonly samples: Samples;
  readonly labels?: Float64Array;
}

/**
 * Reads windows [n, length] or [n, series, length] of an array.
 * @param path .npz or .npy
 * @param settings the array, and labels of windows to choose them by
 * @throws DataError for an array of another shape or of texts
 */
export const readWindows = async (
  path: string,
  {
    array,
    label,
    only,
    columns,
  }: { readonly [K in "array" | "label" | "only" | "columns"]?: SeriesSettings[K] | undefined },
): Promise<ReadWindows> => {
  const { shape, data } = await readArray(path, array === undefined ? {} : { array });
  if (shape.length < 2 || shape.length > 3 || data.length === 0)
    throw new DataError({
      path,
      expected: "windows, an array [n, length] or [n, series, length]",
      found: `[${shape.join(", ")}]`,
    });
  const [n, length] = [shape[0]!, shape.at(-1)!];
  const width = shape.length === 3 ? shape[1]! : 1;
  const all: NdArray<FloatType> = ndarray(Float64Array.from(data as ArrayLike<number>, Number), [n, width, length]);
  const labels = label === undefined ? undefined : await archiveLabels(path, label, n);
  const wanted = labels && only ? rowsLabelled(Array.from(labels, String), only, { path, column: label! }) : undefined;
  const values = wanted ? takeRows(all, wanted) : all;
  const names = columns ?? Array.from({ length: width }, (_, j) => (width === 1 ? "value" : `x${j + 1}`));
  if (names.length !== width)
    throw new DataError({ path, expected: `names of ${width} series`, found: `${names.length}: ${names.join(", ")}` });
  return {
    samples: arraySamples(values, { columns: names, sha256: fingerprint(names, values) }),
    ...(labels && { labels: wanted ? labels.filter((_, i) => wanted.includes(i)) : labels }),
  };
};
