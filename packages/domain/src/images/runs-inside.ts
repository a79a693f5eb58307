/** Runs inside of a folder of images: their pictures are a model's, and no data. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

const isRecord = async (path: string): Promise<boolean> => {
  try {
    return JSON.parse(await readFile(path, "utf8")).format === "scorefield-run";
  } catch {
    return false;
  }
};

/**
 * The folders of runs in a folder and its sub-folders, relative to it with `/` between names, "" for itself; none where it
 * cannot be listed.
 */
export const runsInside = async (path: string): Promise<string[]> => {
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []);
  const runs: string[] = [];
  for (const { name, parentPath } of entries)
    if (name === "run.json" && (await isRecord(join(parentPath, name))))
      runs.push(relative(path, parentPath).replaceAll("\\", "/"));
  return runs.sort();
};
