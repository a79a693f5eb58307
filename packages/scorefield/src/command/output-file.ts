/** Whether a file can be written, found out before the work and not after it. */
import { accessSync, constants, statSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { UsageError } from "../errors.ts";

const refusals: Readonly<Record<string, string>> = {
  ENOENT: "no such folder",
  ENOTDIR: "a file in place of its folder",
  EACCES: "no permission",
  EROFS: "a read-only file system",
};

/**
 * @param option names it in errors, such as `--out`
 * @throws UsageError unless there is a folder to write a path into
 */
export const checkOutputPlace = (option: string, path: string): void => {
  const folder = dirname(resolve(path));
  try {
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error(), { code: "ENOTDIR" });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const { code = "", message } = cause as NodeJS.ErrnoException;
    const found = refusals[code] ?? message;
    throw new UsageError(`${option} ${path}: expected a folder to write into, found ${found} (${folder})`, { cause });
  }
};

/**
 * @param option names it in errors, such as `--out`
 * @param endings of its name, in lower case with their dot; default any
 * @throws UsageError for another ending, a folder at its place, and a folder that is missing or cannot be written
 */
export const checkOutputFile = (option: string, path: string, endings?: readonly string[]): void => {
  if (endings && !endings.includes(extname(path).toLowerCase()))
    throw new UsageError(
      `${option} ${path}: expected a name that ends in ${endings.join(" or ")}, found ${extname(path) || "none"}`,
    );
  checkOutputPlace(option, path);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${option} ${path}: expected a file name to write to, found a folder`);
};
