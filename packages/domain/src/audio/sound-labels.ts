/** Classes of sounds, and what belongs together: from folders, names, or a table. */
import { resolve } from "node:path";
import { DataError, readRawCells } from "@scorefield/data";
import type { AudioSettings } from "./audio-settings.ts";
import { fieldsOfName, parsePattern } from "./file-names.ts";

/** What is known of each file. */
export interface SoundLabels {
  /** The class of each file. */
  readonly labels?: readonly string[];
  /** What the file belongs to, besides itself. */
  readonly groups?: readonly string[];
  /** Which files to read. */
  readonly kept: readonly number[];
}

/** Whether `labels` is the path of a file. */
export const hasLabelTable = ({ labels }: Pick<AudioSettings, "labels">): boolean =>
  labels !== undefined && labels !== "folders" && labels !== "names";

const nameOf = (file: string): string => file.slice(file.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");

const fieldsOf = (files: readonly string[], settings: AudioSettings, path: string): Record<string, string>[] => {
  const pattern = parsePattern(settings.pattern);
  for (const field of [
    ...(settings.labels === "names" ? ["label"] : []),
    ...(settings.apart === undefined ? [] : [settings.apart]),
    ...(settings.leaveOut ?? []).map((text) => `${text}`.split("=", 1)[0]!.trim()),
  ])
    if (!pattern.fields.includes(field))
      throw new DataError({
        path,
        expected: `a pattern with the field {${field}}`,
        found: JSON.stringify(settings.pattern),
        fix: "Set data.pattern (--pattern)",
      });
  return files.map((file) => {
    const found = fieldsOfName(pattern, nameOf(file));
    if (!found)
      throw new DataError({
        path,
        expected: `names of the pattern ${settings.pattern}`,
        found: file,
        fix: "Rename the file, or set data.pattern (--pattern)",
      });
    return found;
  });
};

const mostListed = 3;

/** Labels of a table: a column of files, relative to the folder, and one of labels, by their names or as the first two. */
const labelsOfTable = async (files: readonly string[], table: string): Promise<string[]> => {
  const { columns, rows } = await readRawCells(table);
  const position = (names: readonly string[], otherwise: number): number => {
    const found = columns.findIndex((name) => names.includes(name.trim().toLowerCase()));
    return found < 0 ? otherwise : found;
  };
  const [file, label] = [position(["file", "path", "name", "filename"], 0), position(["label", "class", "labels"], 1)];
  if (columns.length < 2 || file === label)
    throw new DataError({ path: table, expected: "two columns, file and label", found: columns.join(", ") });
  const text = (cell: unknown): string => `${cell ?? ""}`.trim();
  const known = new Map(rows.map((cells) => [text(cells[file]).replaceAll("\\", "/"), text(cells[label])]));
  const found = files.map((name) => known.get(name) ?? known.get(nameOf(name)));
  const lacking = files.filter((_, i) => found[i] === undefined || found[i] === "");
  if (lacking.length > 0)
    throw new DataError({
      path: table,
      expected: "a label for every sound",
      found: `none for ${lacking.length}: ${lacking.slice(0, mostListed).join(", ")}${lacking.length > mostListed ? ", ..." : ""}`,
    });
  return found as string[];
};

const labelsOfFolders = (files: readonly string[], path: string): string[] => {
  const loose = files.find((file) => !file.includes("/"));
  if (loose !== undefined)
    throw new DataError({
      path,
      expected: "every sound in a sub-folder named after its class",
      found: `${loose} in none`,
      fix: "Sort the sounds into sub-folders, take their names (--labels names), or train without labels",
    });
  return files.map((file) => file.slice(0, file.indexOf("/")));
};

/**
 * What settings say of files.
 * @param files relative to `path`, with `/` between folders @param folder that the path of a table is relative to
 * @throws DataError for names that are not of the pattern, and files without a label
 */
export const labelSounds = async (
  files: readonly string[],
  settings: AudioSettings,
  { path, folder }: { readonly path: string; readonly folder: string },
): Promise<SoundLabels> => {
  const { labels, apart, leaveOut = [] } = settings;
  const named = labels === "names" || apart !== undefined || leaveOut.length > 0;
  const fields = named ? fieldsOf(files, settings, path) : undefined;
  const out = leaveOut.map((text) => {
    const [name = "", value = ""] = `${text}`.split("=");
    return { name: name.trim(), value: value.trim() };
  });
  const kept = [...files.keys()].filter((i) => !out.some(({ name, value }) => fields![i]![name] === value));
  for (const { name, value } of out)
    if (!fields!.some((found) => found[name] === value))
      throw new DataError({ path, expected: `files of ${name}=${value} to leave out`, found: "none" });
  const found =
    labels === undefined
      ? undefined
      : labels === "folders"
        ? labelsOfFolders(files, path)
        : labels === "names"
          ? fields!.map(({ label }) => label!)
          : await labelsOfTable(files, resolve(folder, labels));
  return {
    kept,
    ...(found && { labels: found }),
    ...(apart !== undefined && { groups: fields!.map((one) => one[apart]!) }),
  };
};
