/** Samples as files of a folder, which appear all at once. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SampleFile } from "@scorefield/domain";
import { safeNames } from "../run/safe-name.ts";
import { intoFolder } from "../run/whole-folder.ts";

/**
 * Writes files, each in the sub-folder of its class if it has one. A symbolic link is followed, and an empty folder's
 * permissions are kept.
 * @param path a new or empty folder
 * @param classes all names of sub-folders; they come from a run, which may be a stranger's, and are made safe
 * @throws UsageError where there is something in the folder; DataError when the system refuses
 */
export const writeSampleFolder = async (
  path: string,
  files: AsyncIterable<SampleFile>,
  classes: readonly string[] = [],
): Promise<void> => {
  const folders = safeNames(classes);
  await intoFolder(path, async (made) => {
    for await (const { name, folder, content } of files) {
      const place = folder === undefined ? made : join(made, folders.get(folder)!);
      await mkdir(place, { recursive: true });
      await writeFile(join(place, name), content);
    }
  });
};
