/** The files that a recipe names. */
import { resolve } from "node:path";
import type { DataRecipe } from "./schema.ts";

/** The same data with every path in it changed. */
export const movePaths = <T extends DataRecipe>(data: T, move: (path: string) => string): T => {
  if (data.kind !== "file" && data.kind !== "images") return data;
  // Labels are a file of their own but for those that sub-folders or an archive hold.
  const labels = data.kind === "images" && data.labels !== undefined && hasLabelFile(data) ? data.labels : undefined;
  return { ...data, path: move(data.path), ...(labels !== undefined && { labels: move(labels) }) };
};

/** Whether `labels` is the path of a file. */
export const hasLabelFile = ({ path, labels }: { readonly path: string; readonly labels?: string | undefined }) =>
  labels !== undefined && labels !== "folders" && !/\.npz$/i.test(path);

/** What to call data in errors: its path, or the name of a built-in set. */
export const dataName = (data: DataRecipe, folder: string): string =>
  "path" in data ? resolve(folder, data.path) : data.kind === "set" ? data.set : data.kind;
